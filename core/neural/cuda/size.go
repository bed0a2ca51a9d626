//go:build cuda && cgo

package cuda

import (
	"context"
	"fmt"

	"gorgonia.org/cu"
)

// hostBytes bounds the frames in the machine's own memory, hostPictures likewise where pictures are tiny.
const hostBytes = 1 << 30

// memoryShare is how much of a card's free memory is used.
const memoryShare = 0.8

// leastBand is the fewest grid rows at a time; fewer would spend most of the time on rows around them.
const leastBand = 8

// rings is how many frames batches of that size need on each side.
func rings(g *geometry, batch, lanes int) (inputs, outputs int) {
	// Under way on every card, being filled, and the window around.
	return g.before + g.after + (depth*lanes+1)*batch + 2, depth*lanes*batch + 2
}

func sizeFor(g *geometry, batch, lanes int) laneSize {
	in, out := rings(g, batch, lanes)
	return laneSize{inputs: in, outputs: out, batch: batch, band: g.gh, lanes: lanes}
}

// bytes is what a lane of that size takes of the card's memory, tables aside.
func (s laneSize) bytes(p *program) int64 {
	return int64(s.inputs)*int64(p.in.Bytes()) + int64(s.outputs)*int64(p.out.Bytes()) + 2*int64(s.batch)*int64(p.between(s.band))
}

// smaller is the next step down: half the batch, then half the rows at a time.
func (s laneSize) smaller(g *geometry) (laneSize, bool) {
	switch {
	case s.batch > 1 && s.fixed:
		s.batch /= 2
	case s.batch > 1:
		s = sizeFor(g, s.batch/2, s.lanes)
	case s.band > leastBand:
		s.band = max(s.band/2, leastBand)
	default:
		return s, false
	}
	return s, true
}

// laneWithin opens a card, with less and less until it fits.
func (e *Engine) laneWithin(c *card, p *program, s laneSize) (*lane, error) {
	for {
		l, err := openLane(c, p, s)
		if err == nil || !outOfMemory(err) {
			return l, err
		}
		less, ok := s.smaller(p.geometry)
		if !ok {
			return nil, err
		}
		s = less
	}
}

// largest is the largest power of two of pictures at a time, up to most, that fits the card's free memory and the bound for the machine's.
func (e *Engine) largest(c *card, p *program, lanes int) (int, error) {
	free, err := c.free()
	if err != nil {
		return 0, err
	}
	n := most
	for n > 1 {
		s := sizeFor(p.geometry, n, lanes)
		host := int64(s.inputs)*int64(p.in.Bytes()) + int64(s.outputs)*int64(p.out.Bytes())
		if host <= hostBytes && float64(s.bytes(p)) <= memoryShare*float64(free) {
			break
		}
		n /= 2
	}
	return n, nil
}

// free is the card's free memory in bytes.
func (c *card) free() (bytes int64, err error) {
	context, err := c.device.RetainPrimaryCtx()
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", c.name, err)
	}
	l := &lane{context: context}
	err = l.with(func() (err error) {
		bytes, _, err = cu.MemInfo()
		return err
	})
	_ = c.device.ReleasePrimaryCtx()
	if err != nil {
		return 0, fmt.Errorf("ask %s for its free memory: %w", c.name, err)
	}
	return bytes, nil
}

// firstSize is what a session on a card and lanes-1 others like it is made for: with the batch asked for, or the one that was found best.
func (e *Engine) firstSize(ctx context.Context, c *card, g *geometry, batch, lanes int) (laneSize, fusing, error) {
	if batch > 0 {
		return sizeFor(g, min(batch, most), lanes), e.fuse, nil
	}
	best, err := e.tuned(ctx, c, g, lanes)
	return sizeFor(g, best.Batch, lanes), best.Fuse, err
}
