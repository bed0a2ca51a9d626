package core

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestLineNoise: noise is read from pictures that slope, and, of interlaced ones, whose fields show different things; it may be smeared along the lines.
func TestLineNoise(t *testing.T) {
	const w, h = 160, 128
	random := rand.New(rand.NewPCG(1, 2))
	for _, sigma := range []float64{0, 1, 2.5, 6} {
		a := make([]byte, w*h)
		for y := range h {
			smeared := 0.0
			for x := range w {
				const keep = 0.5 // of the sample before
				smeared = keep*smeared + math.Sqrt(1-keep*keep)*sigma*random.NormFloat64()
				a[y*w+x] = byte(math.Round(60 + 0.4*float64(x) + 0.3*float64(y) + 30*float64(y%2) + smeared))
			}
		}
		got, ok := lineNoise(a, w, h)
		if !ok || got < 0.85*sigma || got > 1.1*sigma+0.4 { // rounding to whole levels is noise too
			t.Errorf("noise of %g is read as %.2f, %v", sigma, got, ok)
		}
	}
	for name, a := range map[string][]byte{"too small": make([]byte, 32*32), "black": make([]byte, w*h)} {
		wide := w
		if name == "too small" {
			wide = 32
		}
		if _, ok := lineNoise(a, wide, len(a)/wide); ok {
			t.Errorf("%s: something was read", name)
		}
	}
}
