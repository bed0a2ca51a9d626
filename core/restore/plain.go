package restore

import (
	"context"
	"io"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// plain is the session of a plan without a network: pictures pass as they are, through a bounded queue.
type plain struct {
	pool   *frame.Pool
	queue  chan *frame.Frame
	closed chan struct{}
	once   sync.Once
	mu     sync.Mutex
	frames int64
}

func newPlain(f frame.Format, n int) *plain {
	return &plain{pool: frame.NewPool(f, n), queue: make(chan *frame.Frame, n), closed: make(chan struct{})}
}

func (p *plain) Get(ctx context.Context) (*frame.Frame, error) { return p.pool.Get(ctx) }

func (p *plain) Push(ctx context.Context, f *frame.Frame) error {
	select {
	case p.queue <- f:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *plain) Finish() { close(p.queue) }

func (p *plain) Next(ctx context.Context) (*frame.Frame, error) {
	select {
	case f, ok := <-p.queue:
		if !ok {
			return nil, io.EOF
		}
		p.mu.Lock()
		p.frames++
		p.mu.Unlock()
		return f, nil
	case <-p.closed:
		return nil, io.ErrClosedPipe
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *plain) Put(f *frame.Frame) { p.pool.Put(f) }

func (p *plain) Output() frame.Format { return p.pool.Format() }

func (p *plain) Stats() neural.Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return neural.Stats{Frames: p.frames, Batch: 1}
}

func (p *plain) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}
