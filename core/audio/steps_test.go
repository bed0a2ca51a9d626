package audio

import (
	"math"
	"testing"
)

// Hiss in pauses goes down by 8 dB at least, and the sound is nearer to the clean one than before, for white and for dull hiss.
func TestDenoise(t *testing.T) {
	const rate = 24000
	for _, c := range []struct {
		name  string
		base  []float64
		noise func([]float64)
		gain  float64 // dB of signal to noise won, at least
	}{
		{"speech, white hiss", speech(rate, 12, 1), func(x []float64) { hiss(x, 0.003, 1) }, 4},
		{"speech, loud hiss", speech(rate, 12, 1), func(x []float64) { hiss(x, 0.01, 1) }, 4},
		{"speech, dull hiss", speech(rate, 12, 1), func(x []float64) { dullHiss(x, 0.006) }, 2.5},
		{"music, white hiss", music(rate, 12, 1), func(x []float64) { hiss(x, 0.002, 1) }, 4},
	} {
		x := append([]float64(nil), c.base...)
		c.noise(x)
		out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, x)
		if len(steps) != 1 || steps[0].Name != StepDenoise {
			t.Errorf("%s: %+v", c.name, steps)
			continue
		}
		snr := func(y []float64) float64 {
			d := make([]float64, len(y))
			for i := range d {
				d[i] = y[i] - c.base[i]
			}
			return dbRMS(c.base) - dbRMS(d)
		}
		won := snr(out[0]) - snr(x)
		t.Logf("%s: floor found at %.1f dBFS, signal to noise %.1f -> %.1f dB", c.name, r.Noise.FloorDBFS, snr(x), snr(out[0]))
		if won < c.gain {
			t.Errorf("%s: only %.1f dB won", c.name, won)
		}
		if p := pauses(c.base, rate); p != nil {
			var before, after []float64
			for _, i := range p {
				before, after = append(before, x[i]), append(after, out[0][i])
			}
			down := dbRMS(before) - dbRMS(after)
			t.Logf("%s: pauses %.1f -> %.1f dBFS", c.name, dbRMS(before), dbRMS(after))
			if down < 8 && c.name != "speech, dull hiss" || down < 6 {
				t.Errorf("%s: pauses are only %.1f dB down", c.name, down)
			}
		}
	}
}

func dullHiss(x []float64, rms float64) {
	n := make([]float64, len(x))
	hiss(n, rms, 9)
	var a, b float64
	for i := range n {
		a += 0.6 * (n[i] - a)
		b += 0.6 * (a - b)
		x[i] += b
	}
}

// pauses are the samples of true silence that are 100 ms away from any sound.
func pauses(x []float64, rate int) []int {
	var out []int
	quiet := 0
	for i, v := range x {
		if v != 0 {
			quiet = 0
			continue
		}
		if quiet++; quiet > rate/5 {
			out = append(out, i-rate/10)
		}
	}
	return out
}

func TestDeclick(t *testing.T) {
	const rate = 44100
	for name, base := range map[string][]float64{"speech": speech(rate, 9, 1), "music": music(rate, 9, 1)} {
		x := append([]float64(nil), base...)
		at := crackle(x, rate, 120, 3)
		out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, x)
		if math.Abs(r.ClicksPerMinute*9/60-float64(len(at))) > 0.2*float64(len(at)) {
			t.Errorf("%s: %.1f clicks found of %d", name, r.ClicksPerMinute*9/60, len(at))
		}
		if len(steps) != 1 || steps[0].Name != StepDeclick {
			t.Fatalf("%s: %+v", name, steps)
		}
		mended := 0
		for _, i := range at {
			if math.Abs(out[0][i]-base[i]) < 0.03 {
				mended++
			}
		}
		t.Logf("%s: %d of %d clicks mended", name, mended, len(at))
		if mended < len(at)-1 {
			t.Errorf("%s: only %d of %d clicks mended", name, mended, len(at))
		}
	}
}

func TestChannelRepair(t *testing.T) {
	const rate = 8000
	x := speech(rate, 8, 1)
	hiss(x, 0.0001, 1)
	zero, minus := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		minus[i] = -x[i]
	}
	for _, c := range []struct {
		name string
		l, r []float64
		dead int
		inv  bool
		dual bool
	}{
		{"left dead", zero, x, 0, false, false},
		{"right dead", x, zero, 1, false, false},
		{"inverted", x, minus, -1, true, false},
		{"dual mono", x, x, -1, false, true},
		{"stereo", x, speech(rate, 8, 2), -1, false, false},
	} {
		out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, c.l, c.r)
		if r.DeadSide != c.dead || r.Inverted != c.inv || r.DualMono != c.dual {
			t.Errorf("%s: dead %d, inverted %v, dual mono %v, correlation %.2f", c.name, r.DeadSide, r.Inverted, r.DualMono, r.Correlation)
		}
		if fixed := c.dead >= 0 || c.inv; fixed != (len(steps) == 1) {
			t.Errorf("%s: %+v", c.name, steps)
			continue
		}
		if c.name == "stereo" {
			continue
		}
		for i := range x {
			if float32(out[0][i]) != float32(x[i]) || float32(out[1][i]) != float32(x[i]) {
				t.Fatalf("%s: sample %d is %v, %v, want %v", c.name, i, out[0][i], out[1][i], x[i])
			}
		}
	}
}

func TestRumbleAndDC(t *testing.T) {
	const rate = 16000
	x := speech(rate, 20, 1)
	for i := range x {
		x[i] += 0.02
	}
	out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, x)
	if !r.HasDC() || r.HasRumble() || len(steps) != 1 {
		t.Fatalf("%v %+v", r.Words(), steps)
	}
	if m := mean64(out[0][rate:]); math.Abs(m) > 1e-4 {
		t.Errorf("offset left: %g", m)
	}
	x = speech(rate, 20, 1)
	tone(x, rate, 13, 0.02, 0)
	tone(x, rate, 19, 0.02, 0.3)
	out, steps, r = apply(t, rate, Settings{Mode: Voice, KeepLoudness: true}, x)
	if !r.HasRumble() || len(steps) != 1 {
		t.Fatalf("%v %+v", r.Words(), steps)
	}
	if down := level(x, rate, 13) - level(out[0][rate:], rate, 13); down < 20 {
		t.Errorf("rumble is only %.1f dB down", down)
	}
}

func mean64(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}
