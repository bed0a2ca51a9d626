package audio

import (
	"math"
	"math/cmplx"
	"slices"
)

// The speed is known from a second or two, so it misses what is quicker. Against the amplitudes of four seconds each window's own phase shows the rest.
const (
	humTurn      = 0.8 // radians of the fundamental at most
	humTurnSteps = 161
	humTurnPrior = 0.02
)

func turnOf(i int) float64 { return humTurn * (2*float64(i)/(humTurnSteps-1) - 1) }

// likelyTurns tells for each turn of the fundamental's phase how well window m then fits the amplitudes around it.
func (d *dehummer) likelyTurns(m int) []float64 {
	out := make([]float64, humTurnSteps)
	here := d.moving.at(m)
	for c := range here {
		for k := 1; k <= d.high; k++ {
			if !d.wanted[k] {
				continue
			}
			seen, weight := d.around(m, c, k, false)
			a, scatter := common(seen, weight)
			size := real(a)*real(a) + imag(a)*imag(a)
			if size == 0 {
				continue
			}
			e := here[c][k].z - a
			// What a window is worth falls with how much else sounds in it.
			worth := size / (scatter + here[c][k].near + (real(e)*real(e)+imag(e)*imag(e))/4 + 0.01*size)
			turned := here[c][k].z * cmplx.Conj(a)
			length, angle := min(1, cmplx.Abs(turned)/size), cmplx.Phase(turned)
			for i := range out {
				out[i] += worth * length * math.Cos(angle-float64(k)*turnOf(i))
			}
		}
	}
	return out
}

// chooseTurn decides on the turn at window m from it and its neighbours.
func (d *dehummer) chooseTurn(m int) {
	sum := make([]float64, humTurnSteps)
	for j, weight := range []float64{0.35, 1, 0.35} {
		if !d.likely.has(m + j - 1) {
			continue
		}
		for i, s := range d.likely.at(m + j - 1) {
			sum[i] += weight * s
		}
	}
	best, at := math.Inf(-1), 0.0
	for i, s := range sum {
		turn := turnOf(i)
		if s -= humTurnPrior * turn * turn; s > best {
			best, at = s, turn
			if i > 0 && i < humTurnSteps-1 {
				if curve := sum[i-1] - 2*sum[i] + sum[i+1]; curve < 0 {
					at += min(1, max(-1, 0.5*(sum[i-1]-sum[i+1])/curve)) * (turnOf(1) - turnOf(0))
				}
			}
		}
	}
	d.fine.push(at)
}

// around is what was seen of a harmonic in the windows around m, turned if that is known yet, and their weights: the less sounds beside the
// harmonic, the more.
func (d *dehummer) around(m, c, k int, turned bool) (seen []complex128, weight []float64) {
	var near []float64
	for j := max(0, m-humLevelSpan); j <= m+humLevelSpan; j++ {
		if !d.moving.has(j) || int64(j-1)*int64(d.hop) >= d.took {
			continue
		}
		l := d.moving.at(j)[c][k]
		if turned {
			l.z *= cmplx.Rect(1, -float64(k)*d.fine.at(j))
		}
		seen, near = append(seen, l.z), append(near, l.near)
		weight = append(weight, 0.5+0.5*math.Cos(math.Pi*float64(j-m)/(humLevelSpan+1)))
	}
	if len(seen) == 0 {
		return nil, nil
	}
	sorted := slices.Clone(near)
	slices.Sort(sorted)
	quiet := sorted[len(sorted)/8] + 1e-14
	for i := range weight {
		weight[i] *= quiet / (quiet + near[i])
	}
	return seen, weight
}

// amplitudes decides what is subtracted around window m.
func (d *dehummer) amplitudes(m int) [][]complex128 {
	out := make([][]complex128, len(d.in))
	for c := range out {
		out[c] = make([]complex128, d.high+1)
		for k := 1; k <= d.high; k++ {
			if !d.wanted[k] {
				continue
			}
			seen, weight := d.around(m, c, k, true)
			a, _ := common(seen, weight)
			// Where the hum is gone (silence, another recording) there is nothing to take away.
			if d.moving.has(m) {
				if size, here := cmplx.Abs(a), cmplx.Abs(d.moving.at(m)[c][k].z); here < 0.5*size {
					a *= complex(here/(0.5*size), 0)
				}
			}
			out[c][k] = a * complex(d.depth, 0)
		}
	}
	return out
}

// common is the amplitude that seen has in common: a mean in which what scatters hardly counts (Cauchy's weights, iterated), lowered by what it could be by
// chance alone; and how far they usually scatter around it, squared.
func common(seen []complex128, weight []float64) (a complex128, scale float64) {
	if len(seen) == 0 {
		return 0, 0
	}
	a = mean(seen, weight)
	far := make([]float64, len(seen))
	var chance float64
	for range 4 {
		for i, z := range seen {
			e := z - a
			far[i] = real(e)*real(e) + imag(e)*imag(e)
		}
		sorted := slices.Clone(far)
		slices.Sort(sorted)
		scale = sorted[len(sorted)/3] + 1e-16
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
		return 0, scale
	}
	return a * complex(1-chance/size, 0), scale
}

func mean(z []complex128, weight []float64) (m complex128) {
	var sum float64
	for i, v := range z {
		m += v * complex(weight[i], 0)
		sum += weight[i]
	}
	return m / complex(sum, 0)
}

// subtract takes the hum out between windows m-1 and m and gives the samples out.
func (d *dehummer) subtract(m int, out planes) planes {
	first := (m - 1) * d.hop
	n := int(min(int64(d.hop), d.took-int64(first)))
	if n <= 0 {
		return out
	}
	at := int(int64(first) - d.base)
	turn := d.phase.at(m-1) + d.fine.at(m-1)
	step := d.step.at(m) + d.fine.at(m) - d.fine.at(m-1)
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
	// The next window against the moving phase begins here.
	if drop := (d.moving.len()-1)*d.hop/d.factor - int(d.lowAt); drop > 0 {
		d.low.drop(drop)
		d.lowAt += int64(drop)
	}
	d.steady.trim(d.frame - 2)
	d.score.trim(d.frame - 2*humSpeedSpan - 2)
	d.step.trim(m - 1)
	d.phase.trim(m - 1)
	d.moving.trim(m - humLevelSpan)
	d.amp.trim(m)
}
