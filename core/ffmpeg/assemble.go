package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	ff "github.com/u2takey/ffmpeg-go"

	"github.com/tapelight/tapelight/core/process"
)

// Part is a Matroska file that holds a run of the output's pictures, the first of them at its place in the output by the file's clock.
type Part struct {
	Path   string
	Frames int64
}

// AssembleSpec says how parts become the output: their pictures as they are, sound and the rest from the capture as Encode says.
type AssembleSpec struct {
	Encode EncodeSpec
	Parts  []Part
	Path   string
}

// Joinable tells whether a part's name can stand in the list that ffmpeg reads.
func Joinable(path string) bool { return !strings.ContainsAny(path, "\r\n") }

// list is the parts as ffmpeg's concat demuxer reads them. Each part's length is said, so that its successor begins exactly where its own clock says.
func (s AssembleSpec) list() (string, error) {
	var b strings.Builder
	b.WriteString("ffconcat version 1.0\n")
	ms := func(frame int64) int64 { // Matroska's clock, as its muxer rounds
		e := s.Encode
		return (2*1000*frame*e.RateDen + e.RateNum) / (2 * e.RateNum)
	}
	var first int64
	for _, p := range s.Parts {
		abs, err := filepath.Abs(p.Path)
		if err != nil {
			return "", err
		}
		if !Joinable(abs) {
			return "", fmt.Errorf("a name with a line break can't be joined: %q", abs)
		}
		fmt.Fprintf(&b, "file 'file:%s'\n", strings.ReplaceAll(filepath.ToSlash(abs), "'", `'\''`))
		length := ms(first+p.Frames) - ms(first)
		fmt.Fprintf(&b, "duration %d.%03d\n", length/1000, length%1000)
		first += p.Frames
	}
	return b.String(), nil
}

// Args is ffmpeg's argument list; it reads the list of parts on its input.
func (s AssembleSpec) Args() ([]string, error) {
	e := s.Encode
	e.Path = s.Path
	mux, ok := muxers[e.Container]
	if !ok {
		return nil, fmt.Errorf("there is no container %q; known are mkv, mp4, mov", e.Container)
	}
	out := ff.KwArgs{"f": mux.format, "c:v": "copy", "map_metadata": sourceIndex, "map_chapters": sourceIndex}
	for k, v := range mux.flags {
		out[k] = v
	}
	enc, err := LookupEncoder(e.Encoder)
	if err != nil {
		return nil, err
	}
	enc.tagOptions(e.Container, out)
	e.markOptions(out)
	return e.withSource(out, "pipe:0", func() *ff.Stream {
		return ff.Input("pipe:0", ff.KwArgs{"f": "concat", "safe": "0", "protocol_whitelist": "file,pipe"}).Get("v:0")
	}, nil)
}

// KeepPictures copies the pictures and tags of a Matroska file into another, begins seconds earlier. Sound that is coded with a lead-in makes the file's
// pictures begin late; without it they are where they belong.
func (t *Tools) KeepPictures(ctx context.Context, from, to string, begins float64) error {
	args, err := arguments(func() *ff.Stream {
		return ff.Input("file:"+from, ff.KwArgs{"protocol_whitelist": "file", "f": "matroska", "itsoffset": timeArg(-begins)}).Get("v:0").
			Output("file:"+to, ff.KwArgs{"f": "matroska", "c": "copy", "map_metadata": sourceIndex}).
			GlobalArgs("-hide_banner", "-nostdin", "-loglevel", "level+error", "-y")
	}, "file:"+from)
	if err != nil {
		return err
	}
	child, err := process.Start(ctx, process.Spec{Label: "encoder", Path: t.FFmpeg, Args: args})
	if err != nil {
		return err
	}
	defer child.Stop()
	return (&Encoder{child: child}).explain(child.Wait())
}

// Assemble writes the output from its parts. report (may be nil) hears how far it is.
func (t *Tools) Assemble(ctx context.Context, spec AssembleSpec, report func(Progress)) error {
	list, err := spec.list()
	if err != nil {
		return err
	}
	if err := t.settle(ctx, &spec.Encode); err != nil {
		return err
	}
	args, err := spec.Args()
	if err != nil {
		return err
	}
	if report == nil {
		report = func(Progress) {}
	}
	child, err := process.Start(ctx, process.Spec{Label: "encoder", Path: t.FFmpeg, Args: args, Stdin: true, Stdout: true})
	if err != nil {
		return err
	}
	defer child.Stop()
	_, err = io.WriteString(child.Stdin, list)
	err = errors.Join(err, child.Stdin.Close())
	_ = ParseProgress(child.Stdout, report)
	if failed := child.Wait(); failed != nil {
		return (&Encoder{child: child}).explain(failed)
	}
	return err
}
