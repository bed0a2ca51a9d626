package audio

import "math"

// decimator keeps one sample of factor after a low-pass (Blackman-windowed sinc, 16 taps an output sample): flat to a third of the new rate's
// width, below -70 dB for all that would fold onto it.
type decimator struct {
	factor int
	taps   []float64
	buf    []float64
}

func newDecimator(factor int) *decimator {
	d := &decimator{factor: factor}
	if factor == 1 {
		return d
	}
	n := 16*factor + 1
	sum := 0.0
	for i := range n {
		x := float64(i-n/2) / float64(factor)
		v := 1.0
		if x != 0 {
			v = math.Sin(math.Pi*x) / (math.Pi * x)
		}
		p := 2 * math.Pi * float64(i) / float64(n-1)
		v *= 0.42 - 0.5*math.Cos(p) + 0.08*math.Cos(2*p)
		d.taps = append(d.taps, v)
		sum += v
	}
	for i := range d.taps {
		d.taps[i] /= sum
	}
	return d
}

// before is how many samples lie before the one that an output stands for.
func (d *decimator) before() int { return len(d.taps) / 2 }

// add appends the decimated x to dst.
func (d *decimator) add(dst, x []float64) []float64 {
	if d.factor == 1 {
		return append(dst, x...)
	}
	d.buf = append(d.buf, x...)
	at := 0
	for ; at+len(d.taps) <= len(d.buf); at += d.factor {
		v := 0.0
		for i, t := range d.taps {
			v += t * d.buf[at+i]
		}
		dst = append(dst, v)
	}
	d.buf = append(d.buf[:0], d.buf[at:]...)
	return dst
}
