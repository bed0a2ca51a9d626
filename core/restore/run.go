// Package restore runs one Plan end to end: decoder, network and encoder as one stream, nothing on disk between them.
package restore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/temporal"
)

// Runner runs plans.
type Runner struct {
	Tools *ffmpeg.Tools
	// Engine and Network are the plan's; nil where it uses none.
	Engine  neural.Engine
	Network *neural.Network
	// Progress, if set, is called a few times a second, from one goroutine at a time.
	Progress func(Progress)
	// Resume makes a run that can be continued, and continues one of this output that was begun: after a crash, a kill, or an end with cause ErrPaused.
	Resume bool
	// Keep, if set, tells failures after which a resumable run's partial files stay, for another try. After a *DiskFullError they stay in any case.
	Keep func(error) bool
	// Stall is how long nothing may move before a run is ended with a *StalledError; 0 is ten minutes.
	Stall time.Duration
	// Note, if set, hears in words what became of an earlier run.
	Note func(string)
	// Overwrite lets the output take an existing file's place.
	Overwrite bool
	// Peak, if set, is asked at the end for the most memory used: our own process and the whole process tree.
	Peak func() (own, tree uint64)
	// Temp, if set, is asked at the end for the bytes in temporary files.
	Temp func() int64
}

// StepError says in which step a run failed, and on which file.
type StepError struct {
	Step, Path string
	Err        error
}

func (e *StepError) Error() string { return fmt.Sprintf("%s: %s: %v", e.Path, e.Step, e.Err) }

func (e *StepError) Unwrap() error { return e.Err }

// ExistsError is an output that is there already.
type ExistsError struct{ Path string }

func (e *ExistsError) Error() string {
	return e.Path + " exists already, and is not overwritten unasked"
}

// Run makes p.Output of p.Source. Until it is complete and checked the file is called p.Partial, which is removed when the run fails or is
// cancelled. On failure a log is left beside the output. Errors are *ExistsError, *ForeignError, *StepError, *DiskFullError around one, and the
// cause of ctx's end.
func (r *Runner) Run(ctx context.Context, p *plan.Plan) (report *Report, err error) {
	if _, err := os.Lstat(p.Output); err == nil && !r.Overwrite {
		return nil, &ExistsError{p.Output}
	}
	if err := os.MkdirAll(filepath.Dir(p.Output), 0o755); err != nil {
		return nil, diskFull(&StepError{"make the output folder", p.Output, err}, p, false)
	}
	if err := apart(p); err != nil {
		return nil, &StepError{"make the output", p.Output, err}
	}
	release, err := claim(p.Partial)
	if err != nil {
		return nil, err
	}
	defer release()
	if r.Resume {
		return r.runResumable(ctx, p)
	}
	p, done, err := r.restoreSound(ctx, p)
	defer done()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.Remove(p.Partial)
			err = diskFull(err, p, false)
		}
	}()

	s := &stream{Runner: r, plan: p, start: time.Now(), span: spanFrom(p, 0, 0), encode: p.Encode, file: p.Partial}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	report, err = s.finish(ctx)
	return report, err
}

// stream is one run in progress.
type stream struct {
	*Runner
	plan    *plan.Plan
	span    span              // what this run makes
	encode  ffmpeg.EncodeSpec // and into what
	base    int64             // pictures that earlier runs made
	file    string            // what becomes the output
	start   time.Time
	decoder *ffmpeg.Decoder
	encoder *ffmpeg.Encoder
	session neural.Session

	taken      atomic.Int64 // pictures that came from the decoder, for whatever use
	reading    atomic.Bool  // the decoder is waited for
	writing    atomic.Bool  // the encoder is waited for
	decoded    atomic.Int64 // pictures that this run took from the decoder to encode
	starved    atomic.Int64 // nanoseconds the reader waited for a free frame: the network (or the encoder behind it) was slower than the decoder
	waited     atomic.Int64 // nanoseconds the writer waited for the network
	networkCPU float64
	end        time.Time
}

func (s *stream) run(ctx context.Context) (err error) {
	p := s.plan
	step := func(name string, err error) error {
		if err == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return err
		}
		if _, named := errors.AsType[*StepError](err); named {
			return err
		}
		return &StepError{name, p.Source.Path, err}
	}
	if s.session, err = s.open(ctx); err != nil {
		return step("start the network", err)
	}
	defer s.session.Close()
	if s.session.Output() != p.Encode.In {
		return step("start the network", fmt.Errorf("it makes pictures of %v where %v are planned", s.session.Output(), p.Encode.In))
	}

	inner, cancel := context.WithCancelCause(ctx) // ends with the run, also where a stage could not be started
	defer cancel(nil)
	group, gctx := errgroup.WithContext(inner)
	if s.decoder, err = s.Tools.Decode(gctx, s.span.decode); err != nil {
		return step("start the decoder", err)
	}
	defer s.decoder.Close()
	if s.encoder, err = s.Tools.Encode(gctx, s.encode); err != nil {
		return step("start the encoder", err)
	}
	defer s.encoder.Close()

	watching := make(chan struct{})
	watcher := make(chan struct{})
	go func() { defer close(watcher); s.watch(watching) }()

	hushed := make(chan struct{})
	context.AfterFunc(gctx, func() { defer close(hushed); s.encoder.Close() }) // one that waits for pictures does not hear that it is to end
	guarded := make(chan struct{})
	go func() {
		defer close(guarded)
		guardStall(gctx, s.patience(), s.signs, func() { cancel(s.stalled(s.patience())) })
	}()

	group.Go(func() (err error) {
		defer caught(&err)
		err = step("decode", s.read(gctx))
		if gctx.Err() != nil {
			s.drain()
		}
		return err
	})
	written := make(chan struct{})
	group.Go(func() (err error) {
		defer close(written)
		defer caught(&err)
		return step("restore", s.write(gctx))
	})
	group.Go(func() error { // an encoder that dies while no picture is at hand is not noticed by writing
		select {
		case <-s.encoder.Ended():
			return step("restore", s.encoding(s.encoder.Err()))
		case <-written:
		case <-gctx.Done():
		}
		return nil
	})
	err = group.Wait() // of the first to fail: the other's error is only what the first one caused
	close(watching)
	<-watcher
	<-guarded
	<-hushed
	s.networkCPU = s.session.Stats().BusySeconds
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if stall := stallOf(inner); stall != nil && err != nil {
		return stall // whatever came first, it came of that
	}
	if err == nil {
		s.end = time.Now()
	}
	return err
}

// caught turns a panic of a stage into its error: a fault in one run must not end the program.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("a fault in Tapelight: %v\n%s", p, debug.Stack())
	}
}

// queue is how many pictures may wait between decoder and encoder when no network stands between them.
const queue = 4

func (s *stream) open(ctx context.Context) (neural.Session, error) {
	p := s.plan
	if p.Network.Name == recipe.NetworkNone {
		return newPlain(p.Decode.Out, queue), nil
	}
	if s.Engine == nil || s.Network == nil {
		return nil, fmt.Errorf("the network %s is not loaded", p.Network.Name)
	}
	n := p.Network
	return temporal.Open(ctx, s.Engine, s.Network.AtStrength(n.Strength), p.Decode.Out, neural.Options{Device: n.Device, Batch: n.Batch, Threads: n.Threads}, n.Still)
}
