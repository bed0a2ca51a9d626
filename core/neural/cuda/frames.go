//go:build cuda && cgo

package cuda

import (
	"context"
	"runtime"

	"github.com/tapelight/tapelight/core/frame"
)

// ring holds the frames of one kind: a fixed number, in one piece of memory that stays where it is. Each has a number, which is its slot on
// every card too.
type ring struct {
	format frame.Format
	memory []byte
	number map[*frame.Frame]int
	free   chan *frame.Frame
	pinner runtime.Pinner
}

func newRing(f frame.Format, n int) *ring {
	size := f.Bytes()
	r := &ring{format: f, memory: make([]byte, n*size), number: make(map[*frame.Frame]int, n), free: make(chan *frame.Frame, n)}
	r.pinner.Pin(&r.memory[0])
	for i := range n {
		fr := &frame.Frame{Format: f, Data: r.memory[i*size : (i+1)*size : (i+1)*size]}
		r.number[fr] = i
		r.free <- fr
	}
	return r
}

func (r *ring) get(ctx context.Context) (*frame.Frame, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case f := <-r.free:
		f.Index, f.Parity = 0, frame.Progressive
		return f, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// put gives back a frame that get gave.
func (r *ring) put(f *frame.Frame) { r.free <- f }

func (r *ring) release() { r.pinner.Unpin() }
