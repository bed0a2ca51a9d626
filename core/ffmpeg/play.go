package ffmpeg

import (
	"context"
	"fmt"
	"image"
	"io"

	ff "github.com/u2takey/ffmpeg-go"

	"github.com/tapelight/tapelight/core/process"
)

// Film is a video that is being decoded for a screen. It belongs to one goroutine, but for Close.
type Film struct {
	child *process.Child
	w, h  int
}

// FilmArgs is ffmpeg's argument list for every so-manieth picture, from the first, of the first video stream of a file that has square pixels and no fields,
// at width x height in RGBA.
func FilmArgs(path string, every, width, height int) ([]string, error) {
	if width < 1 || height < 1 || width > 16384 || height > 16384 || every < 1 {
		return nil, fmt.Errorf("play %s: each %d. picture at %dx%d can't be shown", path, every, width, height)
	}
	filters := []Filter{F("select", "expr", fmt.Sprintf("not(mod(n,%d))", every)), F("scale", "w", width, "h", height, "flags", "bilinear"), F("format", "pix_fmts", "rgba")}
	return arguments(func() *ff.Stream {
		return apply(input(path, ff.KwArgs{"an": "", "sn": "", "dn": ""}).Get("v:0"), filters).
			Output("pipe:1", ff.KwArgs{"f": "rawvideo", "pix_fmt": "rgba", "fps_mode": "passthrough"}).
			GlobalArgs("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error")
	}, "file:"+path)
}

// Film starts to decode a video for a screen. See FilmArgs.
func (t *Tools) Film(ctx context.Context, path string, every, width, height int) (*Film, error) {
	args, err := FilmArgs(path, every, width, height)
	if err != nil {
		return nil, err
	}
	child, err := process.Start(ctx, process.Spec{Label: "player", Path: t.FFmpeg, Args: args, Stdout: true})
	if err != nil {
		return nil, fmt.Errorf("play %s: %w", path, err)
	}
	return &Film{child, width, height}, nil
}

// Next reads the next picture into m, which must have the film's size and no gaps between lines. The end is io.EOF.
func (f *Film) Next(m *image.RGBA) error {
	if m.Rect.Dx() != f.w || m.Rect.Dy() != f.h || m.Stride != 4*f.w || len(m.Pix) < 4*f.w*f.h {
		return fmt.Errorf("play: a picture of %v where %dx%d is wanted", m.Rect, f.w, f.h)
	}
	_, err := io.ReadFull(f.child.Stdout, m.Pix[:4*f.w*f.h])
	switch err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		if failed := f.child.Wait(); failed != nil {
			return failed
		}
		return io.EOF
	}
	return err
}

// Close ends the decoder. It may be called at any time, and more than once.
func (f *Film) Close() { f.child.Stop() }
