package ui

import (
	"context"
	"sync"
)

// worker does what may take time, in order, on a goroutine of its own, so that the UI thread never waits.
type worker struct {
	mu   sync.Mutex
	todo []func()
	wake chan struct{}
}

func newWorker() *worker { return &worker{wake: make(chan struct{}, 1)} }

// Do puts f in the line and returns at once.
func (w *worker) Do(f func()) {
	w.mu.Lock()
	w.todo = append(w.todo, f)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, and then does what is still in the line: a person who cancels and quits has cancelled.
func (w *worker) Run(ctx context.Context) {
	for {
		w.drain()
		select {
		case <-ctx.Done():
			w.drain()
			return
		case <-w.wake:
		}
	}
}

func (w *worker) drain() {
	for {
		w.mu.Lock()
		if len(w.todo) == 0 {
			w.mu.Unlock()
			return
		}
		f := w.todo[0]
		w.todo = w.todo[1:]
		w.mu.Unlock()
		f()
	}
}
