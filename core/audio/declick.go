package audio

import "math"

// Declick fills clicks from what sounds beside them.
type Declick struct {
	Ratio float64 `json:"ratio"` // of the second difference at a click to its mean on either side
}

// clickFinder finds clicks the way clickCounter counts them, and how far each reaches.
type clickFinder struct {
	ctx, gap int
	ratio    float64
	d, sum   []float64
}

const (
	clickReach = 6.0 // times the mean second difference beside a click: what lies over it belongs to the click
	clickPad   = 2   // samples more on each side
)

func newClickFinder(rate int, ratio float64) *clickFinder {
	c := newClickCounter(rate, 1)
	return &clickFinder{ctx: c.ctx, gap: c.gap, ratio: ratio}
}

// find appends to dst the clicks in x[from:to].
func (c *clickFinder) find(x []float64, from, to int, dst []gap) []gap {
	c.d, c.sum = c.d[:0], append(c.sum[:0], 0)
	for i := range x {
		v := 0.0
		if i >= 2 {
			v = math.Abs(x[i] - 2*x[i-1] + x[i-2])
		}
		c.d = append(c.d, v)
		c.sum = append(c.sum, c.sum[i]+v)
	}
	side := c.ctx + c.gap
	for p := max(from, side); p < min(to, len(x)-side); p++ {
		v := c.d[p]
		if v < clickFloor || v < c.d[p-1] || v < c.d[p+1] {
			continue
		}
		before := (c.sum[p-c.gap] - c.sum[p-side]) / float64(c.ctx)
		after := (c.sum[p+side+1] - c.sum[p+c.gap+1]) / float64(c.ctx)
		if v <= c.ratio*before || v <= c.ratio*after {
			continue
		}
		over := clickReach * max(before, after)
		g := gap{p, p}
		for i := p - 2*c.gap; i <= p+2*c.gap; i++ {
			if i >= 0 && i < len(x) && c.d[i] > over {
				g.first, g.end = min(g.first, i), max(g.end, i)
			}
		}
		// The second difference at a sample tells of it and the two before.
		g.first, g.end = max(0, g.first-2-clickPad), min(len(x), g.end+1+clickPad)
		if n := len(dst); n > 0 && g.first <= dst[n-1].end {
			dst[n-1].end = max(dst[n-1].end, g.end)
		} else {
			dst = append(dst, g)
		}
		p = max(p, g.end)
	}
	return dst
}

func newDeclickStage(rate, channels int, spec Declick) stage {
	f := newClickFinder(rate, spec.Ratio)
	// Beside a click its finder looks at its context, and the filling at some hundred samples more.
	return &inpaintStage{finder: f, hop: 1, block: max(1, rate/4), side: 4*(f.ctx+f.gap) + 1024, in: newPlanes(channels)}
}
