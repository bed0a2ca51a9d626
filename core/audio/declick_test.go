package audio

import (
	"math"
	"testing"
)

// Clicks are filled, each for itself: where there is none no sample changes.
func TestClicksAreFilled(t *testing.T) {
	const rate = 48000
	for name, base := range map[string][]float64{"speech": speech(rate, 4, 1), "music": music(rate, 4, 1)} {
		hiss(base, 0.0003, 2)
		x := append([]float64(nil), base...)
		at := crackle(x, rate, 200, 3)
		s := newDeclickStage(rate, 1, Declick{Ratio: clickRatio})
		out := newPlanes(1)
		for i := 0; i < len(x); i += 4096 {
			out = s.add(planes{x[i:min(len(x), i+4096)]}, out)
		}
		y := s.end(out)[0]
		if len(y) != len(x) {
			t.Fatalf("%s: %d samples became %d", name, len(x), len(y))
		}
		near := map[int]bool{}
		mended := 0
		for _, i := range at {
			if math.Abs(y[i]-base[i]) < 0.03 {
				mended++
			}
			for j := -40; j < 40; j++ {
				near[i+j] = true
			}
		}
		var before, after float64
		for i := range x {
			before += (x[i] - base[i]) * (x[i] - base[i])
			after += (y[i] - base[i]) * (y[i] - base[i])
			if !near[i] && x[i] != y[i] {
				t.Fatalf("%s: sample %d, far from any click, changed", name, i)
			}
		}
		better := 10 * math.Log10(before/after)
		t.Logf("%s: %d of %d clicks mended, the error fell by %.1f dB", name, mended, len(at), better)
		if mended*20 < len(at)*19 || better < 20 {
			t.Errorf("%s: %d of %d clicks mended, %.1f dB", name, mended, len(at), better)
		}
	}
}
