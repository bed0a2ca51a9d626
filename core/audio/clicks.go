package audio

import (
	"math"
	"slices"
)

// clickCounter finds impulses: places where the second difference of the signal is many times what it is just before and just after.
// An attack of speech or music is loud on one side of it, so it doesn't count.
type clickCounter struct {
	ctx, gap   int // context on each side and half-width of a click, samples
	chans      []clickTrack
	pos, count int64
	last       int64 // where the last click was
	found      []int64
	prefix     []float64
}

type clickTrack struct {
	x1, x2 float64
	d      []float64 // magnitudes of the second difference, from position pos-len(d)
}

const (
	clickRatio = 18   // times the mean magnitude beside it; the largest of normal noise reaches 6
	clickFloor = 0.01 // of full scale: quieter ones are not heard
)

func newClickCounter(rate, channels int) *clickCounter {
	return &clickCounter{ctx: max(48, rate/100), gap: max(4, rate/2000), chans: make([]clickTrack, channels), last: math.MinInt64 / 2}
}

func (c *clickCounter) add(l, r []float64) {
	for i := range c.chans {
		t, x := &c.chans[i], l
		if i == 1 {
			x = r
		}
		for _, v := range x {
			t.d = append(t.d, math.Abs(v-2*t.x1+t.x2))
			t.x2, t.x1 = t.x1, v
		}
	}
	c.pos += int64(len(l))
	c.scan()
}

// scan looks at all positions that have their context on both sides, and keeps what the next call needs.
func (c *clickCounter) scan() {
	side := c.ctx + c.gap
	c.found = c.found[:0]
	for i := range c.chans {
		t := &c.chans[i]
		begin := c.pos - int64(len(t.d))
		c.prefix = append(c.prefix[:0], 0)
		for j, v := range t.d {
			c.prefix = append(c.prefix, c.prefix[j]+v)
		}
		limit := clickRatio / float64(c.ctx)
		for p := side; p < len(t.d)-side; p++ {
			v := t.d[p]
			if v < clickFloor || v < t.d[p-1] || v < t.d[p+1] {
				continue
			}
			before := c.prefix[p-c.gap] - c.prefix[p-side]
			after := c.prefix[p+side+1] - c.prefix[p+c.gap+1]
			if v > limit*before && v > limit*after {
				c.found = append(c.found, begin+int64(p))
			}
		}
		if keep := 2 * side; len(t.d) > keep { // so that position side is the next one to look at
			t.d = append(t.d[:0], t.d[len(t.d)-keep:]...)
		}
	}
	slices.Sort(c.found)
	for _, at := range c.found {
		if at-c.last >= int64(2*c.gap) { // the edges of one click, or the same in both channels
			c.count++
		}
		c.last = at
	}
}
