#!/bin/sh
# Everything there is to check and measure on a machine with an NVIDIA card, in one run: make bench-gpu, or bench/run.sh TAPELIGHT-CLI where Go is
# not installed. What the machine lacks (CUDA's header, compute-sanitizer, ncu, PyTorch) is said and left out.
set -eu
here=$(realpath "$(dirname "$0")")
cli=${1:-build/tapelight-cli}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
have() { command -v "$1" >/dev/null 2>&1; }

echo "== the card"
if have nvidia-smi; then nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,power.limit --format=csv; fi

echo "== our header against CUDA's"
header=$(ls -d /usr/local/cuda*/include/cuda.h /usr/include/cuda.h 2>/dev/null | head -n1 || true)
if [ -n "$header" ] && have cc; then
	cc -c -I"$(dirname "$header")" "$here/../header/abicheck.c" -o "$work/abicheck.o" && echo "constants agree with $header"
else
	echo "no cuda.h, or no C compiler"
fi

echo "== registers and spills"
if have ptxas; then
	for f in "$here"/../ptx/*.ptx; do
		ptxas -v -arch=sm_90 "$f" -o "$work/cubin" 2>&1 | grep -E "Compiling entry|registers|spill" | sed "s|^|$(basename "$f"): |"
	done
else
	echo "no ptxas"
fi

echo "== self-test"
"$cli" doctor --gpu

for tool in memcheck racecheck; do
	echo "== compute-sanitizer $tool"
	if have compute-sanitizer; then compute-sanitizer --tool $tool --error-exitcode 1 "$cli" doctor --gpu; else echo "no compute-sanitizer"; fi
done

echo "== speeds"
"$cli" bench gpu --json >"$work/ours.json"
python=${PYTHON:-python3}
if have "$python" && "$python" -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
	"$python" "$here/compare.py" "$work/ours.json"
else
	echo "no PyTorch that sees the card; our figures alone"
	if have "$python"; then "$python" "$here/compare.py" --alone "$work/ours.json"; else cat "$work/ours.json"; fi
fi

echo "== main kernels under ncu"
if have ncu; then
	ncu --target-processes all --launch-skip 40 --launch-count 12 \
		--metrics gpu__time_duration.sum,sm__throughput.avg.pct_of_peak_sustained_elapsed,sm__inst_executed_pipe_tensor.avg.pct_of_peak_sustained_active,dram__throughput.avg.pct_of_peak_sustained_elapsed,l1tex__throughput.avg.pct_of_peak_sustained_elapsed,sm__warps_active.avg.pct_of_peak_sustained_active \
		"$cli" bench gpu >"$work/ncu.txt" 2>&1 || true
	grep -E "conv_|fused_|peak_|sum|pct" "$work/ncu.txt" || cat "$work/ncu.txt"
else
	echo "no ncu"
fi
