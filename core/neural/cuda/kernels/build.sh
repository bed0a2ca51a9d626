#!/bin/sh
# Makes the PTX from the kernels' source, into the folder given or the one that is embedded. The compiler is pinned: another may write the same
# code differently, and checks compare it byte by byte.
set -eu
cd "$(dirname "$0")"
out=${1:-../ptx}
cc=${CLANG:-clang-19}
build() { # source, architecture, PTX version, name, further flags
	"$cc" -x cuda --cuda-device-only -nocudainc -nocudalib "--cuda-gpu-arch=$2" "--cuda-feature=+ptx$3" $5 -std=c++17 -O3 -ffp-contract=fast -fno-ident \
		-Wall -Wextra -Wno-unused-parameter -Wno-pass-failed -S "$1" -o - |
		sed -e "/^[[:space:]]*\/\//d" -e "s/[[:space:]]*\/\/.*//" -e "/^[[:space:]]*$/d" >"$out/$4.ptx"
}
build f32.cu sm_61 60 f32_sm61 ""
build f16.cu sm_75 65 f16_sm75 -DHALF=75
build f16.cu sm_80 70 f16_sm80 -DHALF=80
