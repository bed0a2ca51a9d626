#!/bin/sh
# Renders tapelight.svg to the PNG sizes that are embedded and packaged. Needs rsvg-convert (Debian: librsvg2-bin).
set -eu
cd "$(dirname "$0")"
for size in 256 512; do
	rsvg-convert --width "$size" --height "$size" --output "tapelight-$size.png" tapelight.svg
done
