#!/bin/sh
# Holds the instructions in PTX files against their .version and .target: the compiler does not check what is written in asm, and the driver would
# refuse it on the user's machine. The limits are from NVIDIA's PTX manual.
set -eu
bad=0
for file in "$@"; do
	version=$(sed -n 's/^\.version \([0-9]*\)\.\([0-9]*\)/\1\2/p' "$file")
	target=$(sed -n 's/^\.target sm_\([0-9]*\).*/\1/p' "$file")
	while read -r needs_version needs_target pattern; do
		if grep -Eq "$pattern" "$file" && { [ "$version" -lt "$needs_version" ] || [ "$target" -lt "$needs_target" ]; }; then
			echo "$file has .version $version and .target sm_$target; $pattern needs $needs_version and sm_$needs_target"
			bad=1
		fi
	done <<-'END'
		65 75 ldmatrix\.
		65 75 mma\.sync\.aligned\.m16n8k8\.
		70 80 mma\.sync\.aligned\.m16n8k16\.
		70 80 cp\.async\.
		60 30 (shfl|vote|bar\.warp)\.sync
		60 70 wmma\.
		70 80 cvt\.rn\.f16x2\.f32
		42 53 (fma|add|mul)(\.rn)?\.f16
		80 90 (wgmma|cp\.async\.bulk|mbarrier\.try_wait|setmaxnreg)
		70 80 mbarrier\.
	END
	if grep -Eq '\.(local|extern \.func)' "$file"; then
		echo "$file uses local memory, or calls what is not in it"
		bad=1
	fi
	for name in $(sed -n 's/.*\.entry \([a-z0-9_]*\)(.*/\1/p' "$file"); do
		if awk -v n="$name" '$0 ~ "entry " n "\\(" {p=1} p && /\.param/ && !/\.u64/ {bad=1} p && /^\)/ {exit} END {exit !bad}' "$file"; then
			echo "$file: a parameter of $name is not 8 bytes wide, as the launches write them"
			bad=1
		fi
	done
done
exit $bad
