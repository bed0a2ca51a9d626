package audio

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// A spectral step works on the spectra of overlapping windows.
type spectral interface {
	// frame takes the spectra of one window, a slice for each channel, bins 0..n/2, which it may change and must not keep, and returns those of the
	// window that is ready, put into the first of the slices it got, nil as long as it still looks ahead. Windows come back in order.
	frame(in [][]complex128) [][]complex128
}

// overlap runs a spectral step as a stage: windows of n samples every n/4, each weighted by the root of Hann's window before and after, whose
// squares add up to 2. Where the step changes nothing, what comes out is what went in to 1e-15.
type overlap struct {
	n, hop int
	step   spectral
	fft    *fourier.FFT
	window []float64
	buf    []float64

	in      planes // from the start of the next window
	spectra [][]complex128
	acc     planes // sums, from the first sample that is not complete
	skip    int    // samples of acc that lie before the first one of the sound
	took    int64
	gave    int64
}

// newOverlap is for steps that take so many channels and give back as many, or only some of them.
func newOverlap(n, channels, back int, step spectral) *overlap {
	o := &overlap{n: n, hop: n / 4, step: step, fft: fourier.NewFFT(n), window: make([]float64, n), buf: make([]float64, n), in: newPlanes(channels), acc: newPlanes(back)}
	for range channels {
		o.spectra = append(o.spectra, make([]complex128, n/2+1))
	}
	for i := range o.window {
		o.window[i] = math.Sqrt(0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(n)))
	}
	o.skip = n - o.hop
	o.in.zeros(o.skip) // so that the first samples have all their windows
	o.acc.zeros(n)
	return o
}

func (o *overlap) add(in, out planes) planes {
	o.took += int64(in.len())
	o.in.add(in)
	return o.run(out)
}

func (o *overlap) end(out planes) planes {
	for o.gave < o.took {
		o.in.zeros(o.hop)
		out = o.run(out)
	}
	return out
}

func (o *overlap) run(out planes) planes {
	at := 0
	for ; at+o.n <= o.in.len(); at += o.hop {
		for c, x := range o.in {
			for i, w := range o.window {
				o.buf[i] = x[at+i] * w
			}
			o.fft.Coefficients(o.spectra[c], o.buf)
		}
		if ready := o.step.frame(o.spectra); ready != nil {
			out = o.put(ready, out)
		}
	}
	o.in.drop(at)
	return out
}

// put adds a window to the sums and hands out what is complete.
func (o *overlap) put(spectra [][]complex128, out planes) planes {
	scale := 1 / (2 * float64(o.n))
	for c, acc := range o.acc {
		o.fft.Sequence(o.buf, spectra[c])
		for i, w := range o.window {
			acc[i] += o.buf[i] * w * scale
		}
	}
	from := min(o.skip, o.hop)
	o.skip -= from
	upto := from + int(min(int64(o.hop-from), o.took-o.gave))
	o.gave += int64(upto - from)
	for c, acc := range o.acc {
		out[c] = append(out[c], acc[from:upto]...)
		copy(acc, acc[o.hop:])
		clear(acc[o.n-o.hop:])
	}
	return out
}
