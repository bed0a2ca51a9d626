#!/bin/sh
# Checks of the GPU engine that need no card: the PTX is what the source gives, its instructions are the target's, the header is what its lists give, and a
# program links no library of NVIDIA's. check.sh PROGRAM...
set -eu
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if command -v "${CLANG:-clang-19}" >/dev/null 2>&1; then
	"$here/kernels/build.sh" "$work"
	for f in "$work"/*.ptx; do
		cmp "$f" "$here/ptx/$(basename "$f")" || { echo "the PTX is not what the kernels' source gives: make kernels"; exit 1; }
	done
else
	echo "clang-19 is not installed; the PTX was not made anew"
	[ -z "${CI:-}" ] || exit 1
fi
"$here/kernels/lint.sh" "$here"/ptx/*.ptx
mkdir "$work/include" "$work/header"
cp "$here"/header/*.txt "$here"/header/*.h "$work/header"
go run "$here/header/gen.go" "$work"
for f in include/cuda.h shim.c header/abicheck.c; do
	cmp "$work/$f" "$here/$f" || { echo "$f is not what header/gen.go makes of its lists"; exit 1; }
done
# ours must agree with itself, as it must with NVIDIA's (make bench-gpu)
cc -c -I"$here/include" "$here/header/abicheck.c" -o "$work/abicheck.o"
for program in "$@"; do
	if readelf -d "$program" | grep NEEDED | grep -iqE 'cuda|nvidia|nvml|cudart|cudnn|cublas'; then
		echo "$program links NVIDIA's libraries: it would not start without a driver"
		exit 1
	fi
done
