package audio

import (
	"math"
	"math/cmplx"
	"slices"
)

// A head that stands askew (azimuth error) reads one side of the tape before the other: the right channel is late or early by a fraction of a sample to some
// samples, and the treble of what both share is lost when they are added. The delay shows as a phase between the sides that grows with frequency. Each
// second or two has its own, because the tape drifts across the head.
const (
	azimuthMost    = 250e-6 // s, the greatest delay looked for
	azimuthLow     = 300.0  // Hz, of what is looked at
	azimuthHigh    = 14000.0
	azimuthSegment = 1.0  // s, that one delay is measured on
	azimuthShared  = 0.6  // of the power at least must be in both sides,
	azimuthBins    = 40   // and in so many bins
	azimuthFit     = 0.8  // how well a single delay must explain the phases, 1 is wholly
	azimuthLimit   = 8e-6 // s: a shorter delay is heard by nobody
	azimuthShare   = 0.2  // of the segments at least must tell
	azimuthMin     = 3    // segments at least
)

// delayMeter measures the delay of the right channel against the left, segment by segment.
type delayMeter struct {
	rate     float64
	fft      *pairFFT
	l, r     []float64
	windows  int // in the segment so far
	perSeg   int
	cross    []complex128
	pl, pr   []float64
	first    int // bins looked at
	segments func(delay float64, known bool)
}

// newDelayMeter calls segment for each segment with the delay in samples (right later than left), if it is known. Segments follow each other without a gap.
func newDelayMeter(rate int, segment func(delay float64, known bool)) *delayMeter {
	n := 1 << int(math.Round(math.Log2(float64(rate)*0.085)))
	bins := min(n/2, int(azimuthHigh*float64(n)/float64(rate)))
	return &delayMeter{rate: float64(rate), fft: newPairFFT(n, 2), perSeg: max(4, int(math.Round(azimuthSegment*float64(rate)/float64(n/2)))), cross: make([]complex128, bins),
		pl: make([]float64, bins), pr: make([]float64, bins), first: max(1, int(azimuthLow*float64(n)/float64(rate))), segments: segment}
}

// segment is a segment's length in samples.
func (d *delayMeter) segment() int { return d.perSeg * d.fft.n / 2 }

func (d *delayMeter) add(l, r []float64) {
	d.l, d.r = append(d.l, l...), append(d.r, r...)
	n, at := d.fft.n, 0
	for ; at+n <= len(d.l); at += n / 2 {
		d.fft.transform(d.l[at:at+n], d.r[at:at+n])
		for k := d.first; k < len(d.cross); k++ {
			a, b := d.fft.out[k], d.fft.out[n-k]
			left := complex(real(a)+real(b), imag(a)-imag(b))
			right := complex(imag(a)+imag(b), real(b)-real(a))
			d.cross[k] += left * cmplx.Conj(right)
			d.pl[k] += real(left)*real(left) + imag(left)*imag(left)
			d.pr[k] += real(right)*real(right) + imag(right)*imag(right)
		}
		if d.windows++; d.windows == d.perSeg {
			d.segments(d.delay())
			d.windows = 0
			clear(d.cross)
			clear(d.pl)
			clear(d.pr)
		}
	}
	d.l, d.r = append(d.l[:0], d.l[at:]...), append(d.r[:0], d.r[at:]...)
}

// delay finds the one that explains the phases of the shared sound best; what is more coherent counts more, and loudness does not.
func (d *delayMeter) delay() (samples float64, known bool) {
	weights := make([]float64, len(d.cross))
	var sum, both, all float64
	bins := 0
	for k := d.first; k < len(d.cross); k++ {
		if p := d.pl[k] * d.pr[k]; p > 1e-16 {
			c := cmplx.Abs(d.cross[k]) / math.Sqrt(p)
			both, all = both+cmplx.Abs(d.cross[k]), all+math.Sqrt(p)
			// With this few windows noise alone reaches the root of one over their number.
			if c = (c*c - 2/float64(d.perSeg)) / (1 - 2/float64(d.perSeg)); c > 0.1 {
				weights[k] = min(20, c/(1.0001-c))
				sum += weights[k]
				bins++
			}
		}
	}
	if bins < azimuthBins || both < azimuthShared*all {
		return 0, false
	}
	fit := func(delay float64) (v float64) {
		turn := cmplx.Rect(1, -2*math.Pi*delay/float64(d.fft.n))
		z := cmplx.Pow(turn, complex(float64(d.first), 0))
		for k := d.first; k < len(d.cross); k++ {
			if w := weights[k]; w > 0 {
				c := d.cross[k]
				v += w * (real(c)*real(z) - imag(c)*imag(z)) / cmplx.Abs(c)
			}
			z *= turn
		}
		return math.Abs(v) / sum // sides of opposite polarity have delays too
	}
	most := azimuthMost * d.rate
	step := 0.5
	best, at := -1.0, 0.0
	for x := -math.Ceil(most); x <= most; x += step {
		if v := fit(x); v > best {
			best, at = v, x
		}
	}
	for ; step > 0.01; step /= 2 {
		for _, x := range []float64{at - step/2, at + step/2} {
			if v := fit(x); v > best {
				best, at = v, x
			}
		}
	}
	return at, best > azimuthFit && math.Abs(at) < most
}

// azimuth gathers the delays of a track.
type azimuth struct {
	meter  *delayMeter
	delays []float64 // of the segments that tell
	all    int
}

func newAzimuth(rate int) *azimuth {
	a := &azimuth{}
	a.meter = newDelayMeter(rate, func(delay float64, known bool) {
		a.all++
		if known {
			a.delays = append(a.delays, delay)
		}
	})
	return a
}

func (a *azimuth) fill(r *Report) {
	if len(a.delays) < azimuthMin || float64(len(a.delays)) < azimuthShare*float64(a.all) {
		return
	}
	slices.Sort(a.delays)
	at := func(q float64) float64 { return a.delays[int(q*float64(len(a.delays)-1))] / float64(r.Rate) * 1e6 }
	r.Azimuth = Azimuth{Known: true, Microseconds: at(0.5), DriftMicroseconds: at(0.9) - at(0.1)}
}
