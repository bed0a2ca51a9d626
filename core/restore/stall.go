package restore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// stallAfter is Runner.Stall where nothing is said: longer than any batch of a slow network, any search in a long capture, and a disk that
// has to wake up.
const stallAfter = 10 * time.Minute

// StalledError is a tool that neither ended nor did anything for a long time. It was stopped.
type StalledError struct {
	Stage string // "decoder", "network" or "encoder"
	After time.Duration
}

func (e *StalledError) Error() string {
	return fmt.Sprintf("the %s did nothing for %v and was stopped; a disk, a share or a device it uses may hang", e.Stage, e.After)
}

// Temporary says that another try may end better.
func (e *StalledError) Temporary() bool { return true }

// signs is all that moves while a run is well. The file's time shows the work of muxers that go over it again in the end.
type signs struct {
	taken, computed, written, encoded, size int64
	file                                    time.Time
}

func (s *stream) signs() signs {
	g := s.encoder.Progress()
	at := signs{taken: s.taken.Load(), computed: s.session.Stats().Frames, written: s.encoder.Written(), encoded: g.Frame, size: g.Size}
	if st, err := os.Stat(s.encode.Path); err == nil {
		at.file = st.ModTime()
		at.size += st.Size()
	}
	return at
}

// stalled names who holds everybody up.
func (s *stream) stalled(after time.Duration) error {
	e := &StalledError{Stage: "network", After: after}
	switch {
	case s.writing.Load():
		e.Stage = "encoder"
		return &StepError{"encode", s.plan.Output, e}
	case s.reading.Load():
		e.Stage = "decoder"
		return &StepError{"decode", s.plan.Source.Path, e}
	}
	return &StepError{"restore", s.plan.Source.Path, e}
}

// stallLooks is how many looks in a row must find nothing new. Looks are counted, not time, so that a machine that slept wakes up to a full measure.
const stallLooks = 8

// patience is how long nothing may move.
func (r *Runner) patience() time.Duration {
	if r.Stall > 0 {
		return r.Stall
	}
	return stallAfter
}

// guardStall calls end when look has found nothing new for the time allowed. It returns when ctx ends.
func guardStall[T comparable](ctx context.Context, limit time.Duration, look func() T, end func()) {
	tick := time.NewTicker(max(limit/stallLooks, time.Millisecond))
	defer tick.Stop()
	last, same := look(), 0
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := look()
		if now != last {
			last, same = now, 0
			continue
		}
		if same++; same >= stallLooks {
			end()
			return
		}
	}
}

// assembling runs work, which writes the file at path and tells of nothing else, until it ends or stalls.
func (r *Runner) assembling(ctx context.Context, path string, work func(context.Context) error) error {
	inner, cancel := context.WithCancelCause(ctx)
	guarded := make(chan struct{})
	go func() {
		defer close(guarded)
		guardStall(inner, r.patience(), func() (at signs) {
			if st, err := os.Stat(path); err == nil {
				at.file, at.size = st.ModTime(), st.Size()
			}
			return at
		}, func() { cancel(&StalledError{Stage: "encoder", After: r.patience()}) })
	}()
	err := work(inner)
	cancel(nil)
	<-guarded
	return err
}

// stallOf is the error of a run that guardStall ended, nil for others.
func stallOf(ctx context.Context) error {
	err := context.Cause(ctx)
	if _, ok := errors.AsType[*StalledError](err); ok {
		return err
	}
	return nil
}
