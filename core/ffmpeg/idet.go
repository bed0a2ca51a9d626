package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/tapelight/tapelight/core/process"
)

// Window is a part of a picture stream to look at.
type Window struct {
	Stream        int     // index in the file
	Start         float64 // seconds from the file's beginning
	Span          float64 // seconds
	Width, Height int     // of the luma pictures handed out, or zero for no pictures
	Crop          int     // lines to leave out above and below, even, so that the fields keep their places (head switching, closed captions)
}

// Idet runs ffmpeg's interlace detector over span seconds from start. It looks at the lines only, not at the flags, so its verdict is of
// the content. Frames that can't be decoded are passed over; when there is none at all, the error says why.
func (t *Tools) Idet(ctx context.Context, path string, stream int, start, span float64) (IdetStats, error) {
	return t.Look(ctx, path, Window{Stream: stream, Start: start, Span: span}, nil)
}

// Look decodes a window and hands each frame's luma to luma: Width x Height samples, 8 bits, full range, rows one after the other, all
// lines in place; the slice is valid during the call only. It returns the interlace detector's counts over the same pictures.
func (t *Tools) Look(ctx context.Context, path string, w Window, luma func([]byte) error) (IdetStats, error) {
	args := []string{"-hide_banner", "-nostdin", "-nostats", "-v", "info", "-noautorotate"}
	if w.Start > 0 {
		args = append(args, "-ss", strconv.FormatFloat(w.Start, 'f', 6, 64))
	}
	args = append(args, "-t", strconv.FormatFloat(w.Span, 'f', 6, 64))
	args = append(args, inputArgs(path)...)
	args = append(args, "-map", fmt.Sprintf("0:%d", w.Stream), "-an", "-sn", "-dn", "-filter:v")
	spec := process.Spec{Label: "ffmpeg", Path: t.FFmpeg}
	if luma == nil {
		spec.Args = append(args, "idet", "-f", "null", "-")
	} else {
		// The average over neighbouring columns takes noise away and leaves the lines alone.
		graph := fmt.Sprintf("format=gray,crop=iw:%d:0:%d:exact=1,scale=%d:%d:flags=area,idet", w.Height, w.Crop, w.Width, w.Height)
		mode := []string{"-fps_mode", "passthrough"}
		if t.Major == 5 { // 5.0 has the old name only
			mode[0] = "-vsync"
		}
		spec.Args = append(append(append(args, graph), mode...), "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1")
		spec.Stdout = true
	}
	var stats IdetStats
	spec.Line = func(line string) { stats.parseLine(line) }
	c, err := process.Start(ctx, spec)
	if err != nil {
		return stats, fmt.Errorf("look at the fields of %s: %w", path, err)
	}
	defer c.Stop()
	frames := 0
	if luma != nil {
		if frames, err = eachFrame(c.Stdout, w.Width*w.Height, luma); err != nil {
			return IdetStats{}, fmt.Errorf("look at the fields of %s: %w", path, err)
		}
	}
	if err := c.Wait(); err != nil { // also says that stats is complete
		var exit *process.ExitError
		if !errors.As(err, &exit) || stats.Frames()+frames == 0 {
			return stats, fmt.Errorf("look at the fields of %s: %w", path, err)
		}
	}
	return stats, nil
}

func eachFrame(r io.Reader, size int, use func([]byte) error) (n int, err error) {
	buf := make([]byte, size)
	for {
		if _, err := io.ReadFull(r, buf); err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return n, nil
			}
			return n, err
		}
		n++
		if err := use(buf); err != nil {
			return n, err
		}
	}
}
