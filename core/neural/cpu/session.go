package cpu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// session runs one stream. The dispatcher (dispatch.go) alone decides what is worked on; workers compute bands; frames wait in pools.
type session struct {
	p       *program
	in, out *frame.Pool
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	pushed  chan *frame.Frame // as large as the input pool: sending never waits
	results chan *frame.Frame // as large as the output pool
	freed   chan struct{}     // an output frame has come back
	tasks   chan task
	done    chan *job // one for each band finished
	threads int
	batch   int
	memory  uint64

	running sync.WaitGroup
	pinner  runtime.Pinner
	release sync.Once
	loaded  loaded
	workers []worker

	mu        sync.Mutex
	finished  bool
	lentIn    map[*frame.Frame]bool
	lentOut   map[*frame.Frame]bool
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
		pushed: make(chan *frame.Frame, inputs), results: make(chan *frame.Frame, outputs), freed: make(chan struct{}, 1),
		tasks: make(chan task, o.Threads), done: make(chan *job, o.Threads), threads: o.Threads, batch: o.Batch, loaded: weights,
		lentIn: map[*frame.Frame]bool{}, lentOut: map[*frame.Frame]bool{},
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
	s.ctx, s.cancel = context.WithCancel(context.Background())
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

// ended turns the end of ctx or of the session into an error.
func (s *session) ended(ctx context.Context) error {
	if s.ctx.Err() != nil {
		return neural.ErrClosed
	}
	return ctx.Err()
}

func (s *session) Get(ctx context.Context) (*frame.Frame, error) {
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	f, err := s.in.Get(both)
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
	case f.Format != s.p.in || len(f.Data) != f.Bytes():
		return fmt.Errorf("a pushed frame was changed from %v to %v", s.p.in, f.Format)
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
	s.out.Put(f)
	select {
	case s.freed <- struct{}{}:
	default:
	}
}

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
	s.cancel()
	s.running.Wait()
	s.free()
	return nil
}
