#!/bin/bash
# Drives the real window under a virtual display as a person would: start with a tape, press Start, wait for "done". Screenshots go to
# build/screens. Needs the packages of setup.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
app=${1:-build/tapelight}
screens=build/screens
work=$(mktemp -d)
mkdir -p "$screens"
pids=()
cleanup() {
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

go run ./testdata/make -seconds 1 -only webcam -out "$work/tapes" >/dev/null
tape=$(find "$work/tapes" -name 'webcam*.mp4' | head -n1)

# Xvfb itself says on which display it runs once it is ready.
exec 3> "$work/display"
Xvfb -displayfd 3 -screen 0 1280x800x24 +extension GLX +render -noreset >"$work/xvfb.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do [ -s "$work/display" ] && break; sleep 0.1; done
DISPLAY=:$(cat "$work/display")
export DISPLAY LIBGL_ALWAYS_SOFTWARE=1 LANG=C.UTF-8 HOME="$work/home" XDG_CONFIG_HOME="$work/home/config" XDG_CACHE_HOME="$work/home/cache"
mkdir -p "$HOME"
openbox >"$work/openbox.log" 2>&1 &
pids+=($!)

"$app" "$tape" >"$work/app.log" 2>&1 &
app_pid=$!
pids+=("$app_pid")
fail() {
	echo "smoke: $1"
	import -window root "$screens/failed.png" 2>/dev/null || true
	cat "$work/app.log"
	exit 1
}
window=$(timeout 60 xdotool search --sync --onlyvisible --name Tapelight | head -n1) || fail "no window came up"
xdotool windowactivate --sync "$window"
# Reading the tape takes a moment; the title then counts it.
title() { xdotool getwindowname "$window"; }
wait_title() {
	for _ in $(seq 600); do
		kill -0 "$app_pid" 2>/dev/null || fail "the app ended"
		case "$(title)" in *"$1"*) return 0 ;; esac
		sleep 0.2
	done
	fail "the title never said '$1', only '$(title)'"
}
xdotool key --window "$window" ctrl+Return
wait_title "All done"
import -window root "$screens/done.png" 2>/dev/null || true
[ -n "$(find "$work/tapes" -name 'webcam.restored.mkv' -size +0)" ] || fail "no output"
grep -q 'Error in Fyne call thread' "$work/app.log" && fail "the window was touched from a wrong thread"
xdotool key --window "$window" ctrl+q || true # the window may be gone before the key is released
for _ in $(seq 100); do kill -0 "$app_pid" 2>/dev/null || { echo "smoke: the window restored a tape and closed"; exit 0; }; sleep 0.1; done
fail "the app did not quit"
