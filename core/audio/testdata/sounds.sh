#!/bin/sh
# Fetches recordings of speech and music from Debian packages and cuts the clips that the sound bench is measured on:
# 48 kHz, 32-bit float, no header, into the folder given. Nothing is installed. "dev" clips are for tuning, "test" clips are held out.
set -eu
out=${1:?usage: sounds.sh FOLDER}
mkdir -p "$out/packages"
[ -e "$out/complete" ] && exit 0
cd "$out/packages"
apt-get download -qq alsa-utils klettres-data asterisk-core-sounds-en-g722 hyperrogue-music wesnoth-1.16-music
for d in *.deb; do dpkg -x "$d" x; done
cd ..
share=packages/x/usr/share

# clip NAME SECONDS FILE...: joins files, each with a rest of half a second, brought to one level.
clip() {
	name=$1 seconds=$2
	shift 2
	for f in "$@"; do
		case $f in *.g722) kind="-f g722" ;; *) kind= ;; esac
		ffmpeg -v quiet $kind -i "$f" -ac 1 -ar 48000 -af "apad=pad_dur=0.5" -f f32le pipe:1
	done | ffmpeg -v error -y -f f32le -ar 48000 -ac 1 -i pipe:0 -t "$seconds" -f f32le "$name.f32"
}
# part NAME SECONDS FILE START CHANNELS
part() {
	ffmpeg -v error -y -ss "$4" -t "$2" -i "$3" -ac "$5" -ar 48000 -f f32le "$1.f32"
}
allison=$share/asterisk/sounds/en_US_f_Allison
clip speech-dev 30 "$allison/demo-instruct.g722" "$allison/demo-moreinfo.g722" "$allison/vm-intro.g722" "$allison/priv-callee-options.g722"
clip speech-test 30 "$allison/demo-congrats.g722" "$allison/demo-echotest.g722" "$allison/vm-opts.g722" "$allison/tt-allbusy.g722"
# Other voices, at full band.
clip voices-test 30 $share/sounds/alsa/Front_*.wav $share/sounds/alsa/Rear_*.wav $share/sounds/alsa/Side_*.wav $share/klettres/en/syllab/*.ogg $share/klettres/it/syllab/a*.ogg $share/klettres/de/syllab/*.ogg
wesnoth=$share/games/wesnoth/1.16/data/core/music
part music-dev 30 $wesnoth/traveling_minstrels.ogg 30 1
part orchestra-dev 30 $wesnoth/battle-epic.ogg 40 1
part music-test 30 $wesnoth/love_theme.ogg 40 1
part stereo-test 30 $wesnoth/loyalists.ogg 60 2
part game-test 30 $share/hyperrogue/music/hr3-jungle.ogg 30 1
rm -rf packages
touch complete
