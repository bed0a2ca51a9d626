package neural

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"unsafe"

	"github.com/tapelight/tapelight/core/frame"
)

// Ends is the side of a session that its user sees, as engines embed it: which frames the user has, and the channels on which frames go to the engine's
// dispatcher and come back.
type Ends struct {
	Ctx     context.Context   // ends with the session; its cause is what users hear then
	Pushed  chan *frame.Frame // inputs, in order; closed by Finish. As large as there are inputs: sending never waits
	Results chan *frame.Frame // outputs, in order; the dispatcher closes it. As large as there are outputs
	Freed   chan struct{}     // a note that an output has come back

	mu       sync.Mutex
	finished bool
	lentIn   map[*frame.Frame]given
	lentOut  map[*frame.Frame]bool
}

// given is what a frame was when it was handed out: engines hold pointers to its memory.
type given struct {
	format frame.Format
	memory *byte
}

// NewEnds makes the ends of a session with so many frames.
func NewEnds(ctx context.Context, inputs, outputs int) *Ends {
	return &Ends{Ctx: ctx, Pushed: make(chan *frame.Frame, inputs), Results: make(chan *frame.Frame, outputs), Freed: make(chan struct{}, 1),
		lentIn: map[*frame.Frame]given{}, lentOut: map[*frame.Frame]bool{}}
}

// ended turns the end of ctx or of the session into an error.
func (e *Ends) ended(ctx context.Context) error {
	if e.Ctx.Err() != nil {
		return context.Cause(e.Ctx)
	}
	return ctx.Err()
}

// Lend is Session.Get with what hands out free inputs.
func (e *Ends) Lend(ctx context.Context, free func(context.Context) (*frame.Frame, error)) (*frame.Frame, error) {
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.Ctx, cancel)()
	f, err := free(both)
	if err != nil {
		return nil, e.ended(ctx)
	}
	e.mu.Lock()
	e.lentIn[f] = given{f.Format, unsafe.SliceData(f.Data)}
	e.mu.Unlock()
	return f, nil
}

// Push is Session.Push.
func (e *Ends) Push(ctx context.Context, f *frame.Frame) error {
	if err := e.ended(ctx); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.finished {
		return ErrFinished
	}
	was, lent := e.lentIn[f]
	if !lent {
		return errors.New("a frame was pushed that Get did not give, or twice")
	}
	if f.Format != was.format || len(f.Data) != f.Bytes() || unsafe.SliceData(f.Data) != was.memory {
		return fmt.Errorf("a pushed frame was changed from %v to %v, or its memory was replaced", was.format, f.Format)
	}
	delete(e.lentIn, f)
	e.Pushed <- f
	return nil
}

// Finish is Session.Finish.
func (e *Ends) Finish() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.finished {
		e.finished = true
		close(e.Pushed)
	}
}

// Next is Session.Next.
func (e *Ends) Next(ctx context.Context) (*frame.Frame, error) {
	if err := e.ended(ctx); err != nil {
		return nil, err
	}
	select {
	case f, ok := <-e.Results:
		if !ok {
			return nil, io.EOF
		}
		e.mu.Lock()
		e.lentOut[f] = true
		e.mu.Unlock()
		return f, nil
	case <-ctx.Done():
	case <-e.Ctx.Done():
	}
	return nil, e.ended(ctx)
}

// Return is Session.Put with what takes free outputs. Frames that are not the session's, or were put back already, are ignored.
func (e *Ends) Return(f *frame.Frame, free func(*frame.Frame)) {
	e.mu.Lock()
	mine := e.lentOut[f]
	delete(e.lentOut, f)
	e.mu.Unlock()
	if !mine {
		return
	}
	free(f)
	select {
	case e.Freed <- struct{}{}:
	default:
	}
}
