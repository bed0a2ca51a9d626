package monitor

import (
	"context"
	"sync"
	"time"
)

// patient asks something that may take for ever, in a goroutine of its own, of which there is never more than one.
type patient[T any] struct {
	ask func() T

	mu      sync.Mutex
	pending chan T // nil unless an answer is awaited
	last    T
	closed  bool
}

// get is the answer, or after wait the last one (and false).
func (p *patient[T]) get(ctx context.Context, wait time.Duration) (answer T, fresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return p.last, true
	}
	if p.pending == nil {
		pending := make(chan T, 1)
		p.pending = pending
		go func() { pending <- p.ask() }()
	}
	return p.await(ctx, wait)
}

func (p *patient[T]) await(ctx context.Context, wait time.Duration) (T, bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case p.last = <-p.pending:
		p.pending = nil
		return p.last, true
	case <-timer.C:
	case <-ctx.Done():
	}
	return p.last, false
}

// finish asks no more. It is false when an answer is still out after wait.
func (p *patient[T]) finish(wait time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.pending == nil {
		return true
	}
	_, ok := p.await(context.Background(), wait)
	return ok
}
