//go:build cuda && cgo

package cuda

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/neuraltest"
)

// TestAgreesWithReference holds each set of kernels against the float64 reference on random networks, sizes and depths.
func TestAgreesWithReference(t *testing.T) {
	for _, c := range []struct {
		capability int64
		variant    string
		bound      float64
	}{{80, "f16_sm80", halfBound}, {75, "f16_sm75", halfBound}, {61, "f32_sm61", singleBound}} {
		t.Run(c.variant, func(t *testing.T) {
			fake(t, map[string]int64{"capability": c.capability})
			e := New(Config{})
			worst := 0.0
			rapid.Check(t, func(t *rapid.T) {
				n, f := neuraltest.Drawn(t, neuraltest.Limits{Inputs: 36, Hidden: 5, Outputs: 192})
				in := neuraltest.Noise(rand.New(rand.NewPCG(7, 7)), f, rapid.IntRange(1, 3).Draw(t, "frames"))
				e.fuse = fusing(rapid.IntRange(0, int(fuseMost)).Draw(t, "fuse"))
				out, _, err := neuraltest.Through(e, n, in, neural.Options{Batch: rapid.IntRange(1, 3).Draw(t, "batch")})
				if err != nil {
					t.Fatal(err)
				}
				if len(out) != len(in) {
					t.Fatalf("%d frames out for %d in", len(out), len(in))
				}
				i := rapid.IntRange(0, len(in)-1).Draw(t, "checked")
				want, err := neural.ReferencePlanes(n, in, i)
				if err != nil {
					t.Fatal(err)
				}
				d := neural.Apart(out[i], want)
				if d > c.bound {
					t.Fatalf("%.2g from the reference", d)
				}
				worst = max(worst, d)
			})
			t.Logf("%.2g from the reference at most", worst)
		})
	}
}

// TestHalf: every half comes back from the float it stands for, and floats between two go to the nearer one, to the even one from the middle.
func TestHalf(t *testing.T) {
	value := func(h uint16) float64 { // by the definition
		e, m := int(h>>10&31), float64(h&1023)
		v := math.Ldexp(1+m/1024, e-15)
		if e == 0 {
			v = math.Ldexp(m/1024, -14)
		}
		if h&0x8000 != 0 {
			v = -v
		}
		return v
	}
	for h := range uint16(0x7c00) {
		for _, sign := range []uint16{0, 0x8000} {
			if got := half(float32(value(h | sign))); got != h|sign {
				t.Fatalf("%#x came back as %#x", h|sign, got)
			}
		}
		if h == 0x7bff {
			break
		}
		a, b := value(h), value(h+1)
		for at, want := range map[float64]uint16{0.5: h + h&1, 0.49: h, 0.51: h + 1} {
			if got := half(float32(a + at*(b-a))); got != want {
				t.Fatalf("%g between %#x and the next became %#x", at, h, got)
			}
		}
	}
	for v, want := range map[float32]uint16{65519: 0x7bff, 65520: 0x7c00, float32(math.Inf(-1)): 0xfc00} {
		if got := half(v); got != want {
			t.Errorf("%g became %#x", v, got)
		}
	}
}
