package tape_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/testdata/tape"
)

// plane draws one clean moment as 8-bit luma.
func plane(s tape.Spec, k int) []byte {
	p := tape.NewPicture(s.Width, s.Height)
	tape.NewScene(s).Moment(k, p)
	out := make([]byte, len(p.Y))
	for i, v := range p.Y {
		out[i] = byte(v + 0.5)
	}
	return out
}

func TestStripReadsEveryNumber(t *testing.T) {
	s, _ := tape.SpecOf("odd-size", 1)
	scene, p := tape.NewScene(s), tape.NewPicture(s.Width, s.Height)
	for k := 0; k < tape.MaxMoments; k += 37 {
		scene.Moment(k, p)
		at := func(x, y int) float64 { return float64(p.Y[y*p.W+x]) / 255 }
		if n, ok := tape.ReadStripAt(at, p.W, p.H); !ok || n != k {
			t.Errorf("moment %d is read as %d (readable: %v)", k, n, ok)
		}
	}
}

func TestStripBearsBrightnessAndContrast(t *testing.T) {
	s, _ := tape.SpecOf("ntsc-vhs", 1)
	clean := plane(s, 1234)
	rapid.Check(t, func(t *rapid.T) {
		gain, lift := rapid.Float64Range(0.5, 1.5).Draw(t, "gain"), rapid.Float64Range(-0.2, 0.2).Draw(t, "lift")
		n, ok := tape.ReadStripAt(func(x, y int) float64 { return gain*float64(clean[y*720+x])/255 + lift }, 720, 480)
		if !ok || n != 1234 {
			t.Errorf("read %d, %v", n, ok)
		}
	})
}

func TestNoStripNoNumber(t *testing.T) {
	flat := make([]byte, 720*480)
	for _, level := range []byte{0, 16, 128, 235, 255} {
		for i := range flat {
			flat[i] = level
		}
		if n, ok := tape.ReadStrip(flat, 720, 480); ok {
			t.Errorf("flat %d is read as %d", level, n)
		}
	}
	for i := range flat {
		flat[i] = byte(i * 2654435761 >> 13)
	}
	if n, ok := tape.ReadStrip(flat, 720, 480); ok {
		t.Errorf("noise is read as %d", n)
	}
	// Half bright, half dark is no number either: the check bits see to it.
	for i := range flat {
		flat[i] = 40
		if i < 720*56 {
			flat[i] = 210
		}
	}
	if n, ok := tape.ReadStrip(flat, 720, 480); ok {
		t.Errorf("an edge is read as %d", n)
	}
}

func FuzzReadStrip(f *testing.F) {
	f.Add([]byte("strip"), 720, 480)
	f.Add(make([]byte, 128*64), 128, 64)
	f.Fuzz(func(_ *testing.T, luma []byte, w, h int) {
		if w < 0 || h < 0 || w > 4096 || h > 4096 {
			return
		}
		tape.ReadStrip(luma, w, h)
		tape.ReadStrip16(luma, w, h, 10)
	})
}

func TestColoursOfPatches(t *testing.T) {
	moved := false
	for _, p := range tape.Patches() {
		for _, system := range []tape.System{tape.SMPTE170M, tape.BT470BG, tape.Computer} {
			full, matrix := p.Want709(system), p.Want709Matrix()
			if p.Name == "grey" {
				if full[1] < 127.99 || full[1] > 128.01 || full[2] < 127.99 || full[2] > 128.01 {
					t.Errorf("grey does not stay grey: %v", full)
				}
			}
			for c := range 3 {
				moved = moved || full[c]-matrix[c] > 2 || matrix[c]-full[c] > 2
			}
		}
		for _, v := range p.Linear() {
			if v < 0.02 || v > 0.9 {
				t.Errorf("%s is too near the edge of the gamut: %v", p.Name, p.Linear())
			}
		}
	}
	if !moved {
		t.Error("no patch tells a change of primaries from a change of matrix")
	}
}
