#!/bin/bash
# Drives the real window under a virtual display as a person would: start with a tape, press Start, wait for "done". Screenshots go to
# build/screens. Needs the packages of setup.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
app=${1:-build/tapelight}
screens=build/screens
mkdir -p "$screens"
sample=webcam
. packaging/linux/display.sh

fail() {
	echo "smoke: $1"
	import -window root "$screens/failed.png" 2>/dev/null || true
	cat "$work/app.log"
	exit 1
}
launch "$app" "$tape" || fail "no window came up"
fill
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
[ -n "$(find "$work/made" -name 'webcam.restored.mkv' -size +0)" ] || fail "no output"
grep -q 'Error in Fyne call thread' "$work/app.log" && fail "the window was touched from a wrong thread"
xdotool key --window "$window" ctrl+q || true # the window may be gone before the key is released
gone || fail "the app did not quit"
echo "smoke: the window restored a tape and closed"
