package cpu

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testNetwork makes a valid network with random weights of a size that keeps values near 1 through all layers.
func testNetwork(r *rand.Rand, n *neural.Network, hidden []int, act func() neural.Activation) {
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
	if n.Grid == 4 && n.RGB {
		n.Scale = min(n.Scale, 3) // within 512 channels
	}
	if n.Companion && rapid.Bool().Draw(t, "base from companion") {
		n.BaseFrom = neural.Companion
	}
	for range draw("inputs", 1, 40) {
		c := neural.Channel{T: draw("t", -2, 2), Plane: draw("plane", 0, n.Planes-1)}
		g := n.GridStep(c.Plane)
		c.DY, c.DX = draw("dy", 0, g-1), draw("dx", 0, g-1)
		if n.Companion && rapid.Bool().Draw(t, "of companion") {
			c.Picture = neural.Companion
		}
		n.Inputs = append(n.Inputs, c)
	}
	var hidden []int
	for range draw("hidden layers", 0, 7) {
		hidden = append(hidden, draw("channels", 1, 40))
	}
	seed := rapid.Uint64().Draw(t, "seed")
	testNetwork(rand.New(rand.NewPCG(seed, 1)), n, hidden, func() neural.Activation { return neural.Activation(draw("act", 0, 3)) })
	f := frame.Format{Width: draw("width", 1, 40), Height: draw("height", 1, 20), Chroma: chroma, Depth: rapid.SampledFrom([]int{8, 10, 16}).Draw(t, "depth")}
	if n.Companion {
		if chroma == frame.YUV420 {
			f.Height = max(f.Height/2*2, 2)
		}
		f.Height *= 2
	}
	return n, f
}

// testFrames is a stream of random frames of mixed parity.
func testFrames(r *rand.Rand, f frame.Format, count int) []*frame.Frame {
	var all []*frame.Frame
	for i := range count {
		fr := frame.New(f)
		fr.Index, fr.Parity = int64(i), frame.Parity(r.IntN(3))
		for k := range fr.Data {
			fr.Data[k] = byte(r.Uint32())
		}
		if f.Depth > 8 {
			for k := 0; k < len(fr.Data); k += 2 {
				v := binary.LittleEndian.Uint16(fr.Data[k:]) & (1<<f.Depth - 1)
				binary.LittleEndian.PutUint16(fr.Data[k:], v)
			}
		}
		all = append(all, fr)
	}
	return all
}

// through sends frames through a session and returns copies of the outputs.
func through(n *neural.Network, k kernel, in []*frame.Frame, o neural.Options) ([]*frame.Frame, error) {
	ctx := context.Background()
	s, err := engine{k}.Open(ctx, n, in[0].Format, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	fed := make(chan error, 1)
	go func() {
		defer s.Finish()
		for _, f := range in {
			g, err := s.Get(ctx)
			if err != nil {
				fed <- err
				return
			}
			copy(g.Data, f.Data)
			g.Parity = f.Parity
			if err := s.Push(ctx, g); err != nil {
				fed <- err
				return
			}
		}
		fed <- nil
	}()
	var out []*frame.Frame
	for {
		f, err := s.Next(ctx)
		if err == io.EOF {
			return out, <-fed
		}
		if err != nil {
			return nil, err
		}
		keep := frame.New(f.Format)
		keep.Index = f.Index
		copy(keep.Data, f.Data)
		out = append(out, keep)
		s.Put(f)
	}
}

// differ tells how far a frame is from the reference where it is farther than the bound: 1e-3 of the range and half a code.
func differ(n *neural.Network, in []*frame.Frame, i int, got *frame.Frame) error {
	want, err := neural.ReferencePlanes(n, in, i)
	if err != nil {
		return err
	}
	top := float64(int(1)<<got.Depth - 1)
	for p, values := range want {
		data := got.Plane(p)
		for k, v := range values {
			code := 0.0
			if got.Depth == 8 {
				code = float64(data[k])
			} else {
				code = float64(binary.LittleEndian.Uint16(data[2*k:]))
			}
			if d := math.Abs(code/top - v); d > 1e-3+0.5/top {
				w, _ := got.PlaneSize(p)
				return fmt.Errorf("frame %d, plane %d, row %d, column %d: %v, reference %v", i, p, k/w, k%w, code/top, v)
			}
		}
	}
	return nil
}

func TestAgreesWithReference(t *testing.T) {
	for _, k := range kernels() {
		t.Run(k.name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n, f := drawn(t)
				in := testFrames(rand.New(rand.NewPCG(7, 7)), f, rapid.IntRange(1, 4).Draw(t, "frames"))
				out, err := through(n, k, in, neural.Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads"), Batch: rapid.IntRange(0, 3).Draw(t, "batch")})
				if err != nil {
					t.Fatal(err)
				}
				if len(out) != len(in) {
					t.Fatalf("%d frames out for %d in", len(out), len(in))
				}
				i := rapid.IntRange(0, len(in)-1).Draw(t, "checked")
				if err := differ(n, in, i, out[i]); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// TestBands: one frame at a time on several threads is cut into bands; the result must not show it.
func TestBands(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	n := &neural.Network{Name: "bands", Planes: 1, Grid: 1, Scale: 2, Base: neural.Bicubic, FlipBottom: true, Inputs: []neural.Channel{{}, {T: 1}}}
	testNetwork(r, n, []int{9, 20, 5}, func() neural.Activation { return neural.Leaky })
	in := testFrames(r, frame.Format{Width: 31, Height: 83, Chroma: frame.Mono, Depth: 10}, 1)
	in[0].Parity = frame.Bottom
	for _, k := range kernels() {
		one, err := through(n, k, in, neural.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		many, err := through(n, k, in, neural.Options{Threads: 4})
		if err != nil {
			t.Fatal(err)
		}
		if string(one[0].Data) != string(many[0].Data) {
			t.Errorf("%s: four bands differ from one", k.name())
		}
		if err := differ(n, in, 0, many[0]); err != nil {
			t.Errorf("%s: %v", k.name(), err)
		}
	}
}

// TestShapes covers what small random networks seldom reach: full tiles and their rest, pairs and halves of blocks, all on one grid.
func TestShapes(t *testing.T) {
	for _, hidden := range [][]int{{16, 16, 16}, {32, 40, 8}, {64, 33, 24}} {
		r := rand.New(rand.NewPCG(9, 9))
		n := &neural.Network{Name: fmt.Sprint(hidden), Planes: 3, Grid: 2, Scale: 2, Base: neural.Bicubic, Inputs: []neural.Channel{{T: -1}, {DX: 1}, {Plane: 1}, {Plane: 2, T: 1}}}
		for i := range 20 {
			n.Inputs = append(n.Inputs, neural.Channel{T: i%5 - 2, DX: i % 2})
		}
		testNetwork(r, n, hidden, func() neural.Activation { return neural.Leaky })
		in := testFrames(r, frame.Format{Width: 143, Height: 15, Chroma: frame.YUV420, Depth: 10}, 2)
		for _, k := range kernels() {
			out, err := through(n, k, in, neural.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := differ(n, in, 1, out[1]); err != nil {
				t.Errorf("%s, %v: %v", k.name(), hidden, err)
			}
		}
	}
}
