package audio

import (
	"math"
	"testing"
)

// punch makes dropouts of 3 to 12 ms with edges of half a millisecond, about perMinute, and returns where.
func punch(x []float64, rate int, perMinute float64) (at []gap) {
	step := 60 / perMinute * float64(rate)
	for i, p := 0, 0.6*step; int(p)+rate/20 < len(x); i, p = i+1, p+step*(0.7+0.1*float64(i%7)) {
		n, edge := rate*(3+i*2%10)/1000, max(1, rate/2000)
		g := gap{int(p), int(p) + n}
		for j := g.first; j < g.end; j++ {
			x[j] *= 0.01 + 0.99*max(0, 1-float64(min(j-g.first, g.end-1-j))/float64(edge))
		}
		at = append(at, g)
	}
	return at
}

// count runs the counter over x in portions.
func countDropouts(rate int, x []float64) int64 {
	d := newDropoutCounter(rate, 1)
	for len(x) > 0 {
		n := min(4001, len(x))
		d.add(x[:n], nil)
		x = x[n:]
	}
	return d.count
}

// Dropouts in speech and music are found, those that fall into pauses aside, and filled so that what is missing is missed less; nothing else is touched.
func TestDropoutsAreFilled(t *testing.T) {
	for name, make := range map[string]func(rate int, seconds float64, seed uint64) []float64{"speech": speech, "music": music} {
		for rate, seconds := range map[int]float64{16000: 16, 48000: 6} {
			if testing.Short() && rate > 16000 {
				continue
			}
			base := make(rate, seconds, 1)
			hiss(base, 0.0005, 2)
			if n := countDropouts(rate, base); n != 0 {
				t.Errorf("%s at %d Hz: %d dropouts where there are none", name, rate, n)
			}
			x := append([]float64(nil), base...)
			at := punch(x, rate, 60)
			loud := 0
			for _, g := range at {
				if rms(base[g.first-rate/100:g.end+rate/100]) > 0.01 {
					loud++
				}
			}
			found := int(countDropouts(rate, x))
			s := newInpaintStage(rate, 1)
			out := newPlanes(1)
			for i := 0; i < len(x); i += 4096 {
				out = s.add(planes{x[i:min(len(x), i+4096)]}, out)
			}
			y := s.end(out)[0]
			if len(y) != len(x) {
				t.Fatalf("%d samples became %d", len(x), len(y))
			}
			var before, after float64
			near := map[int]bool{}
			for _, g := range at {
				if middle := (g.first + g.end) / 2; x[middle] == y[middle] {
					continue
				}
				for i := g.first; i < g.end; i++ {
					before += (x[i] - base[i]) * (x[i] - base[i])
					after += (y[i] - base[i]) * (y[i] - base[i])
				}
			}
			for _, g := range at {
				for i := g.first - rate/200; i < g.end+rate/200; i++ {
					near[i] = true
				}
			}
			for i := range x {
				if !near[i] && x[i] != y[i] {
					t.Fatalf("%s at %d Hz: sample %d, far from any dropout, changed", name, rate, i)
				}
			}
			better := 10 * math.Log10(before/after)
			t.Logf("%s at %d Hz: %d dropouts, %d of them audible, %d found; the error in those fell by %.1f dB", name, rate, len(at), loud, found, better)
			if found < loud*6/10 || found > len(at) || better < 4.5 {
				t.Errorf("%s at %d Hz: %d of %d found, %.1f dB better", name, rate, found, loud, better)
			}
		}
	}
}

// Trains of pulses, fading and treble that ends are no dropouts, and one at the very beginning or end is no fault.
func TestNoDropouts(t *testing.T) {
	const rate = 16000
	pulses, fade, edge := make([]float64, 4*rate), make([]float64, 4*rate), make([]float64, rate)
	hiss(fade, 0.1, 1)
	hiss(edge, 0.1, 2)
	for i := range pulses {
		if i%(rate/100) < rate/1000 {
			pulses[i] = 0.5
		}
		fade[i] *= 0.02 + math.Pow(math.Sin(2*math.Pi*2*float64(i)/rate), 2)
	}
	clear(edge[:rate/200])
	clear(edge[rate-rate/200:])
	for name, x := range map[string][]float64{"pulses": pulses, "fading": fade, "edges": edge} {
		if n := countDropouts(rate, x); n != 0 {
			t.Errorf("%s: %d dropouts", name, n)
		}
		y := newInpaintStage(rate, 1)
		out := y.end(y.add(planes{x}, newPlanes(1)))[0]
		for i := range x {
			if x[i] != out[i] {
				t.Fatalf("%s: sample %d changed", name, i)
			}
		}
	}
}
