//go:build cuda && cgo

package cuda

import (
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
