# Sourced by the scripts here that drive the real window: a virtual display with software GL and a window manager, and a home of its own, so that
# nothing of the person's is touched. All of it goes with the script. Needs the packages of setup.sh. Takes $screen, 1280x800 unless set, and
# $sample, the name of a sample tape to make; gives:
#   $work        a folder that goes, too, with the command xtool in it
#   $tape        the sample tape, a second long
#   $pids        what is ended at the end; add to it
#   launch PROGRAM [ARGUMENT...]   starts it with the log in $work/app.log; sets $app_pid, and $window once that is there
#   fill         gives the window the whole display
#   gone         waits until the program has ended
screen=${screen:-1280x800}
work=$(mktemp -d)
pids=()
cleanup() {
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
cc -O2 -o "$work/xtool" packaging/linux/xtool.c -lX11
if [ -n "${sample:-}" ]; then
	go run ./testdata/make -seconds "${sample_seconds:-1}" -only "$sample" -out "$work/made" >/dev/null
	tape=$(find "$work/made" -name "$sample*.m*" | head -n1)
fi

# Xvfb itself says on which display it runs once it is ready.
exec 3> "$work/display"
Xvfb -displayfd 3 -screen 0 "${screen}x24" +extension GLX +render -noreset >"$work/xvfb.log" 2>&1 &
pids+=($!)
for _ in $(seq 100); do [ -s "$work/display" ] && break; sleep 0.1; done
DISPLAY=:$(cat "$work/display")
export DISPLAY LIBGL_ALWAYS_SOFTWARE=1 LANG=C.UTF-8 FYNE_SCALE=1 HOME="$work/home"
export XDG_CONFIG_HOME="$HOME/config" XDG_CACHE_HOME="$HOME/cache" XDG_DATA_HOME="$HOME/data"
mkdir -p "$HOME"
openbox >"$work/openbox.log" 2>&1 &
pids+=($!)

app_pid=
window=
launch() {
	"$@" >>"$work/app.log" 2>&1 &
	app_pid=$!
	pids+=("$app_pid")
	window=$(timeout 60 xdotool search --sync --onlyvisible --name Tapelight | head -n1) || true
	[ -n "$window" ] || { echo "no window came up"; cat "$work/app.log"; return 1; }
}
fill() {
	xdotool windowactivate --sync "$window"
	xdotool windowsize "$window" "${screen%x*}" "${screen#*x}"
	xdotool windowmove "$window" 0 0
	sleep 1
}
gone() {
	for _ in $(seq 150); do kill -0 "$app_pid" 2>/dev/null || return 0; sleep 0.1; done
	return 1
}
