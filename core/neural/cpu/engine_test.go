package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/neuraltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bound is what kernels may differ from the reference, as a share of the range beside half a code.
const bound = 1e-3

// apart is how far what was made of frame i is from what the reference makes of it.
func apart(t interface {
	Helper()
	Fatal(...any)
}, n *neural.Network, in []*frame.Frame, i int, got *frame.Frame) float64 {
	t.Helper()
	want, err := neural.ReferencePlanes(n, in, i)
	if err != nil {
		t.Fatal(err)
	}
	return neural.Apart(got, want)
}

func TestAgreesWithReference(t *testing.T) {
	for _, k := range kernels() {
		t.Run(k.name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n, f := neuraltest.Drawn(t, neuraltest.Limits{Inputs: 40, Hidden: 7, Outputs: 512})
				in := neuraltest.Noise(rand.New(rand.NewPCG(7, 7)), f, rapid.IntRange(1, 4).Draw(t, "frames"))
				out, _, err := neuraltest.Through(engine{k}, n, in, neural.Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads"), Batch: rapid.IntRange(0, 3).Draw(t, "batch")})
				if err != nil {
					t.Fatal(err)
				}
				if len(out) != len(in) {
					t.Fatalf("%d frames out for %d in", len(out), len(in))
				}
				i := rapid.IntRange(0, len(in)-1).Draw(t, "checked")
				if d := apart(t, n, in, i, out[i]); d > bound {
					t.Fatalf("%.2g from the reference", d)
				}
			})
		})
	}
}

// TestBands: one frame at a time on several threads is cut into bands; the result must not show it.
func TestBands(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	n := &neural.Network{Name: "bands", Planes: 1, Grid: 1, Scale: 2, Base: neural.Bicubic, FlipBottom: true, Inputs: []neural.Channel{{}, {T: 1}}}
	neuraltest.Weigh(r, n, []int{9, 20, 5}, neuraltest.Leaky)
	in := neuraltest.Noise(r, frame.Format{Width: 31, Height: 83, Chroma: frame.Mono, Depth: 10}, 1)
	in[0].Parity = frame.Bottom
	for _, k := range kernels() {
		one, _, err := neuraltest.Through(engine{k}, n, in, neural.Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		many, _, err := neuraltest.Through(engine{k}, n, in, neural.Options{Threads: 4})
		if err != nil {
			t.Fatal(err)
		}
		if string(one[0].Data) != string(many[0].Data) {
			t.Errorf("%s: four bands differ from one", k.name())
		}
		if d := apart(t, n, in, 0, many[0]); d > bound {
			t.Errorf("%s: %.2g from the reference", k.name(), d)
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
		neuraltest.Weigh(r, n, hidden, neuraltest.Leaky)
		in := neuraltest.Noise(r, frame.Format{Width: 143, Height: 15, Chroma: frame.YUV420, Depth: 10}, 2)
		for _, k := range kernels() {
			out, _, err := neuraltest.Through(engine{k}, n, in, neural.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := apart(t, n, in, 1, out[1]); d > bound {
				t.Errorf("%s, %v: %.2g from the reference", k.name(), hidden, d)
			}
		}
	}
}
