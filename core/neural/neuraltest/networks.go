// Package neuraltest holds what the tests of all engines share: networks and frames drawn at random, the way through a session, the distance
// from the reference, and the contract of a session.
package neuraltest

import (
	"math"
	"math/rand/v2"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// Leaky is the activation of all layers, for Weigh.
func Leaky() neural.Activation { return neural.Leaky }

// Weigh gives a network layers of those hidden channels, with random weights of a size that keeps values near 1 through all of them.
func Weigh(r *rand.Rand, n *neural.Network, hidden []int, act func() neural.Activation) {
	in := len(n.Inputs)
	for i, out := range append(hidden, n.OutputChannels()) {
		l := neural.Layer{In: in, Out: out, Weight: make([]float32, in*out*9), Bias: make([]float32, out), Act: act()}
		gain := math.Sqrt(3 / float64(9*in))
		if i == len(hidden) {
			gain *= 0.3
		}
		for k := range l.Weight {
			l.Weight[k] = float32((2*r.Float64() - 1) * gain)
		}
		for k := range l.Bias {
			l.Bias[k] = float32(r.Float64()-0.5) * 0.1
		}
		switch l.Act {
		case neural.Leaky:
			l.Slope = []float32{0.1}
		case neural.PReLU:
			l.Slope = make([]float32, out)
			for k := range l.Slope {
				l.Slope[k] = float32(1.5*r.Float64() - 0.3)
			}
		}
		n.Layers = append(n.Layers, l)
		in = out
	}
}

// Windowed is a small network that looks two frames back and one ahead, and the format of the frames it takes.
func Windowed() (*neural.Network, frame.Format) {
	n := &neural.Network{
		Name: "windowed", Planes: 3, Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Base: neural.Bicubic, BaseFrom: neural.Companion,
		Inputs: []neural.Channel{{T: -2}, {T: 0, DX: 1}, {Picture: neural.Companion, T: 1, DY: 1}, {T: 1, Plane: 2}},
	}
	Weigh(rand.New(rand.NewPCG(5, 5)), n, []int{8, 17}, Leaky)
	return n, frame.Format{Width: 46, Height: 40, Chroma: frame.YUV420, Depth: 8}
}

// Limits bound what Drawn draws.
type Limits struct{ Inputs, Hidden, Outputs int }

// Drawn is a random network of any form there is, within limits, and the format of the frames it takes.
func Drawn(t *rapid.T, most Limits) (*neural.Network, frame.Format) {
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
	for n.OutputChannels() > most.Outputs {
		n.Scale--
	}
	if n.Companion && rapid.Bool().Draw(t, "base from companion") {
		n.BaseFrom = neural.Companion
	}
	for range draw("inputs", 1, most.Inputs) {
		c := neural.Channel{T: draw("t", -2, 2), Plane: draw("plane", 0, n.Planes-1)}
		g := n.GridStep(c.Plane)
		c.DY, c.DX = draw("dy", 0, g-1), draw("dx", 0, g-1)
		if n.Companion && rapid.Bool().Draw(t, "of companion") {
			c.Picture = neural.Companion
		}
		n.Inputs = append(n.Inputs, c)
	}
	var hidden []int
	for range draw("hidden layers", 0, most.Hidden) {
		hidden = append(hidden, draw("channels", 1, 40))
	}
	seed := rapid.Uint64().Draw(t, "seed")
	Weigh(rand.New(rand.NewPCG(seed, 1)), n, hidden, func() neural.Activation { return neural.Activation(draw("act", 0, 3)) })
	f := frame.Format{Width: draw("width", 1, 40), Height: draw("height", 1, 24), Chroma: chroma, Depth: rapid.SampledFrom([]int{8, 10, 16}).Draw(t, "depth")}
	if n.Companion {
		if chroma == frame.YUV420 {
			f.Height = max(f.Height/2*2, 2)
		}
		f.Height *= 2
	}
	return n, f
}
