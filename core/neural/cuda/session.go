//go:build cuda && cgo

package cuda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// session runs one stream. The dispatcher (dispatch.go) alone decides what is computed where; frames wait in rings.
type session struct {
	engine   *Engine
	geometry *geometry
	options  neural.Options
	in, out  *ring
	ctx      context.Context // ends with Close, or with a failure as its cause
	cancel   context.CancelCauseFunc
	pushed   chan *frame.Frame // as large as the input ring: sending never waits
	results  chan *frame.Frame // as large as the output ring
	freed    chan struct{}     // an output frame has come back
	done     chan *batch       // those computed, or failed
	running  sync.WaitGroup
	closed   sync.Once

	mu       sync.Mutex
	finished bool
	lentIn   map[*frame.Frame]bool
	lentOut  map[*frame.Frame]bool
	made     int64
	busy     float64 // seconds
	batch    int
	memory   uint64
	inner    neural.Session // of the engine that took over, if one did
}

func newSession(e *Engine, g *geometry, o neural.Options, inputs, outputs int) *session {
	s := &session{
		engine: e, geometry: g, options: o, in: newRing(g.in, inputs), out: newRing(g.out, outputs),
		pushed: make(chan *frame.Frame, inputs), results: make(chan *frame.Frame, outputs), freed: make(chan struct{}, 1),
		done: make(chan *batch, outputs), lentIn: map[*frame.Frame]bool{}, lentOut: map[*frame.Frame]bool{},
	}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

func (s *session) Output() frame.Format { return s.geometry.out }

// ended turns the end of ctx or of the session into an error.
func (s *session) ended(ctx context.Context) error {
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return ctx.Err()
}

func (s *session) Get(ctx context.Context) (*frame.Frame, error) {
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	f, err := s.in.get(both)
	if err != nil {
		return nil, s.ended(ctx)
	}
	s.mu.Lock()
	s.lentIn[f] = true
	s.mu.Unlock()
	return f, nil
}

func (s *session) Push(ctx context.Context, f *frame.Frame) error {
	if err := s.ended(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.finished:
		return neural.ErrFinished
	case !s.lentIn[f]:
		return errors.New("a frame was pushed that Get did not give, or twice")
	case f.Format != s.geometry.in || len(f.Data) != f.Bytes() || &f.Data[0] != &s.in.memory[s.in.number[f]*f.Bytes()]:
		return fmt.Errorf("a pushed frame was changed from %v to %v, or its memory was replaced", s.geometry.in, f.Format)
	}
	delete(s.lentIn, f)
	s.pushed <- f
	return nil
}

func (s *session) Finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.finished {
		s.finished = true
		close(s.pushed)
	}
}

func (s *session) Next(ctx context.Context) (*frame.Frame, error) {
	if err := s.ended(ctx); err != nil {
		return nil, err
	}
	select {
	case f, ok := <-s.results:
		if !ok {
			return nil, io.EOF
		}
		s.mu.Lock()
		s.lentOut[f] = true
		s.mu.Unlock()
		return f, nil
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
	return nil, s.ended(ctx)
}

// Put ignores frames that are not the session's, or were put back already.
func (s *session) Put(f *frame.Frame) {
	s.mu.Lock()
	mine := s.lentOut[f]
	delete(s.lentOut, f)
	s.mu.Unlock()
	if !mine {
		return
	}
	s.out.put(f)
	select {
	case s.freed <- struct{}{}:
	default:
	}
}

// Stats counts as busy the time the cards computed, as they measure it; of several cards, all of their time.
func (s *session) Stats() neural.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := neural.Stats{Frames: s.made, BusySeconds: s.busy, Batch: s.batch, Memory: s.memory}
	if s.inner != nil {
		in := s.inner.Stats()
		st.BusySeconds += in.BusySeconds
		st.Batch, st.Memory = in.Batch, st.Memory+in.Memory
	}
	return st
}

func (s *session) Close() error {
	s.cancel(neural.ErrClosed)
	s.running.Wait()
	s.closed.Do(func() {
		s.in.release()
		s.out.release()
	})
	return nil
}
