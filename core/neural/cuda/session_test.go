//go:build cuda && cgo

package cuda

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/neuraltest"
)

// TestOrder: every frame comes out once, in order, with the window's edges repeated, whatever the batch and the number of cards.
func TestOrder(t *testing.T) {
	fake(t, map[string]int64{"devices": 3})
	n, f := neuraltest.Windowed()
	in := neuraltest.Noise(rand.New(rand.NewPCG(6, 6)), f, 11)
	want := neuraltest.Right(t, n, in)
	for _, o := range []neural.Options{{Batch: 1}, {Batch: 4}, {Batch: 64}, {Device: "cuda:1", Batch: 3}, {Device: "cuda:0,2", Batch: 2}, {Device: "cuda:2,0,1", Batch: 1}} {
		t.Run(fmt.Sprint(o.Device, " ", o.Batch), func(t *testing.T) {
			out, st, err := neuraltest.Through(New(Config{}), n, in, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := neuraltest.Off(want, out, halfBound); err != nil {
				t.Error(err)
			}
			if st.Frames != 11 || st.Batch != o.Batch || st.BusySeconds <= 0 || st.Memory == 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// TestContract also sees that nothing of the driver's is left, whatever was closed when.
func TestContract(t *testing.T) {
	live := fakeGet("live")
	for _, batch := range []int{1, 2, 3} {
		t.Run(fmt.Sprint(batch), func(t *testing.T) { neuraltest.Contract(t, New(Config{}), neural.Options{Batch: batch}) })
	}
	if now := fakeGet("live"); now != live {
		t.Errorf("%d things of the driver's are left", now-live)
	}
}

func TestForeignDevices(t *testing.T) {
	n, f := neuraltest.Windowed()
	for _, device := range []string{"cpu", "cuda:1", "cuda:x", "cuda:-1", "cuda:0,0", "cuda:"} {
		if _, err := New(Config{}).Open(t.Context(), n, f, neural.Options{Device: device}); err == nil {
			t.Errorf("device %q was taken", device)
		}
	}
}

// TestKernels runs networks that need each kernel, and checks that they were chosen.
func TestKernels(t *testing.T) {
	used := map[string]bool{}
	for _, hidden := range [][]int{nil, {16}, {16, 16, 16}, {32, 32, 32, 32}, {64, 16, 16}, {64, 16, 16, 16, 64}, {16, 16, 64}, {48, 100}} {
		for _, scale := range []int{1, 2, 3} {
			if len(hidden) > 0 && scale != 1+len(hidden)%3 {
				continue
			}
			r := rand.New(rand.NewPCG(9, 9))
			n := &neural.Network{Name: fmt.Sprint(hidden), Planes: 3, Grid: 2, Scale: scale, Base: neural.Bicubic, Inputs: []neural.Channel{{T: -1}, {DX: 1}, {Plane: 1}, {Plane: 2, T: 1}}}
			for i := range 20 {
				n.Inputs = append(n.Inputs, neural.Channel{T: i%5 - 2, DX: i % 2})
			}
			neuraltest.Weigh(r, n, hidden, neuraltest.Leaky)
			in := neuraltest.Noise(r, frame.Format{Width: 79, Height: 23, Chroma: frame.YUV420, Depth: 10}, 2)
			want, err := neural.ReferencePlanes(n, in, 1)
			if err != nil {
				t.Fatal(err)
			}
			g, err := newGeometry(n, in[0].Format)
			if err != nil {
				t.Fatal(err)
			}
			for _, way := range []struct {
				capability, shared int
				fuse               fusing
			}{{61, 49152, fuseNone}, {80, 166912, fuseNone}, {80, 166912, fuseMost}, {80, 60000, fuseMost}, {80, 40000, fuseReckoned}} {
				fake(t, map[string]int64{"capability": int64(way.capability)})
				all, err := cards()
				if err != nil {
					t.Fatal(err)
				}
				p := newProgram(g, choose(way.capability, true), way.shared, way.fuse)
				out, err := once(all[0], p, in)
				if err != nil {
					t.Fatal(err)
				}
				if d := neural.Apart(out[1], want); d > halfBound {
					t.Errorf("%v, scale %d, %+v: %.2g from the reference", hidden, scale, way, d)
				}
				for _, ps := range p.passes {
					used[ps.kernel] = true
					if ps.shared > way.shared {
						t.Errorf("%s takes %d bytes of %d", ps.kernel, ps.shared, way.shared)
					}
				}
			}
		}
	}
	for _, base := range []string{"conv_f32", "conv_f16_2", "conv_f16_4", "conv_f16_8", "fused_f16"} {
		for _, end := range []string{"", "_head", "_tail", "_both"} {
			if !used[base+end] {
				t.Errorf("%s was not used", base+end)
			}
		}
	}
}

// TestOrderOfThreads: a kernel that lacks a barrier gives other results when the threads of a block run in the other order.
func TestOrderOfThreads(t *testing.T) {
	for _, hidden := range [][]int{{16, 16, 16}, {32, 40}} {
		r := rand.New(rand.NewPCG(9, 9))
		n := &neural.Network{Name: fmt.Sprint(hidden), Planes: 3, Grid: 2, Scale: 2, Base: neural.Bicubic, FlipBottom: true, Inputs: []neural.Channel{{T: -1}, {DX: 1}, {Plane: 1}, {Plane: 2, T: 1}}}
		neuraltest.Weigh(r, n, hidden, neuraltest.Leaky)
		in := neuraltest.Noise(r, frame.Format{Width: 75, Height: 38, Chroma: frame.YUV420, Depth: 8}, 2)
		g, err := newGeometry(n, in[0].Format)
		if err != nil {
			t.Fatal(err)
		}
		all, err := cards()
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []*variant{variants[0], variants[2]} { // emulated, both sets for tensor cores are the same
			for _, fuse := range []fusing{fuseNone, fuseMost} {
				p := newProgram(g, v, all[0].shared, fuse)
				var made [2][]*frame.Frame
				for order := range made {
					fake(t, map[string]int64{"backwards": int64(order)})
					if made[order], err = once(all[0], p, in); err != nil {
						t.Fatal(err)
					}
				}
				for i := range in {
					if string(made[0][i].Data) != string(made[1][i].Data) {
						t.Errorf("%v, %s, %d: picture %d depends on the order of threads", hidden, v.name, fuse, i)
					}
				}
			}
		}
	}
}
