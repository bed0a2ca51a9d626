package audio

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// pairFFT takes the power spectra of one or two channels at once, the second as the imaginary part of the first:
// |L|² + |R|² at bin k is half of |Z[k]|² + |Z[n-k]|².
type pairFFT struct {
	n, channels int
	fft         *fourier.CmplxFFT
	window      []float64 // Hann
	sumW, sumW2 float64
	in, out     []complex128
	power       []float64 // mean over the channels, bins 0..n/2
	mid, side   []float64 // |L+R|²/2 and |L-R|²/2, if asked for
}

func newPairFFT(n, channels int) *pairFFT {
	f := &pairFFT{n: n, channels: channels, fft: fourier.NewCmplxFFT(n), window: make([]float64, n), in: make([]complex128, n), out: make([]complex128, n), power: make([]float64, n/2+1)}
	for i := range f.window {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(n))
		f.window[i] = w
		f.sumW += w
		f.sumW2 += w * w
	}
	return f
}

// transform returns |X|² of one window, valid until the next call. r is nil for mono.
func (f *pairFFT) transform(l, r []float64) []float64 {
	for i, w := range f.window {
		if r == nil {
			f.in[i] = complex(l[i]*w, 0)
		} else {
			f.in[i] = complex(l[i]*w, r[i]*w)
		}
	}
	f.fft.Coefficients(f.out, f.in)
	for k := range f.power {
		a, b := f.out[k], f.out[(f.n-k)%f.n]
		f.power[k] = (real(a)*real(a) + imag(a)*imag(a) + real(b)*real(b) + imag(b)*imag(b)) / (2 * float64(f.channels))
	}
	return f.power
}

// histogram counts levels from -150 to +30 dB in steps of 1 dB.
type histogram [180]uint32

func (h *histogram) add(level float64) {
	h[int(max(0, min(float64(len(h)-1), level+150)))]++
}

// quantile is the level below which a share q of the counts lies.
func (h *histogram) quantile(q float64) float64 {
	var total float64
	for _, c := range h {
		total += float64(c)
	}
	want := q * total
	for i, c := range h {
		if want <= float64(c) && c > 0 {
			return float64(i) - 150 + want/float64(c)
		}
		want -= float64(c)
	}
	return floorDB
}

// sides returns the power spectra of the sum and the difference of the two channels last transformed, each over the root of 2, valid until the next
// call; of one channel, its own and nil.
func (f *pairFFT) sides() (mid, side []float64) {
	if f.channels == 1 {
		return f.power, nil
	}
	if f.mid == nil {
		f.mid, f.side = make([]float64, len(f.power)), make([]float64, len(f.power))
	}
	for k := range f.power {
		a, b := f.out[k], f.out[(f.n-k)%f.n]
		// L is (a + b*)/2, R is (a - b*)/2i.
		lr, li := (real(a)+real(b))/2, (imag(a)-imag(b))/2
		rr, ri := (imag(a)+imag(b))/2, (real(b)-real(a))/2
		f.mid[k] = ((lr+rr)*(lr+rr) + (li+ri)*(li+ri)) / 2
		f.side[k] = ((lr-rr)*(lr-rr) + (li-ri)*(li-ri)) / 2
	}
	return f.mid, f.side
}
