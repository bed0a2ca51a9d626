package audio

import "math/cmplx"

const (
	humSearchMost  = 2.4 // radians to each side: so far the speed alone may have led the phase astray under loud music
	humSearchSteps = 61
	humSearchSpan  = 4 // windows to each side that decide on an angle
)

// search tells the angle by which windows are off, however far that is: for each the one that suits it and its neighbours best. It is as good as its steps; off
// goes on from there.
func (f *humFit) search() []float64 {
	turned := searchTurns(f.ks[len(f.ks)-1])
	scores := make([][]float64, len(f.z))
	for m, z := range f.z {
		scores[m] = make([]float64, humSearchSteps)
		if f.taper[m] == 0 {
			continue
		}
		for l, c := range f.c {
			k := f.ks[l%len(f.ks)]
			e := z[l] * cmplx.Conj(c*f.model[m][l]) / complex(f.noise[m][l]*float64(k), 0) // low harmonics lead
			for i := range turned {
				t := turned[i][k]
				scores[m][i] += real(e)*real(t) - imag(e)*imag(t)
			}
		}
	}
	out, sum := make([]float64, len(f.z)), make([]float64, humSearchSteps)
	for m := range out {
		clear(sum)
		for _, score := range scores[max(0, m-humSearchSpan):min(len(out), m+humSearchSpan+1)] {
			for i, s := range score {
				sum[i] += s
			}
		}
		best := humSearchSteps / 2
		for i, s := range sum {
			if s > sum[best] {
				best = i
			}
		}
		out[m] = searchAngle(best)
	}
	return out
}

func searchAngle(step int) float64 { return humSearchMost * (2*float64(step)/(humSearchSteps-1) - 1) }

// searchTurns are, by step and harmonic, what turns a harmonic back by its angle.
func searchTurns(high int) [][]complex128 {
	turned := make([][]complex128, humSearchSteps)
	for i := range turned {
		turned[i] = make([]complex128, high+1)
		turned[i][0] = 1
		for k := 1; k <= high; k++ {
			turned[i][k] = turned[i][k-1] * cmplx.Rect(1, -searchAngle(i))
		}
	}
	return turned
}
