package audio

import "math"

// Declick fills clicks from what sounds beside them.
type Declick struct {
	Ratio float64 `json:"ratio"` // of the second difference at a click to its mean on either side
}

// clickFinder finds impulses: places where the second difference of the signal is many times what it is just before and just after, and how far they reach.
// An attack of speech or music is loud on one side of it, so it doesn't count, and neither do the pulses of a deep voice, which come in rows.
type clickFinder struct {
	ctx, gap int // context on each side and half-width of a click, samples
	row      int // where a pulse has its like
	ratio    float64
	d, sum   []float64
}

const (
	clickRatio = 18   // times the mean magnitude beside it; the largest of normal noise reaches 6
	clickFloor = 0.01 // of full scale: quieter ones are not heard
	clickEven  = 5    // times as loud may one side be as the other: more is an attack
	clickLike  = 0.35 // of a pulse's height has another beside it at least, if it is one of a row
	clickReach = 6.0  // times the mean second difference beside a click: what lies over it belongs to the click
	clickPad   = 2    // samples more on each side
)

func newClickFinder(rate int, ratio float64) *clickFinder {
	return &clickFinder{ctx: max(48, rate/100), gap: max(4, rate/2000), row: rate / 40, ratio: ratio}
}

// margin is how many samples on each side of a click find looks at.
func (c *clickFinder) margin() int { return max(c.row, c.ctx) + 4*c.gap }

// inRow tells whether the pulse at p has its like near by.
func (c *clickFinder) inRow(p int) bool {
	for i := max(0, p-c.row); i < min(len(c.d), p+c.row); i++ {
		if (i < p-4*c.gap || i > p+4*c.gap) && c.d[i] > clickLike*c.d[p] {
			return true
		}
	}
	return false
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
		if v <= c.ratio*before || v <= c.ratio*after || c.inRow(p) {
			continue
		}
		if max(before, after) > clickEven*min(before, after) && v <= 3*c.ratio*max(before, after) { // an attack, unless it stands out by far
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
	return &inpaintStage{finder: f, hop: 1, block: max(1, rate/4), side: f.margin() + 3*384, in: newPlanes(channels)}
}
