package audio

import (
	"math"
	"slices"
)

// A finder finds stretches of a channel that are to be filled: it appends to dst those that begin in x[from:to]. Around that it sees some of the sound.
type finder interface {
	find(x []float64, from, to int, dst []gap) []gap
}

// gapCounter counts what its finder finds in a track, what both channels have together once.
type gapCounter struct {
	finder finder
	margin int // samples that the finder sees on each side
	block  int
	chans  [][]float64
	begin  int64 // of what is held
	last   int64 // end of the last one
	count  int64
	found  []gap
}

func newDropoutCounter(rate, channels int) *gapCounter {
	f := newGapFinder(rate)
	return newGapCounter(f, f.margin(), f.block(rate), channels)
}

func newClickCounter(rate, channels int) *gapCounter {
	f := newClickFinder(rate, clickRatio)
	return newGapCounter(f, f.margin(), max(1, rate/4), channels)
}

func newGapCounter(f finder, margin, block, channels int) *gapCounter {
	return &gapCounter{finder: f, margin: margin, block: block, chans: make([][]float64, channels), last: math.MinInt64 / 2}
}

func (d *gapCounter) add(l, r []float64) {
	for i, x := range [][]float64{l, r}[:len(d.chans)] {
		d.chans[i] = append(d.chans[i], x...)
	}
	for len(d.chans[0]) >= d.block+2*d.margin {
		d.found = d.found[:0]
		for i, x := range d.chans {
			d.found = d.finder.find(x[:d.block+2*d.margin], d.margin, d.margin+d.block, d.found)
			d.chans[i] = append(x[:0], x[d.block:]...)
		}
		slices.SortFunc(d.found, func(a, b gap) int { return a.first - b.first })
		for _, g := range d.found {
			if d.begin+int64(g.first) >= d.last {
				d.count++
				d.last = d.begin + int64(g.end)
			}
		}
		d.begin += int64(d.block)
	}
}
