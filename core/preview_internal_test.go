package core

import (
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The file may hold anything: what is taken from it is a cost.
func FuzzParseSpeeds(f *testing.F) {
	f.Add([]byte(`{"cores":2,"costs":{"encode/x264/fast":0.03,"bad":-1,"worse":1e99}}`))
	f.Add([]byte(`{"cores":4}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for k, v := range parseSpeeds(text, 2) {
			if !(v > 0 && v < 1e6) || len(k) >= 200 {
				t.Errorf("%q costs %g", k, v)
			}
		}
	})
}

func TestSpeedsOfAnotherMachineAreForgotten(t *testing.T) {
	dir := t.TempDir()
	if err := newSpeeds(dir, 2).note(map[string]float64{"a": 4, "none": 0}); err != nil {
		t.Fatal(err)
	}
	same := newSpeeds(dir, 2)
	if err := same.note(map[string]float64{"a": 2}); err != nil {
		t.Fatal(err)
	}
	if v, ok := same.cost("a"); !ok || v != 3 {
		t.Errorf("4 and then 2 are remembered as %g, %v", v, ok)
	}
	if _, ok := same.cost("none"); ok {
		t.Error("a cost of nothing was remembered")
	}
	if _, ok := newSpeeds(dir, 64).cost("a"); ok {
		t.Error("a machine with other cores is foreseen by this one's figures")
	}
	if err := os.WriteFile(filepath.Join(dir, "speeds.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, ok := newSpeeds(dir, 2).cost("a"); ok {
		t.Error("a damaged file was believed")
	}
}

// The cache never holds more than its limit, but for a single thing.
func TestByteCacheIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newByteCache(100)
		held := map[string]int{}
		for range rapid.IntRange(1, 40).Draw(t, "n") {
			key, size := rapid.StringMatching("[a-e]").Draw(t, "key"), rapid.IntRange(0, 150).Draw(t, "size")
			c.add(key, image.Point{}, size)
			held[key] = size
			if _, ok := c.get(key); !ok {
				t.Fatal("the newest was not kept")
			}
			sum, n := 0, 0
			for k, size := range held {
				if c.cache.Contains(k) {
					sum, n = sum+size, n+1
				}
			}
			if sum != c.bytes || sum > 100 && n > 1 {
				t.Fatalf("%d bytes in %d things, counted as %d", sum, n, c.bytes)
			}
		}
	})
}

// Noise is found as it was put in, smeared along the lines or not, beneath a moving part.
func TestFrameNoise(t *testing.T) {
	const w, h = 320, 240
	rng := rand.New(rand.NewPCG(1, 2))
	make := func(sigma float64, shift int) []byte {
		pix := make([]byte, w*h)
		for y := range h {
			for x := range w {
				v := 60 + 100*float64(x)/w
				if y < h/3 && (x+shift)/8%2 == 0 {
					v += 60
				}
				pix[y*w+x] = byte(v + sigma*rng.NormFloat64() + 0.5)
			}
		}
		return pix
	}
	for _, sigma := range []float64{1, 3, 6} {
		if got, ok := frameNoise(make(sigma, 0), make(sigma, 5), w, h); !ok || got < 0.85*sigma || got > 1.1*sigma+0.1 {
			t.Errorf("noise of %g is measured as %.2f, %v", sigma, got, ok)
		}
	}
	still := make(0, 0)
	if _, ok := frameNoise(still, still, w, h); ok {
		t.Error("a repeated frame was measured")
	}
	if _, ok := frameNoise(still[:32*32], still[:32*32], 32, 32); ok {
		t.Error("a stamp was measured")
	}
}

func TestSpell(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "a minute", 70 * time.Second: "1 minute", 89 * time.Minute: "89 minutes", 95 * time.Minute: "1½ hours",
		2 * time.Hour: "2 hours", 14*time.Hour + 40*time.Minute: "15 hours", 100 * time.Hour: "4 days"} {
		if got := spell(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
