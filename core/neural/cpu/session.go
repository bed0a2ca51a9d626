package cpu

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// session runs one stream. The dispatcher (dispatch.go) alone decides what is worked on; workers compute bands; frames wait in pools.
type session struct {
	p            *program
	in, out      *frame.Pool
	*neural.Ends // which end with Close
	cancel       context.CancelCauseFunc
	tasks        chan task
	done         chan *job // one for each band finished
	threads      int
	batch        int
	memory       uint64

	running sync.WaitGroup
	pinner  runtime.Pinner
	release sync.Once
	loaded  loaded
	workers []worker

	mu        sync.Mutex
	made      int64
	busy      time.Duration
	busySince time.Time // zero while nothing is computed
}

func newSession(p *program, k kernel, o neural.Options) (*session, error) {
	weights, err := k.load(p)
	if err != nil {
		return nil, err
	}
	before, after := p.net.Window()
	// A window, what is computed beside it, one frame being filled and one ready.
	inputs, outputs := before+after+o.Batch+2, o.Batch+2
	s := &session{
		p: p, in: frame.NewPool(p.in, inputs), out: frame.NewPool(p.out, outputs),
		tasks: make(chan task, o.Threads), done: make(chan *job, o.Threads), threads: o.Threads, batch: o.Batch, loaded: weights,
	}
	for range o.Threads {
		w, err := weights.worker()
		if err != nil {
			s.free()
			return nil, err
		}
		s.workers = append(s.workers, w)
		s.memory += uint64(w.bytes())
	}
	s.memory += uint64(weights.bytes() + inputs*p.in.Bytes() + outputs*p.out.Bytes())
	ctx, cancel := context.WithCancelCause(context.Background())
	s.Ends, s.cancel = neural.NewEnds(ctx, inputs, outputs), cancel
	s.pin(s.in)
	s.pin(s.out)
	s.running.Add(1 + len(s.workers))
	go s.dispatch()
	for _, w := range s.workers {
		go s.work(w)
	}
	return s, nil
}

// pin keeps the frames where they are, so that kernels outside Go may hold pointers to them.
func (s *session) pin(pool *frame.Pool) {
	var all []*frame.Frame
	for range pool.Free() {
		f, err := pool.Get(context.Background())
		if err != nil {
			panic(err) // frames were counted just now, and nobody else has the pool
		}
		s.pinner.Pin(&f.Data[0])
		all = append(all, f)
	}
	for _, f := range all {
		pool.Put(f)
	}
}

// free gives back what lies outside Go's care.
func (s *session) free() {
	s.release.Do(func() {
		for _, w := range s.workers {
			w.close()
		}
		s.loaded.close()
		s.pinner.Unpin()
	})
}

func (s *session) Output() frame.Format { return s.p.out }

func (s *session) Get(ctx context.Context) (*frame.Frame, error) { return s.Lend(ctx, s.in.Get) }

func (s *session) Put(f *frame.Frame) { s.Return(f, s.out.Put) }

func (s *session) Stats() neural.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	busy := s.busy
	if !s.busySince.IsZero() {
		busy += time.Since(s.busySince)
	}
	return neural.Stats{Frames: s.made, BusySeconds: busy.Seconds(), Batch: s.batch, Memory: s.memory}
}

// setBusy keeps the time during which at least one thread computes.
func (s *session) setBusy(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case on && s.busySince.IsZero():
		s.busySince = time.Now()
	case !on && !s.busySince.IsZero():
		s.busy += time.Since(s.busySince)
		s.busySince = time.Time{}
	}
}

func (s *session) Close() error {
	s.cancel(neural.ErrClosed)
	s.running.Wait()
	s.free()
	return nil
}
