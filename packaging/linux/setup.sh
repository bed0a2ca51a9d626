#!/bin/sh
# Brings a bare Debian 12 or Ubuntu 24.04 machine to where Tapelight builds, runs and passes its tests. Asks for one thing only: Go.
# Packages that only some work needs can be named: setup.sh clang-19 (the GPU engine's kernels), setup.sh gcc-mingw-w64-x86-64 wine64 (Windows).
set -eu

need_go=1.26
say() { printf '%s\n' "$*"; }

PATH=$PATH:/usr/local/go/bin:$HOME/go/bin
if ! command -v go >/dev/null 2>&1; then
	say "Go $need_go or newer is needed and was not found on PATH. Install it from https://go.dev/dl/ and run this again."
	exit 1
fi
have=$(go env GOVERSION | sed 's/^go//')
if [ "$(printf '%s\n%s\n' "$need_go" "$have" | sort -V | head -n1)" != "$need_go" ]; then
	say "Go $need_go or newer is needed; $(command -v go) is $have. Install a newer one from https://go.dev/dl/ and run this again."
	exit 1
fi

# run: ffmpeg. build: a C compiler, GL and X headers. look at the window without a screen: a virtual one, software GL, a window manager.
packages="ffmpeg gcc libc6-dev make pkg-config ca-certificates
libgl-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev
xvfb libgl1-mesa-dri openbox xdotool x11-utils $*"
missing=
for p in $packages; do
	dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
if [ -z "$missing" ]; then
	exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
	say "This script knows Debian and Ubuntu. Elsewhere, install what these packages hold:$missing"
	exit 1
fi
sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
	command -v sudo >/dev/null 2>&1 || { say "Run this as root, or install sudo."; exit 1; }
fi
say "Installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
