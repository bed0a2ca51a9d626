package audio

import (
	"math"
	"math/cmplx"
)

// line is what a window shows of one harmonic.
type line struct {
	z    complex128 // its amplitude
	near float64    // |amplitude|² of what sounds within some hertz of it
}

// moment is what a window shows against a moving phase.
type moment struct {
	lines [][]line // by channel and harmonic
	phase float64  // that the harmonics were seen from, of the fundamental, over the mean speed's, radians
}

// humParts is into how many parts a window is cut to see what sounds beside a harmonic: so many that the next harmonic isn't folded onto where that is looked for.
const humParts = 32

// demodulate gives harmonics 1..high around a sample against a phase, a slice for each channel. Samples before the first and behind the last are not
// there, and the window's weight is what remains.
func (d *dehummer) demodulate(centre int, window []float64, high int, phase func(sample int) float64) [][]line {
	first := centre/d.factor - len(window)/2
	out := make([][]line, len(d.in))
	parts := make([][]complex128, len(d.in))
	for c := range out {
		out[c] = make([]line, high+1)
		parts[c] = make([]complex128, (high+1)*humParts)
	}
	var weight float64
	for i, w := range window {
		pos := first + i
		if pos < 0 || int64(pos*d.factor) >= d.took {
			continue
		}
		weight += w
		s, co := math.Sincos(-phase(pos * d.factor))
		z := complex(co, s)
		p := z
		part := i * humParts / len(window)
		at := int(int64(pos) - d.lowAt)
		for k := 1; k <= high; k++ {
			for c := range out {
				x := d.low[c][at] * w
				parts[c][k*humParts+part] += complex(x*real(p), x*imag(p))
			}
			p *= z
		}
	}
	if weight == 0 {
		return out
	}
	for c := range out {
		for k := 1; k <= high; k++ {
			sums := parts[c][k*humParts : (k+1)*humParts]
			l := &out[c][k]
			for _, v := range sums {
				l.z += v
			}
			l.z *= complex(2/weight, 0)
			// The window has zeros at whole turns from the second on: there, nothing of the line itself is seen.
			for _, turns := range []int{-4, -3, 3, 4} {
				var off complex128
				for q, v := range sums {
					off += v * cmplx.Rect(1, 2*math.Pi*float64(turns*q)/humParts)
				}
				off *= complex(2/weight, 0)
				l.near += (real(off)*real(off) + imag(off)*imag(off)) / 4
			}
		}
	}
	return out
}

func hann(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(n))
	}
	return w
}
