#!/bin/bash
# Measures the real window under a virtual display with software GL: 10,000 jobs of which one runs, 1,000 lines of log a second with the log open.
# Prints how long a key takes to show, what the window costs when nobody touches it and when it is minimised, and how memory grows. SECONDS_IDLE says
# how long it is left alone (default 600). Needs the packages of setup.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
app=${1:-build/tapelight-uibench}
plain=${2:-build/tapelight}
idle=${SECONDS_IDLE:-600}
. packaging/linux/display.sh

start() { # PROGRAM: prints how long its window took
	local begun
	begun=$(date +%s%N)
	launch "$1"
	echo "first window after $((($(date +%s%N) - begun) / 1000000)) ms"
	fill
	sleep 4
}
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; } # processor time, in hundredths of a second
rss() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }
cpu_over() { # SECONDS: percent of a core
	local a b
	a=$(ticks "$app_pid")
	sleep "$1"
	b=$(ticks "$app_pid")
	awk -v d=$((b - a)) -v s="$1" 'BEGIN {printf "%.1f %% of a core", d / s}'
}

echo "load of the machine: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores"
echo "== an empty queue, untouched"
start "$plain"
sleep 10
echo "idle: $(cpu_over 30), $(($(rss "$app_pid") / 1024)) MB"
xdotool windowminimize "$window"
sleep 5
echo "minimised: $(cpu_over 30)"
kill "$app_pid"
wait "$app_pid" 2>/dev/null || true

echo "== 10,000 jobs, one running, 1,000 lines of log a second"
start "$app"
xdotool key ctrl+l
sleep 2
xdotool mousemove 200 224 click 1 # the second row; the first one runs and changes by itself
sleep 1
xdotool mousemove 640 60
echo "log open: $("$work/xtool" latency "$window" 300 12 190 360 60)"
xdotool key ctrl+l
sleep 1
echo "log shut: $("$work/xtool" latency "$window" 300 12 190 360 60)"
xdotool key ctrl+l
sleep 30
# The memory of the process goes up and down with Go's garbage, and by pages that Go had given back and takes again. What may not rise is what is in use.
(while sleep 2; do rss "$app_pid"; done >"$work/rss") &
pids+=($!)
heaps=$(grep -c '^heap:' "$work/app.log")
echo "watching a job with the log open: $(cpu_over "$idle")"
kill $!
middles() { # of the first and last fifth of the numbers, in bytes, with least and most
	local all fifth
	all=$(cat)
	fifth=$((($(wc -l <<<"$all") + 4) / 5))
	for part in head tail; do
		$part -n "$fifth" <<<"$all" | sort -n | awk '{a[NR] = $1} END {printf "%.1f MB (%.1f to %.1f)\n", a[int((NR + 1) / 2)] / 1e6, a[1] / 1e6, a[NR] / 1e6}'
	done | paste -sd'>' | sed 's/>/, at the end /'
}
heap() { tail -n +"$heaps" "$work/app.log" | awk -v what="$1" '/^heap:/ {print $(what == "live" ? 2 : 4)}'; }
echo "over $idle s, middle of the first and last fifth (least to most):"
echo "  process: $(awk '{print $1 * 1024}' "$work/rss" | middles)"
echo "  Go's heap, in use: $(heap live | middles)"
echo "  Go's heap, of the system: $(heap held | middles)"
xdotool windowminimize "$window"
sleep 5
echo "a job running, minimised: $(cpu_over 30)"
