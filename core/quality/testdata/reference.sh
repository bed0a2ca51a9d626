#!/bin/sh
# Prints the summary lines of ffmpeg's filters psnr and ssim for two files of raw frames: reference.sh A B WIDTHxHEIGHT PIXELFORMAT.
# Without SIMD: that of ffmpeg 5.1's ssim is wrong for 8-bit pictures whose width is not a multiple of 16 (0.121 for 0.007 on
# uncorrelated noise of 40x96), the plain C is not. Used by go test ./core/quality -update.
set -eu
for filter in psnr ssim; do
	ffmpeg -cpuflags 0 -nostdin -hide_banner -f rawvideo -video_size "$3" -pixel_format "$4" -i "$1" \
		-f rawvideo -video_size "$3" -pixel_format "$4" -i "$2" -lavfi "[0][1]$filter" -f null - 2>&1 |
		sed -n 's/^\[Parsed_[^]]*\] \(PSNR\|SSIM\)/\1/p'
done
