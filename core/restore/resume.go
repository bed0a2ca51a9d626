package restore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/temporal"
)

// leadIn is how many coded frames of the capture are decoded before the first that is wanted, so that temporal filters have settled. Lossless outputs, and
// filters that count in cycles, are decoded from the beginning instead: then every picture is what it would have been.
const leadIn = 60

// syncEvery is how often what was written is put on disk: with groups of four seconds at most, less than ten seconds are ever lost.
const syncEvery = 3 * time.Second

// span is the part of the plan's pictures that one run makes.
type span struct {
	decode  ffmpeg.DecodeSpec
	discard int64 // pictures from the decoder that are not looked at
	drop    int64 // pictures from the network that only led in
	first   int64 // the number of the first picture that is encoded
}

// spanFrom is the span from picture first to the end.
func spanFrom(p *plan.Plan, first int64, before int) span {
	s := span{decode: p.Decode, first: first}
	feed := max(0, first-int64(before))
	s.drop = first - feed
	d := &s.decode
	perCoded := int64(1)
	if d.Deinterlace == ffmpeg.ToFields {
		perCoded = 2
	}
	enc, _ := ffmpeg.LookupEncoder(p.Encode.Encoder)
	from := max(0, feed/perCoded-leadIn)
	if enc.Lossless || d.Constant || d.Deinterlace == ffmpeg.ToFilm || from == 0 {
		s.discard = feed
		return s
	}
	coded := float64(d.RateNum) / float64(d.RateDen) / float64(perCoded)
	skip := float64(from) / coded
	if begin := d.Seek + d.From; begin > 0 {
		d.Seek = begin + skip
	} else {
		d.Seek = -p.Encode.Shift + skip - 0.5/coded // Shift undoes the time from the file's beginning to its first picture
	}
	d.From = 0
	if d.Duration > 0 {
		d.Duration = (float64(p.Frames)/float64(perCoded) - float64(from) + 0.5) / coded
	}
	*d = d.Early(p.Source.SeekMargin())
	s.discard = feed - from*perCoded
	return s
}

// Anew begins a Note that earlier work could not be used.
const Anew = "Begun anew. "

// runResumable runs p so that it can be continued, and continues it if it was begun.
func (r *Runner) runResumable(ctx context.Context, p *plan.Plan) (report *Report, err error) {
	id, err := mark(p)
	if err != nil {
		return nil, &StepError{"look at the capture", p.Source.Path, err}
	}
	found, err := r.findParts(ctx, p, id)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, diskFull(&StepError{"continue", p.Output, err}, p, len(Parts(p.Output)) > 0)
	}
	if r.Note != nil {
		switch {
		case found.fresh != "":
			r.Note(fmt.Sprintf(Anew+"There was an unfinished %s, but %s.", p.Output, found.fresh))
		case found.done > 0:
			r.Note(fmt.Sprintf("Going on after picture %d of %d.", found.done, p.Frames))
		}
	}
	treated, done, err := r.restoreSound(ctx, p)
	defer done()
	if err != nil {
		return nil, err
	}
	p = treated
	number := len(found.list) + 1 // of the part that this run writes
	defer func() {
		os.Remove(assembledPath(p.Output))
		if err == nil {
			return
		}
		err = diskFull(err, p, true)
		_, full := errors.AsType[*DiskFullError](err)
		if !full && !errors.Is(err, ErrPaused) && (r.Keep == nil || !r.Keep(err)) {
			removeParts(p.Output, number)
		}
	}()

	s := &stream{Runner: r, plan: p, start: time.Now(), base: found.done}
	before := 0
	if r.Network != nil && p.Network.Name == r.Network.Name {
		before, _ = r.Network.Window()
		if !p.Network.Still.Off() {
			before += temporal.LeadIn
		}
	}
	s.span = spanFrom(p, found.done, before)
	s.encode = p.Encode
	s.encode.Path = partPath(p.Output, number)
	s.encode.Mark, s.encode.First, s.encode.Resumable = fmt.Sprintf("%s:%d", id, found.done), found.done, true
	direct := found.done == 0 && p.Encode.Container == "mkv"
	s.encode.Pictures = !direct
	s.encode.Container = "mkv"
	if err := s.runSynced(ctx); err != nil {
		return nil, err
	}
	if n := s.decoded.Load(); n > 0 {
		found.list = append(found.list, ffmpeg.Part{Path: s.encode.Path, Frames: n})
	}
	s.file = s.encode.Path
	if !direct {
		s.file = assembledPath(p.Output)
		spec := ffmpeg.AssembleSpec{Encode: p.Encode, Parts: found.list, Path: s.file}
		report := func(g ffmpeg.Progress) {
			if s.Progress != nil {
				s.Progress(Progress{Stage: "Putting the parts together", Frames: s.base + s.decoded.Load(), Total: p.Frames, Size: g.Size, Elapsed: time.Since(s.start)})
			}
		}
		if err := r.assembling(ctx, s.file, func(ctx context.Context) error { return s.Tools.Assemble(ctx, spec, report) }); err != nil {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			return nil, &StepError{"put the parts together", p.Output, err}
		}
	}
	if report, err = s.finish(ctx); err != nil {
		return nil, err
	}
	removeParts(p.Output, number)
	return report, nil
}

// runSynced is run while what it writes is put on disk now and then.
func (s *stream) runSynced(ctx context.Context) error {
	defer syncing(s.encode.Path)()
	return s.run(ctx)
}

// syncing puts what is written to path on disk now and then, until stop is called.
func syncing(path string) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(syncEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if f, err := os.Open(path); err == nil {
					_ = f.Sync() // a system that can't only loses more at a power cut
					f.Close()
				}
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit); <-done }
}
