package core

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/source"
)

// SoundBand is a third of an octave: its level as a mean, and in the quietest twentieth.
type SoundBand = audio.Band

// SoundView is a sound track as it is, and as a recipe makes it.
type SoundView struct {
	Track    int // from 1
	Language string
	Codec    string
	Channels int
	Rate     int      // Hz
	Found    []string // what was measured on the whole track, in words
	Done     []string // what is done about it, in order
	// The levels of a part of the track (Length seconds from Start), both without what is done for its loudness, so that they compare. After is nil where
	// nothing else is done.
	Start, Length float64
	Before, After []SoundBand
}

// soundViewLength is how many seconds a SoundView's levels are of.
const soundViewLength = 30

// SoundView measures all sound tracks from beginning to end, which a run of that recipe then need not do again, and compares half a minute from req.Time
// on before and after. progress (may be nil) hears what goes on.
func (s *Service) SoundView(ctx context.Context, req PreviewRequest, progress func(string)) (out []SoundView, err error) {
	defer s.guard(req.Path, &err)
	if progress == nil {
		progress = func(string) {}
	}
	src, err := s.Probe(ctx, req.Path, progress)
	if err != nil {
		return nil, err
	}
	id, err := identity(src.Path)
	if err != nil {
		return nil, err
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	treated, err := s.treat(ctx, id, src, Request{Path: req.Path, Recipe: req.Recipe}, progress)
	if err != nil {
		return nil, named(req.Path, err)
	}
	length := min(soundViewLength, src.Duration)
	start := max(0, min(req.Time, src.Duration-length))
	for i, a := range src.Audio {
		v := SoundView{Track: i + 1, Language: a.Language, Codec: a.Codec, Channels: a.Channels, Rate: a.Rate, Start: start, Length: length}
		var done plan.Treatment
		if i < len(treated) {
			done = treated[i]
		}
		v.Found = done.Found
		for _, step := range done.Steps {
			v.Done = append(v.Done, step.Why)
		}
		if a.Channels >= 1 && a.Rate >= 1 {
			progress(fmt.Sprintf("Comparing sound track %d before and after", i+1))
			if v.Before, v.After, err = compareSound(ctx, t, src.Path, a, done, onFileClock(src, start), seconds(length)); err != nil {
				return nil, named(req.Path, fmt.Errorf("measure sound track %d: %w", i+1, err))
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// compareSound gives the levels of a part of a track, and those of what its treatment makes of it.
func compareSound(ctx context.Context, t *ffmpeg.Tools, path string, a source.Audio, done plan.Treatment, start, length time.Duration) (before, after []SoundBand, err error) {
	measure := func(rate, channels int, filters []ffmpeg.Filter, through *audio.Program) ([]SoundBand, error) {
		pcm, err := t.PCM(ctx, path, a.Index, ffmpeg.PCMSpec{Rate: rate, Channels: channels, Start: start, Duration: length, Filters: filters})
		if err != nil {
			return nil, err
		}
		defer pcm.Close()
		if through == nil {
			r, err := audio.Measure(ctx, pcm, rate, channels)
			if err != nil {
				return nil, err
			}
			return r.Spectrum, nil
		}
		return measureTreated(ctx, pcm, through)
	}
	if before, err = measure(a.Rate, a.Channels, nil, nil); err != nil {
		return nil, nil, err
	}
	filters := slices.DeleteFunc(slices.Clone(done.Filters), func(f ffmpeg.Filter) bool { return f.Name == ffmpeg.Gain(0).Name })
	switch {
	case done.Program != nil:
		after, err = measure(done.Program.Rate, done.Program.Channels, done.Program.Before, done.Program)
	case len(filters) > 0:
		after, err = measure(a.Rate, a.Channels, filters, nil)
	}
	return before, after, err
}

// measureTreated measures what a program makes of sound.
func measureTreated(ctx context.Context, pcm audio.Reader, p *audio.Program) ([]SoundBand, error) {
	both, ctx := errgroup.WithContext(ctx)
	made := make(blocks)
	both.Go(func() error {
		defer close(made)
		return p.Process(ctx, pcm, func(x []float32) error {
			select {
			case made <- slices.Clone(x):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	var r *audio.Report
	both.Go(func() (err error) {
		r, err = audio.Measure(ctx, &blockReader{from: made}, p.Rate, p.Channels)
		return err
	})
	if err := both.Wait(); err != nil {
		return nil, err
	}
	return r.Spectrum, nil
}

// blocks are samples on their way from who makes them to who reads them.
type blocks chan []float32

type blockReader struct {
	from blocks
	rest []float32
}

func (b *blockReader) Read(dst []float32) (int, error) {
	for len(b.rest) == 0 {
		var more bool
		if b.rest, more = <-b.from; !more {
			return 0, io.EOF
		}
	}
	n := copy(dst, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}
