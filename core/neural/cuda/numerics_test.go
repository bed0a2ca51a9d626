//go:build cuda && cgo

package cuda

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// drawn is a random network and the format of the frames it takes.
func drawn(t *rapid.T) (*neural.Network, frame.Format) {
	draw := func(name string, from, to int) int { return rapid.IntRange(from, to).Draw(t, name) }
	n := &neural.Network{Name: "drawn", Planes: 3, Scale: draw("scale", 1, 4)}
	n.Companion, n.FlipBottom = rapid.Bool().Draw(t, "companion"), rapid.Bool().Draw(t, "flip")
	n.Base = neural.Upsampling(draw("base", 0, 3))
	chroma := rapid.SampledFrom([]frame.Chroma{frame.Mono, frame.YUV420, frame.RGB}).Draw(t, "chroma")
	n.Grid = rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "grid")
	switch chroma {
	case frame.Mono:
		n.Planes = 1
	case frame.YUV420:
		n.Grid = max(n.Grid, 2)
	default:
		n.RGB = true
	}
	if n.Grid == 4 {
		n.Scale = min(n.Scale, 2)
	}
	if n.Companion && rapid.Bool().Draw(t, "base from companion") {
		n.BaseFrom = neural.Companion
	}
	for range draw("inputs", 1, 36) {
		c := neural.Channel{T: draw("t", -2, 2), Plane: draw("plane", 0, n.Planes-1)}
		g := n.GridStep(c.Plane)
		c.DY, c.DX = draw("dy", 0, g-1), draw("dx", 0, g-1)
		if n.Companion && rapid.Bool().Draw(t, "of companion") {
			c.Picture = neural.Companion
		}
		n.Inputs = append(n.Inputs, c)
	}
	var hidden []int
	for range draw("hidden layers", 0, 5) {
		hidden = append(hidden, draw("channels", 1, 40))
	}
	seed := rapid.Uint64().Draw(t, "seed")
	weigh(rand.New(rand.NewPCG(seed, 1)), n, hidden, func() neural.Activation { return neural.Activation(draw("act", 0, 3)) })
	f := frame.Format{Width: draw("width", 1, 40), Height: draw("height", 1, 24), Chroma: chroma, Depth: rapid.SampledFrom([]int{8, 10, 16}).Draw(t, "depth")}
	if n.Companion {
		if chroma == frame.YUV420 {
			f.Height = max(f.Height/2*2, 2)
		}
		f.Height *= 2
	}
	return n, f
}

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
				n, f := drawn(t)
				in := noise(rand.New(rand.NewPCG(7, 7)), f, rapid.IntRange(1, 3).Draw(t, "frames"))
				e.fuse = fusing(rapid.IntRange(0, int(fuseMost)).Draw(t, "fuse"))
				out, _, err := through(e, n, in, neural.Options{Batch: rapid.IntRange(1, 3).Draw(t, "batch")})
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
				d := apart(out[i], want)
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
