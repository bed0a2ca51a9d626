package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	ff "github.com/u2takey/ffmpeg-go"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/process"
)

// swscale's names of the matrices that differ from ours.
var displayMatrix = map[string]string{"bt470bg": "bt470", "bt2020nc": "bt2020"}

// toDisplay turns limited-range YUV of a matrix into RGBA, 8 bits, full range.
func toDisplay(matrix string, width, height int) []Filter {
	if m, ok := displayMatrix[matrix]; ok {
		matrix = m
	}
	return []Filter{F("scale", "w", width, "h", height, "flags", "bicubic+accurate_rnd+full_chroma_int", "in_color_matrix", matrix, "in_range", "limited", "out_range", "full"),
		F("format", "pix_fmts", "rgba")}
}

// Display is the end of the encoder's picture chain with a screen in the encoder's place: it turns one picture into what the output file would show.
type Display struct {
	spec  EncodeSpec
	child *process.Child
}

// ShowArgs is ffmpeg's argument list for one raw picture in on its input, and RGBA out on its output.
func (s EncodeSpec) ShowArgs() ([]string, error) {
	filters := s.Filters()
	for i, f := range filters {
		if f.Name == "hwupload" {
			filters = append(filters[:i:i], filters[i+1:]...)
			break
		}
	}
	filters = append(filters, toDisplay(s.To.Matrix, s.Width, s.Height)...)
	return arguments(func() *ff.Stream {
		raw := ff.KwArgs{"f": "rawvideo", "pix_fmt": "yuv420p10le", "video_size": fmt.Sprintf("%dx%d", s.In.Width, s.In.Height), "framerate": rate(s.RateNum, s.RateDen)}
		return apply(ff.Input("pipe:0", raw).Get("0"), filters).Output("pipe:1", ff.KwArgs{"f": "rawvideo", "pix_fmt": "rgba", "frames:v": "1"}).
			GlobalArgs("-hide_banner", "-nostats", "-loglevel", "level+error")
	}, "pipe:0")
}

// Show starts a display for one picture of spec.In, so that it is ready when the picture is. Close it in any case.
func (t *Tools) Show(ctx context.Context, spec EncodeSpec) (*Display, error) {
	args, err := spec.ShowArgs()
	if err != nil {
		return nil, err
	}
	child, err := process.Start(ctx, process.Spec{Label: "display", Path: t.FFmpeg, Args: args, Stdin: true, Stdout: true})
	if err != nil {
		return nil, err
	}
	return &Display{spec, child}, nil
}

// Picture shows f. It may be called once.
func (d *Display) Picture(f *frame.Frame) (*image.RGBA, error) {
	if f.Format != d.spec.In || len(f.Data) != f.Bytes() {
		return nil, fmt.Errorf("display: a picture of %v where %v is planned", f.Format, d.spec.In)
	}
	_, err := d.child.Stdin.Write(f.Data)
	if err = errors.Join(err, d.child.Stdin.Close()); err != nil && !broken(err) {
		return nil, fmt.Errorf("display: %w", err)
	}
	m := image.NewRGBA(image.Rect(0, 0, d.spec.Width, d.spec.Height))
	return m, readPicture(d.child, m)
}

// readPicture fills m from a child that writes RGBA.
func readPicture(child *process.Child, m *image.RGBA) error {
	if _, err := io.ReadFull(child.Stdout, m.Pix); err != nil {
		if failed := child.Wait(); failed != nil {
			return failed
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return io.EOF
		}
		return err
	}
	return nil
}

// Close ends the display and frees everything.
func (d *Display) Close() { d.child.Stop() }

// PlainArgs is ffmpeg's argument list for spec's first picture, scaled bicubically to width x height and turned to RGBA by the named matrix.
func (s DecodeSpec) PlainArgs(matrix string, width, height int) ([]string, error) {
	kw := ff.KwArgs{"an": "", "sn": "", "dn": ""}
	if s.Seek > 0 {
		kw["ss"] = timeArg(s.Seek)
	}
	filters := s.Filters()
	if s.Skip > 0 {
		filters = append(filters, F("trim", "start_frame", s.Skip))
	}
	filters = append(filters, toDisplay(matrix, width, height)...)
	return arguments(func() *ff.Stream {
		return apply(input(s.Path, kw).Get(fmt.Sprint(s.Stream)), filters).
			Output("pipe:1", ff.KwArgs{"f": "rawvideo", "pix_fmt": "rgba", "fps_mode": "passthrough", "frames:v": "1"}).
			GlobalArgs("-hide_banner", "-nostdin", "-nostats", "-loglevel", s.logLevel())
	}, "file:"+s.Path)
}

// PlainPicture is the first picture of spec on a screen, as a player shows it. late is as of Decoder.Late; io.EOF says that there is no picture.
func (t *Tools) PlainPicture(ctx context.Context, spec DecodeSpec, matrix string, width, height int) (m *image.RGBA, late float64, err error) {
	args, err := spec.PlainArgs(matrix, width, height)
	if err != nil {
		return nil, 0, err
	}
	d := &Decoder{spec: spec, landed: make(chan struct{})}
	d.child, err = process.Start(ctx, process.Spec{Label: "decoder", Path: t.FFmpeg, Args: args, Stdout: true, Line: func(line string) {
		if spec.From > 0 {
			d.land(line)
		}
	}})
	if err != nil {
		return nil, 0, err
	}
	defer d.Close()
	m = image.NewRGBA(image.Rect(0, 0, width, height))
	if err := readPicture(d.child, m); err != nil {
		return nil, 0, err
	}
	return m, d.Late(ctx), nil
}
