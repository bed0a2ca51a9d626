//go:build cuda && cgo

package cuda

import (
	"context"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// session runs one stream. The dispatcher (dispatch.go) alone decides what is computed where; frames wait in rings.
type session struct {
	engine       *Engine
	geometry     *geometry
	options      neural.Options
	in, out      *ring
	*neural.Ends // which end with Close, or with a failure as the cause
	cancel       context.CancelCauseFunc
	done         chan *batch // those computed, or failed
	running      sync.WaitGroup
	closed       sync.Once

	mu     sync.Mutex
	made   int64
	busy   float64 // seconds
	batch  int
	memory uint64
	inner  neural.Session // of the engine that took over, if one did
}

func newSession(e *Engine, g *geometry, o neural.Options, inputs, outputs int) *session {
	s := &session{
		engine: e, geometry: g, options: o, in: newRing(g.in, inputs), out: newRing(g.out, outputs),
		done: make(chan *batch, outputs),
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	s.Ends, s.cancel = neural.NewEnds(ctx, inputs, outputs), cancel
	return s
}

func (s *session) Output() frame.Format { return s.geometry.out }

func (s *session) Get(ctx context.Context) (*frame.Frame, error) { return s.Lend(ctx, s.in.get) }

func (s *session) Put(f *frame.Frame) { s.Return(f, s.out.put) }

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
