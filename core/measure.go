package core

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"golang.org/x/sync/errgroup"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/quality"
	"github.com/tapelight/tapelight/core/source"
)

// MeasureRequest asks how far the pictures of B are from those of A.
type MeasureRequest struct {
	A, B          string  // files; A is the reference
	Start, Length float64 // seconds of both; Length 0 is to the end of the shorter one
	AsTheyAre     bool    // the pictures lie on each other already: don't look for shifts and scales
}

// Measured is what was found. B's pictures were brought to A's size, place and matrix.
type Measured struct {
	A         string            `json:"a"`
	B         string            `json:"b"`
	Width     int               `json:"width"` // of the pictures that were compared: A's
	Height    int               `json:"height"`
	Rate      float64           `json:"rate"`
	Alignment quality.Alignment `json:"alignment"`
	quality.Figures
}

// Pictures looked at to find out how they lie on each other, and how many they may be apart.
const (
	alignPictures = 20
	alignReach    = 6
)

// Measure compares two files picture by picture, at 10 bits 4:2:0 limited range. Interlaced ones are deinterlaced to field rate first. progress (may be nil) is
// told how many pictures are done.
func (s *Service) Measure(ctx context.Context, r MeasureRequest, progress func(done int)) (m *Measured, err error) {
	defer s.guard(r.A, &err)
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	if r.Start < 0 || r.Length < 0 || math.IsNaN(r.Start+r.Length) {
		return nil, fmt.Errorf("%g s from %g s on is no part of a video", r.Length, r.Start)
	}
	var files [2]*source.Source
	var specs [2]ffmpeg.DecodeSpec
	for i, path := range []string{r.A, r.B} {
		src, err := s.Probe(ctx, path, nil)
		if err != nil {
			return nil, named(path, err)
		}
		if specs[i], err = wholePictures(src); err != nil {
			return nil, err
		}
		specs[i].Duration = r.Length
		if r.Start > 0 {
			// A seek may land late where a file has no index: seek early and drop by time, from half a picture before.
			half := 0.5 * float64(specs[i].RateDen) / float64(specs[i].RateNum)
			specs[i].Seek = src.Video.Start + max(0, r.Start-half)
			specs[i] = specs[i].Early(3)
		}
		files[i] = src
	}
	rates := [2]float64{}
	for i, d := range specs {
		rates[i] = float64(d.RateNum) / float64(d.RateDen)
	}
	if math.Abs(rates[0]/rates[1]-1) > 0.002 {
		return nil, fmt.Errorf("%s has %.2f pictures a second and %s %.2f: they can't be compared one by one", r.A, rates[0], r.B, rates[1])
	}
	m = &Measured{A: r.A, B: r.B, Width: specs[0].Out.Width, Height: specs[0].Out.Height, Rate: rates[0]}
	m.Alignment, m.Figures, err = measure(ctx, t, specs, [2]string{files[0].Video.Color.Matrix, files[1].Video.Color.Matrix}, r.AsTheyAre, progress)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// wholePictures decodes src as it is, at field rate where it is interlaced.
func wholePictures(src *source.Source) (ffmpeg.DecodeSpec, error) {
	v := src.Video
	if v == nil {
		return ffmpeg.DecodeSpec{}, &source.InputError{Path: src.Path, Reason: "there is no picture in it"}
	}
	d := ffmpeg.DecodeSpec{Path: src.Path, Stream: v.Index, PixFmt: v.PixFmt, FullRange: v.Color.Range == "pc", Deinterlace: ffmpeg.KeepFrames,
		RateNum: v.Rate.Num, RateDen: v.Rate.Den, PadRight: v.Width % 2, PadBottom: v.Height % 2}
	if v.Fields.Scan == source.Interlaced {
		d.Deinterlace, d.BottomFirst, d.RateNum = ffmpeg.ToFields, v.Fields.Order == source.BottomFirst, 2*d.RateNum
	}
	d.Out = frame.Format{Width: v.Width + d.PadRight, Height: v.Height + d.PadBottom, Chroma: frame.YUV420, Depth: 10}
	if d.RateNum <= 0 || d.RateDen <= 0 {
		return d, &source.InputError{Path: src.Path, Reason: "how many pictures a second it has can't be told"}
	}
	return d, d.Out.Validate()
}

// reel reads pictures, the first of which may have been read already.
type reel struct {
	decoder *ffmpeg.Decoder
	format  frame.Format
	ahead   []*frame.Frame
}

func (r *reel) next() (*frame.Frame, error) {
	if len(r.ahead) > 0 {
		f := r.ahead[0]
		r.ahead = r.ahead[1:]
		return f, nil
	}
	f := frame.New(r.format)
	return f, r.decoder.Read(f)
}

// fill reads ahead.
func (r *reel) fill(n int) error {
	for len(r.ahead) < n {
		f := frame.New(r.format)
		if err := r.decoder.Read(f); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		r.ahead = append(r.ahead, f)
	}
	return nil
}

func measure(ctx context.Context, t *ffmpeg.Tools, specs [2]ffmpeg.DecodeSpec, matrices [2]string, asTheyAre bool, progress func(int)) (quality.Alignment, quality.Figures, error) {
	al, to := quality.Aligned(), specs[0].Out
	fail := func(err error) (quality.Alignment, quality.Figures, error) { return al, quality.Figures{}, err }
	var reels [2]*reel
	for i, spec := range specs {
		d, err := t.Decode(ctx, spec)
		if err != nil {
			return fail(err)
		}
		defer d.Close()
		reels[i] = &reel{decoder: d, format: spec.Out}
	}
	if !asTheyAre {
		var both errgroup.Group
		for _, r := range reels {
			both.Go(func() error { return r.fill(alignPictures) })
		}
		err := both.Wait()
		if err == nil {
			al, err = quality.FindAlignment(reels[0].ahead, reels[1].ahead, alignReach)
		}
		if err != nil {
			return fail(err)
		}
		for i, n := range []int{-al.Frames, al.Frames} {
			for range n {
				if _, err := reels[i].next(); err != nil {
					return fail(err)
				}
			}
		}
	}
	c, err := quality.NewComparison(to)
	if err != nil {
		return fail(err)
	}
	from, into := quality.MatrixOf(matrices[1]), quality.MatrixOf(matrices[0])
	for n := 0; ; n++ {
		pair, err := nextPair(reels)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			pair[1], err = quality.Convert(pair[1], from, into)
		}
		if err == nil {
			pair[1], err = al.Apply(pair[1], to)
		}
		if err == nil {
			err = c.Add(pair[0], pair[1])
		}
		if err != nil {
			return fail(err)
		}
		if progress != nil {
			progress(n + 1)
		}
	}
	f := c.Figures()
	if f.Pictures == 0 {
		return fail(errors.New("there are no pictures to compare in that part"))
	}
	return al, f, nil
}

// nextPair reads from both at once; io.EOF where either ends.
func nextPair(reels [2]*reel) (pair [2]*frame.Frame, err error) {
	var both errgroup.Group
	for i, r := range reels {
		both.Go(func() (err error) { pair[i], err = r.next(); return err })
	}
	return pair, both.Wait()
}
