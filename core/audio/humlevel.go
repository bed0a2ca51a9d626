package audio

import (
	"math"
	"math/cmplx"
	"slices"
)

// The hum of half a minute is one sound: each harmonic has one amplitude, and what changes them is common to all, the tape's speed, which turns harmonic k by k
// times the angle, and a gain. So harmonics that are heard plainly show angle and gain, and those that hide under voice or music get their amplitudes from the
// moments in which they don't. All is found together by weighted least squares: amplitudes, angles and gains in turn, each window counting the less the more
// sounds beside a harmonic or the worse it fits. How far angle and gain wander is learnt on the way: see drift.
const (
	humBlock  = 64  // half hops decided on at once, 8 s
	humBehind = 128 // more of them that are looked at before, 16 s,
	humAhead  = 128 // and after
	humNear   = 24  // more of them around the block that count as close
	humRounds = 10
	humFirst  = 3 // rounds in which the low harmonics lead, whose angles can't be taken for one turn more or less, and angles are looked for far off
	humLearn  = 2 // rounds before the spread of angle and gain is learnt

	humTurnMost  = 0.3 // radians a round
	humTurnHigh  = 2.0 // Hz, of the angle's changes: wow is slower, and faster ones would be the sound's
	humGainHigh  = 1.0
	humNearCount = 0.1 // what sounds some hertz beside a harmonic counts as this share of its power on it
)

// humFit is the joint estimate over some windows.
type humFit struct {
	ks     []int
	lines  int            // channels times harmonics
	z      [][]complex128 // window by line, the harmonics of a channel beside each other
	near   [][]float64
	phase  []float64      // of the fundamental, as far as the speed showed it, over the mean speed's
	taper  []float64      // how far a window counts, 0: not
	close  []bool         // windows in the block and near it
	wide   []float64      // how far those count in the end in which the hum is there
	least  []float64      // by line, the least noise: what nothing sounds beside counts no more than so much
	c      []complex128   // by line
	turn   []float64      // by window, of the fundamental, over phase
	gain   []float64      // by window, logarithm
	model  [][]complex128 // of z, for amplitude 1
	noise  [][]float64    // |z-c·model|² expected
	chance []float64      // |c|² that chance makes
}

// fit gives the amplitudes of the windows from number from on, a block at most, from all that seen holds around them.
func (d *dehummer) fit(seen *track[moment], from int) [][][]complex128 {
	first := max(seen.from, from-humBehind)
	last := min(seen.len(), from+humBlock+humAhead)
	f := &humFit{ks: d.wanted, lines: len(d.in) * len(d.wanted)}
	middle := float64(from) + humBlock/2
	for m := first; m < last; m++ {
		z, near, one := make([]complex128, 0, f.lines), make([]float64, 0, f.lines), make([]complex128, f.lines)
		for _, channel := range seen.at(m).lines {
			for _, k := range f.ks {
				z, near = append(z, channel[k].z), append(near, channel[k].near)
			}
		}
		f.z, f.near, f.model, f.noise = append(f.z, z), append(f.near, near), append(f.model, one), append(f.noise, make([]float64, f.lines))
		f.phase = append(f.phase, seen.at(m).phase)
		off := math.Abs(float64(m) - middle)
		w := math.Cos(math.Pi / 2 * min(1, off/(humBlock/2+humAhead+1)))
		f.wide = append(f.wide, w*w)
		f.close = append(f.close, off <= humBlock/2+humNear)
	}
	f.taper = slices.Clone(f.wide)
	found := f.solve()
	if !found { // where the hum ends or begins, what lies close may still tell
		for m, close := range f.close {
			f.taper[m] = map[bool]float64{true: 1}[close]
		}
		f.solve()
	}
	out := make([][][]complex128, 0, humBlock)
	for m := from; m < from+humBlock; m++ {
		i := min(max(0, m-first), len(f.z)-1) // behind the end of the sound the last one goes on
		amp := make([][]complex128, len(d.in))
		present := f.present(i)
		for c := range amp {
			amp[c] = make([]complex128, d.high+1)
			for j, k := range f.ks {
				l := c*len(f.ks) + j
				amp[c][k] = f.c[l] * f.model[i][l] * complex(d.depth*present, 0)
			}
		}
		out = append(out, amp)
	}
	return out
}

// solve tells whether there is any hum.
func (f *humFit) solve() (found bool) {
	n := len(f.z)
	f.turn, f.gain = make([]float64, n), make([]float64, n)
	f.c, f.chance = make([]complex128, f.lines), make([]float64, f.lines)
	f.least = slices.Repeat([]float64{1e-13}, f.lines)
	for l := range f.least {
		var seen []float64
		for m, z := range f.z {
			if f.taper[m] > 0 {
				seen = append(seen, squared(z[l]))
			}
		}
		if slices.Sort(seen); len(seen) > 0 {
			f.least[l] += 1e-4 * seen[len(seen)/3]
		}
		for m := range f.z {
			f.noise[m][l] = f.near[m][l] + f.least[l]
		}
	}
	angles := newDrift(n, 2, 2/humHop, humTurnHigh, func(hz float64) float64 { return 1e-3 * math.Pow(0.3/hz, 4) })
	gains := newDrift(n, 1, 2/humHop, humGainHigh, func(hz float64) float64 { return 1e-3 * math.Pow(0.1/hz, 2) })
	for round := range humRounds {
		f.see()
		f.amplitudes()
		f.scatter()
		if round == humFirst {
			f.widen()
		}
		weight, angle, gweight, level := f.off(round < humFirst)
		if round < humFirst {
			angle = f.search()
		}
		for m := range angle {
			angle[m] += f.turn[m] + f.phase[m]
			level[m] += f.gain[m]
		}
		for m, v := range angles.smooth(weight, angle, round >= humLearn) {
			f.turn[m] = v - f.phase[m]
		}
		f.gain = gains.smooth(gweight, level, round >= humLearn)
	}
	f.see()
	f.amplitudes()
	for l, c := range f.c { // lowered by what chance makes of it
		size := squared(c)
		if size <= 3*f.chance[l] {
			f.c[l] = 0
		} else {
			f.c[l] *= complex(1-f.chance[l]/size, 0)
			found = true
		}
	}
	return found
}

func squared(z complex128) float64 { return real(z)*real(z) + imag(z)*imag(z) }

// widen lets all windows count in which the hum is there.
func (f *humFit) widen() {
	for m, w := range f.wide {
		if f.present(m) < 0.6 {
			w = 0
		}
		f.taper[m] = w
	}
}

// see makes the model of turns and gains.
func (f *humFit) see() {
	for m := range f.model {
		one := cmplx.Rect(1, f.turn[m])
		g := complex(math.Exp(f.gain[m]), 0)
		p, at := complex(1, 0), 0
		for j, k := range f.ks {
			for ; at < k; at++ {
				p *= one
			}
			for l := j; l < f.lines; l += len(f.ks) {
				f.model[m][l] = g * p
			}
		}
	}
}

// amplitudes are the weighted means of what was seen against the model.
func (f *humFit) amplitudes() {
	for l := range f.c {
		var num complex128
		var den, chance float64
		for m, z := range f.z {
			b, w := f.model[m][l], f.taper[m]/f.noise[m][l]
			num += complex(w, 0) * z[l] * cmplx.Conj(b)
			p := w * squared(b)
			den += p
			chance += p * f.taper[m]
		}
		if den == 0 {
			f.c[l], f.chance[l] = 0, 0
			continue
		}
		f.c[l], f.chance[l] = num/complex(den, 0), 2*chance/(den*den) // windows overlap by half
	}
}

// scatter is how far windows may lie off: half of how far this one and its neighbours do, and some of what sounds beside, without which a note that dies away
// would count for most where it is as loud as the hum. More of that, and harmonics amid notes of music, which are heard well between them, count too little.
func (f *humFit) scatter() {
	far := make([]float64, len(f.z))
	for l, c := range f.c {
		for m, z := range f.z {
			far[m] = squared(z[l] - c*f.model[m][l])
		}
		for m := range far {
			beside := far[max(0, m-1)] + far[min(len(far)-1, m+1)]
			f.noise[m][l] = 0.5*max(far[m], beside/2) + humNearCount*f.near[m][l] + f.least[l]
		}
	}
}

// off tells by how much angle and logarithm of the gain of each window are off, and how sure that is (one over its variance, twice as large because windows
// overlap by half). At first low harmonics count more.
func (f *humFit) off(first bool) (weight, angle, gweight, level []float64) {
	n := len(f.z)
	weight, angle, gweight, level = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for m, z := range f.z {
		if f.taper[m] == 0 {
			continue
		}
		for l, c := range f.c {
			h := c * f.model[m][l]
			k := float64(f.ks[l%len(f.ks)])
			e := (z[l] - h) * cmplx.Conj(h)
			p := squared(h) / f.noise[m][l]
			turns := 1.0
			if first {
				turns = 1 / (k * k)
			}
			weight[m] += turns * k * k * p
			gweight[m] += p
			angle[m] += turns * k * imag(e) / f.noise[m][l]
			level[m] += real(e) / f.noise[m][l]
		}
		angle[m] = min(humTurnMost, max(-humTurnMost, angle[m]/(weight[m]+1e-9)))
		level[m] = min(humTurnMost, max(-humTurnMost, level[m]/(gweight[m]+1e-9)))
	}
	return weight, angle, gweight, level
}

// present tells how much of the hum is there at all around window m, 0..1: where it is gone (silence, another recording), every harmonic shows less than
// it should; sound that covers one only adds.
func (f *humFit) present(m int) float64 {
	most, known := 0.0, false
	for l, c := range f.c {
		if squared(c) <= 10*f.chance[l] {
			continue
		}
		var is, should float64
		for i := max(0, m-3); i <= min(len(f.z)-1, m+3); i++ {
			is += squared(f.z[i][l])
			should += squared(c * f.model[i][l])
		}
		most = max(most, is/should)
		known = true
	}
	if !known {
		return 1
	}
	return min(1, 2*math.Sqrt(most))
}
