package audio

import (
	"math"
	"slices"
)

// mixture is what becomes of a bin when its gain is known, and what a longer window makes of the same sound.
type mixture struct {
	floor     float32 // the least gain
	dry       float32 // share of the sound that stays
	leastLong float32 // the least gain of the longer window
	spread    float32 // of what that window changes beyond a gain, so much is left
}

func newMixture(spec Denoise, network bool) mixture {
	m := mixture{floor: float32(math.Pow(10, -spec.Reduction/20)), dry: float32(spec.Dry), spread: 1}
	m.leastLong = m.floor
	if network && m.floor > leastLong {
		m.leastLong = leastLong
		m.spread = (1 - m.floor) / (1 - m.leastLong)
	}
	return m
}

// finish turns the sound of a window into what is given back. long is what the longer window makes of it, nil if there is none; share is how much of that is
// taken, nil for half.
func (m *mixture) finish(x, long []complex64, gain, share []float32) {
	wet := 1 - m.dry
	for k, v := range x {
		g := m.dry + wet*max(m.floor, gain[k])
		mixed := scaled(v, g)
		if long != nil {
			w := float32(0.5)
			if share != nil {
				w = share[k]
			}
			w *= wet
			l := m.limited(v, long[k])
			g = max(m.floor, gain[k])
			mixed += scaled(l-scaled(v, g), w)
		}
		x[k] = mixed
	}
}

// limited holds what the longer window, which takes away as much as it likes, makes of a sound x to the least gain: as far as it is a gain, that is limited; what
// it is beyond (turned, or louder than x) is left as far as the least gain leaves room for changes.
func (m *mixture) limited(x, long complex64) complex64 {
	if m.leastLong == m.floor {
		return long
	}
	gain := (real(long)*real(x) + imag(long)*imag(x)) / (power(x) + 1e-30)
	return scaled(x, min(1, max(m.floor, gain))) + scaled(long-scaled(x, min(1, max(m.leastLong, gain))), m.spread)
}

func scaled(v complex64, by float32) complex64 { return complex(by*real(v), by*imag(v)) }

// printOver is |N|² for each bin of windows of n samples, weighted by the root of Hann's window.
func printOver(p []Point, rate, n int) []float32 {
	out := make([]float32, n/2+1)
	for k := range out {
		out[k] = float32(math.Pow(10, levelAt(p, float64(k)*float64(rate)/float64(n))/10)*float64(n)/2 + 1e-20)
	}
	return out
}

// Point is a level of noise at a frequency: mean power density times half the rate, as a level.
type Point struct {
	Hz   float64 `json:"hz"`
	DBFS float64 `json:"dbfs"`
}

// levelAt is a print's level at hz, straight between its points over the logarithm of frequency.
func levelAt(p []Point, hz float64) float64 {
	i, _ := slices.BinarySearchFunc(p, hz, func(q Point, hz float64) int {
		if q.Hz <= hz {
			return -1
		}
		return 1
	})
	switch i {
	case 0:
		return p[0].DBFS
	case len(p):
		return p[len(p)-1].DBFS
	}
	a, b := p[i-1], p[i]
	return a.DBFS + math.Log(hz/a.Hz)/math.Log(b.Hz/a.Hz)*(b.DBFS-a.DBFS)
}
