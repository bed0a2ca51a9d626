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

// TestPanNoise: noise is read through the texture of a picture that moves as a whole, by whole samples and by fractions; a repeated frame says nothing.
func TestPanNoise(t *testing.T) {
	const w, h = 256, 192
	random := rand.New(rand.NewPCG(5, 6))
	var waves [16][3]float64 // how fast across and down, and where they begin: nothing repeats
	for i := range waves {
		waves[i] = [3]float64{2 * random.NormFloat64() / 3, random.NormFloat64() / 3, 6 * random.Float64()}
	}
	leaves := func(x, y float64) float64 {
		v := 120.0
		for _, k := range waves {
			v += 9 * math.Sin(k[0]*x+k[1]*y+k[2])
		}
		return v
	}
	shot := func(dx, dy, sigma float64) []byte {
		a := make([]byte, w*h)
		for at := range a {
			a[at] = byte(math.Round(leaves(float64(at%w)-dx, float64(at/w)-dy) + sigma*random.NormFloat64()))
		}
		return a
	}
	for _, move := range [][2]float64{{0, 0}, {3, 0}, {-11.3, 0}, {4.4, 2}, {0.4, -5.7}} {
		for _, sigma := range []float64{1, 3, 8} {
			got, ok := panNoise(shot(0, 0, sigma), shot(move[0], move[1], sigma), w, h)
			if !ok || got < 0.8*sigma || got > 1.15*sigma+1.6 { // a fraction of a sample is undone to the first order only
				t.Errorf("moved by %v, noise of %g is read as %.2f, %v", move, sigma, got, ok)
			}
		}
		if dx, dy := pan(shot(0, 0, 1), shot(move[0], move[1], 1), w, h); math.Abs(float64(dx)-move[0]) > 0.51 || math.Abs(float64(dy)-move[1]) > 1.01 {
			t.Errorf("moved by %v, read as %d, %d", move, dx, dy)
		}
	}
	if before, _ := frameNoise(shot(0, 0, 1), shot(3, 0, 1), w, h); before < 5 {
		t.Errorf("without the motion undone it would be read as %.2f: this test shows nothing", before)
	}
	a := shot(0, 0, 3)
	if _, ok := panNoise(a, a, w, h); ok {
		t.Error("a repeated frame was measured")
	}
	if _, ok := panNoise(a[:32*32], a[32*32:2*32*32], 32, 32); ok {
		t.Error("a stamp was measured")
	}
	black := make([]byte, w*h)
	if _, ok := panNoise(black, a, w, h); ok {
		t.Error("black was measured")
	}
}
