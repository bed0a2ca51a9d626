package audio

import (
	"math"
	"math/cmplx"
	"slices"
)

// amplitudes decides what is subtracted around window m.
func (d *dehummer) amplitudes(m int) [][]complex128 {
	out := make([][]complex128, len(d.in))
	var seen []complex128
	var weight []float64
	for c := range out {
		out[c] = make([]complex128, d.high+1)
		for k := 1; k <= d.high; k++ {
			if !d.wanted[k] {
				continue
			}
			seen, weight = seen[:0], weight[:0]
			for j := max(0, m-humLevelSpan); j <= m+humLevelSpan; j++ {
				if d.moving.has(j) && int64(j-1)*int64(d.hop) < d.took {
					seen = append(seen, d.moving.at(j)[c][k])
					weight = append(weight, 0.5+0.5*math.Cos(math.Pi*float64(j-m)/(humLevelSpan+1)))
				}
			}
			if len(seen) == 0 {
				continue
			}
			a := common(seen, weight)
			// Where the hum is gone (silence, another recording) there is nothing to take away.
			if d.moving.has(m) {
				if size, here := cmplx.Abs(a), cmplx.Abs(d.moving.at(m)[c][k]); here < 0.5*size {
					a *= complex(here/(0.5*size), 0)
				}
			}
			out[c][k] = a * complex(d.depth, 0)
		}
	}
	return out
}

// common is the amplitude that seen has in common: a mean in which what scatters hardly counts (Cauchy's weights, iterated), lowered by what it could be by
// chance alone.
func common(seen []complex128, weight []float64) complex128 {
	a := middle(seen)
	far := make([]float64, len(seen))
	var chance float64
	for range 4 {
		for i, z := range seen {
			e := z - a
			far[i] = real(e)*real(e) + imag(e)*imag(e)
		}
		sorted := slices.Clone(far)
		slices.Sort(sorted)
		scale := sorted[len(sorted)/3] + 1e-16
		var sum complex128
		var w, scatter float64
		for i, z := range seen {
			v := weight[i] / (1 + far[i]/scale)
			sum += z * complex(v, 0)
			w += v
			scatter += v * v * far[i]
		}
		a = sum / complex(w, 0)
		chance = scatter / (w * w)
	}
	size := real(a)*real(a) + imag(a)*imag(a)
	if size <= 3*chance {
		return 0
	}
	return a * complex(min(1, 1.02*(1-chance/size)), 0)
}

// middle is the median of real and imaginary parts.
func middle(z []complex128) complex128 {
	re, im := make([]float64, len(z)), make([]float64, len(z))
	for i, v := range z {
		re[i], im[i] = real(v), imag(v)
	}
	slices.Sort(re)
	slices.Sort(im)
	return complex(re[len(re)/2], im[len(im)/2])
}

// subtract takes the hum out between windows m-1 and m and gives the samples out.
func (d *dehummer) subtract(m int, out planes) planes {
	first := (m - 1) * d.hop
	n := int(min(int64(d.hop), d.took-int64(first)))
	if n <= 0 {
		return out
	}
	at := int(int64(first) - d.base)
	turn, step := d.phase.at(m-1), d.step.at(m)
	a, b := d.amp.at(m-1), d.amp.at(m)
	for c := range out {
		out[c] = append(out[c], d.in[c][at:at+n]...)
	}
	for i := range n {
		t := float64(i) / float64(d.hop)
		s, co := math.Sincos(d.omega*float64(first+i) + turn + step*t)
		z := complex(co, s)
		for c := range out {
			var sum float64
			p := z
			for k := 1; k <= d.high; k++ {
				v := a[c][k]*complex(1-t, 0) + b[c][k]*complex(t, 0)
				sum += real(v)*real(p) - imag(v)*imag(p)
				p *= z
			}
			out[c][len(out[c])-n+i] -= sum
		}
	}
	return out
}

// trim lets go of what no later window needs.
func (d *dehummer) trim(m int) {
	keep := int64(m) * int64(d.hop) // the next samples to give out
	if drop := int(keep - d.base); drop > 0 {
		drop = min(drop, d.in.len())
		d.in.drop(drop)
		d.base += int64(drop)
	}
	d.steady.trim(d.frame - 2)
	d.score.trim(d.frame - 2*humSpeedSpan - 2)
	d.step.trim(m - 1)
	d.phase.trim(m - 1)
	d.moving.trim(m - humLevelSpan)
	d.amp.trim(m)
}
