package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/tapelight/tapelight/core/process"
)

// Picture decodes one picture near at (seconds) and returns it as width x height RGBA bytes, deinterlaced if it is interlaced. A capture that
// ends before gives its first picture.
func (t *Tools) Picture(ctx context.Context, path string, stream int, at float64, width, height int) ([]byte, error) {
	size := 4 * width * height
	for _, seek := range []float64{at, 0} {
		args := []string{"-hide_banner", "-nostdin", "-loglevel", "error"}
		if seek > 0 {
			args = append(args, "-ss", timeArg(seek))
		}
		args = append(args, inputArgs(path)...)
		chain := Chain([]Filter{F("bwdif", "mode", "send_frame", "deint", "interlaced"), F("scale", "w", width, "h", height), F("format", "pix_fmts", "rgba")})
		args = append(args, "-map", "0:"+strconv.Itoa(stream), "-vf", chain, "-frames:v", "1", "-f", "rawvideo", "pipe:1")
		pix, err := process.Output(ctx, process.Spec{Label: "decoder", Path: t.FFmpeg, Args: args}, int64(size))
		if err != nil {
			return nil, err
		}
		if len(pix) == size {
			return pix, nil
		}
	}
	return nil, errors.New("no picture could be decoded" + fmt.Sprintf(" near %.1f s", at))
}
