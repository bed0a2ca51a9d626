package audio

import (
	"math"
	"slices"
)

// Where hiss is heard alone it has nearly one level, so that the lowest levels of a band lie close together, over its bins as over time; the dips between notes
// and words of a sound without hiss go ever deeper. The levels are averaged over nine bins and three windows, so that those of hiss lie within a few dB
// and those of all bins of half an octave count together: the lowest hundredth of them is then well known after some seconds.
const (
	flatFrom   = 1300.0 // Hz
	flatFrames = 60     // windows: in less than 5 s the lowest levels tell too little
	flatLow    = 0.01   // of the levels lie below the lower limit,
	flatHigh   = 0.04   // and below the upper one:
	flatDepth  = 1.75   // dB from one to the other, at most. Hiss alone 0.9; hiss 26 dB under speech or music to 1.6; clean music from 2.2
)

// tail counts the levels of one band from -150 to 0 dB in steps of a tenth.
type tail struct {
	lo, hi int // bins
	counts [1500]uint32
}

func newTails(hz float64, last int) (out []tail) {
	for _, centre := range bandCentres {
		t := tail{lo: int(centre / 1.2247 / hz), hi: int(centre * 1.2247 / hz)}
		if centre > flatFrom && centre < hissTo && t.lo > 3 && t.hi+3 <= last {
			out = append(out, t)
		}
	}
	return out
}

// add takes levels that are sums over three windows and means over three bins.
func (t *tail) add(sum []float64) {
	for k := t.lo; k < t.hi; k += smoothing {
		level := db((sum[k-3] + sum[k] + sum[k+3]) / (3 * smoothing))
		t.counts[int(max(0, min(float64(len(t.counts)-1), 10*(level+150))))]++
	}
}

// depth is from the lower limit to the upper one, in dB.
func (t *tail) depth() float64 {
	var total float64
	for _, c := range t.counts {
		total += float64(c)
	}
	at := func(share float64) float64 {
		want := share * total
		for i, c := range t.counts {
			if want <= float64(c) && c > 0 {
				return 0.1 * (float64(i) + want/float64(c))
			}
			want -= float64(c)
		}
		return 0
	}
	low := at(flatLow)
	if low <= 0.1 { // holes that a codec left
		return math.Inf(1)
	}
	return at(flatHigh) - low
}

// flat tells whether half of the bands have such a floor.
func flat(tails []tail) bool {
	if len(tails) == 0 {
		return false
	}
	depths := make([]float64, len(tails))
	for i := range tails {
		depths[i] = tails[i].depth()
	}
	slices.Sort(depths)
	return depths[len(depths)/2] <= flatDepth
}
