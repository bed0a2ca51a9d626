#!/bin/bash
# Measures the real window under a virtual display with software GL: 10,000 jobs of which one runs, 1,000 lines of log a second with the log open.
# Prints how long a key takes to show, what the window costs when nobody touches it, and how memory grows. SECONDS_IDLE says how long it is
# left alone (default 600). Needs the packages of setup.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
app=${1:-build/tapelight-uibench}
plain=${2:-build/tapelight}
idle=${SECONDS_IDLE:-600}
work=$(mktemp -d)
pids=()
cleanup() {
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
cc -O2 -o "$work/xtool" packaging/linux/xtool.c -lX11
exec 3> "$work/display"
Xvfb -displayfd 3 -screen 0 1280x800x24 +extension GLX +render -noreset >"$work/xvfb.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do [ -s "$work/display" ] && break; sleep 0.1; done
DISPLAY=:$(cat "$work/display")
export DISPLAY LIBGL_ALWAYS_SOFTWARE=1 LANG=C.UTF-8 FYNE_SCALE=1 HOME="$work/home"
export XDG_CONFIG_HOME="$HOME/config" XDG_CACHE_HOME="$HOME/cache" XDG_DATA_HOME="$HOME/data"
mkdir -p "$HOME"
openbox >"$work/openbox.log" 2>&1 &
pids+=($!)

launch() { # PROGRAM: sets pid and window, prints how long the window took
	local start
	start=$(date +%s%N)
	"$1" >"$work/app.log" 2>&1 &
	pid=$!
	pids+=("$pid")
	window=$(timeout 60 xdotool search --sync --onlyvisible --name Tapelight | head -n1)
	echo "first window after $((($(date +%s%N) - start) / 1000000)) ms"
	xdotool windowactivate --sync "$window"
	xdotool windowsize "$window" 1280 800
	xdotool windowmove "$window" 0 0
	sleep 5
}
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; } # processor time, in hundredths of a second
rss() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }
cpu_over() { # SECONDS: percent of a core
	local a b
	a=$(ticks "$pid")
	sleep "$1"
	b=$(ticks "$pid")
	awk -v d=$((b - a)) -v s="$1" 'BEGIN {printf "%.1f %% of a core", d / s}'
}

echo "load of the machine: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores"
echo "== an empty queue, untouched"
launch "$plain"
sleep 10
echo "idle: $(cpu_over 30), $(($(rss "$pid") / 1024)) MB"
kill "$pid"
wait "$pid" 2>/dev/null || true

echo "== 10,000 jobs, one running, 1,000 lines of log a second"
launch "$app"
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
first=$(rss "$pid")
echo "watching a job with the log open: $(cpu_over "$idle")"
last=$(rss "$pid")
echo "memory: $((first / 1024)) MB, after $idle s $((last / 1024)) MB: $(((last - first) / 1024)) MB more"
