#!/bin/sh
# Builds tapelight-cli for Windows with the GPU engine and, where there is wine, runs it: no library but the system's own may be needed, and without
# NVIDIA's driver it must say so. Needs gcc-mingw-w64-x86-64; wine64 for the second half.
set -eu
here=$(realpath "$(dirname "$0")")
cd "$here/../../../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export C_INCLUDE_PATH="$PWD/core/neural/cuda/include"
cc=x86_64-w64-mingw32-gcc
GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=$cc go build -trimpath -tags cuda -o "$work/tapelight-cli.exe" ./cmd/tapelight-cli
strange=$(x86_64-w64-mingw32-objdump -p "$work/tapelight-cli.exe" | sed -n 's/.*DLL Name: //p' | grep -viE '^(kernel32|msvcrt|api-ms-.*)\.dll$' || true)
[ -z "$strange" ] || { echo "the program for Windows needs $strange"; exit 1; }
wine=$(command -v wine64 || command -v wine || ls /usr/lib/wine/wine64 2>/dev/null || true)
[ -n "$wine" ] || { echo "built for Windows; there is no wine to run it"; exit 0; }
export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
"$wine" wineboot -i >/dev/null 2>&1 || true
system="$WINEPREFIX/drive_c/windows/system32"
[ -f "$system/bcryptprimitives.dll" ] || $cc -shared -o "$system/bcryptprimitives.dll" "$here/bcryptprimitives.c" -ladvapi32
said=$("$wine" "$work/tapelight-cli.exe" doctor --gpu 2>&1) && { echo "found a card under wine: $said"; exit 1; }
printf '%s\n' "$said" | grep -q "no NVIDIA driver" || { echo "under wine it said: $said"; exit 1; }
printf 'built for Windows; under wine: %s\n' "$said"
"$(dirname "$wine")/wineserver" -k >/dev/null 2>&1 || wineserver -k >/dev/null 2>&1 || true
