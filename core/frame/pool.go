package frame

import "context"

// Pool hands out a fixed number of frames of one format, so that a stage that runs ahead waits instead of using up memory.
type Pool struct {
	format Format
	free   chan *Frame
}

// NewPool makes n frames at once; nothing is allocated later.
func NewPool(f Format, n int) *Pool {
	p := &Pool{format: f, free: make(chan *Frame, n)}
	for range n {
		p.free <- New(f)
	}
	return p
}

// Format is that of all frames of the pool.
func (p *Pool) Format() Format { return p.format }

// Get waits for a free frame, or for ctx to end.
func (p *Pool) Get(ctx context.Context) (*Frame, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case f := <-p.free:
		f.Index, f.Parity = 0, Progressive
		return f, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Put gives a frame back. Giving back more frames than the pool made is a programming error and panics.
func (p *Pool) Put(f *Frame) {
	select {
	case p.free <- f:
	default:
		panic("frame: more frames put back than the pool owns")
	}
}

// Free is the number of frames at hand now.
func (p *Pool) Free() int { return len(p.free) }
