#!/bin/bash
# A person's whole way through the real window, under a virtual display: the first run, two tapes dropped, a preset chosen, the preview's line
# dragged, run, pause, go on, one cancelled, done, quit in the middle, opened again, the queue still there. The command line, which asks the
# running program, says what has become of the queue. Screenshots of each step go to build/screens where ImageMagick is installed.
# Needs the packages of setup.sh, and build/tapelight and build/tapelight-cli.
set -euo pipefail
cd "$(dirname "$0")/../.."
app=${1:-build/tapelight}
cli=${2:-build/tapelight-cli}
screens=build/screens
mkdir -p "$screens"
sample=webcam
. packaging/linux/display.sh
mkdir -p "$work/tapes"
cp "$tape" "$work/tapes/birthday 1994.mp4"
cp "$tape" "$work/tapes/Müllers & søn.mp4"

number=0
shot() {
	number=$((number + 1))
	import -window root "$screens/$(printf %02d $number)-$1.png" 2>/dev/null || true
	echo "e2e: $1"
}
title() { xdotool getwindowname "$window" 2>/dev/null || true; }
fail() {
	echo "e2e: $1 (the title is '$(title)')"
	import -window root "$screens/failed.png" 2>/dev/null || true
	jobs_are || true
	cat "$work/app.log"
	exit 1
}
# until WHAT COMMAND...: tries for two minutes
until_ok() {
	what=$1
	shift
	for _ in $(seq 600); do
		kill -0 "$app_pid" 2>/dev/null || fail "the app ended while waiting: $what"
		if "$@"; then return 0; fi
		sleep 0.2
	done
	fail "$what"
}
says() { case "$(title)" in *"$1"*) true ;; *) false ;; esac; }
# The queue's states in order: "running waiting"
jobs_are() { "$cli" queue list --json 2>/dev/null | sed -n 's/^      "state": "\(.*\)",$/\1/p' | tr '\n' ' ' | sed 's/ $//'; }
states() { [ "$(jobs_are)" = "$1" ]; }
mode() { "$cli" queue list --json 2>/dev/null | grep -q "\"mode\": \"$1\""; }
recipes() { [ "$("$cli" queue list --json | grep -c "\"name\": \"$1\",")" = "$2" ]; }
# look X Y W H: the colours there are
colours() { "$work/xtool" look 0 "$@" | cut -d' ' -f2; }
pixels() { "$work/xtool" look 0 "$@" | cut -d' ' -f1; }
many_colours() { [ "$(colours "$@")" -gt 60 ]; }
changed() { [ "$(pixels "${@:2}")" != "$1" ]; }
title_changed() { [ "$(title)" != "$1" ]; }
click() { xdotool mousemove "$1" "$2" click 1; }

open() {
	launch "$app" || fail "no window came up"
	fill
}
closed() { gone || fail "the app did not quit"; }

open
until_ok "the first run says what the computer brings along" many_colours 200 530 500 90
shot first-run

"$work/xtool" drop "$window" "$work/tapes/birthday 1994.mp4" "$work/tapes/Müllers & søn.mp4"
until_ok "two tapes are in the queue and were looked at" states "waiting waiting"
until_ok "the title counts them" says "2 videos ready"
until_ok "the preview shows a picture" many_colours 420 200 500 350
shot dropped

click 1100 371 # the card for webcams and telephones
until_ok "the preset is that of both" recipes webcam 2
shot preset

sleep 2 # the preview follows the preset
before=$(pixels 430 250 480 200)
xdotool mousemove 671 450 mousedown 1 mousemove 640 450 mousemove 560 450 mousemove 520 450 mouseup 1
until_ok "the line moves" changed "$before" 430 250 480 200
shot slider

xdotool key ctrl+Return
until_ok "one runs" states "running waiting"
until_ok "the title counts" says "%"
shot running

before=$(title)
xdotool windowminimize "$window"
until_ok "the title goes on while the window is minimised" title_changed "$before"
xdotool windowactivate --sync "$window"
xdotool key ctrl+shift+p
until_ok "the queue is held" mode held
until_ok "what ran waits, and keeps what is done" states "waiting waiting"
until_ok "the title says so" says "Paused"
shot paused

xdotool key ctrl+Return
until_ok "it goes on" states "running waiting"
shot going-on

click 200 224 # the second one
xdotool key ctrl+d
until_ok "there is a third" states "running waiting waiting"
click 200 144 # the running one
xdotool key ctrl+period
sleep 1
shot question
xdotool key Tab Tab space # "Throw it away"
until_ok "the first is cancelled" states "cancelled running waiting"
shot cancelled

xdotool key ctrl+q
sleep 1
shot quitting
xdotool key Tab Tab space # "Quit, and go on later"
closed

open
until_ok "after a restart the queue is there, and goes on" states "cancelled running waiting"
shot opened-again

until_ok "all are done" states "cancelled done done"
until_ok "the title says so" says "All done"
shot done
[ "$(find "$work/tapes" -name '*.restored*.mkv' -size +0 | wc -l)" = 2 ] || fail "there are not two new videos: $(ls "$work/tapes")"

xdotool key ctrl+q
closed
open
until_ok "the list is still there" states "cancelled done done"
shot still-there
xdotool key ctrl+q
closed
grep -q 'Error in Fyne call thread' "$work/app.log" && fail "the window was touched from a wrong thread"
echo "e2e: a person's whole way through the window works"
