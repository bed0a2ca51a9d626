//go:build cuda && cgo

package cuda

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ebitengine/purego"
	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// The stand-in for NVIDIA's driver (testdata/driver) that all tests of this room run on.
var (
	fakeSet func(name string, v int64)
	fakeGet func(name string) int64
)

func TestMain(m *testing.M) { os.Exit(tests(m)) }

func tests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cuda")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	lib := filepath.Join(dir, "libfake.so")
	if out, err := exec.Command("testdata/build.sh", lib).CombinedOutput(); err != nil {
		fmt.Printf("build the driver for tests: %v\n%s", err, out)
		return 1
	}
	os.Setenv("TAPELIGHT_CUDA_DRIVER", lib)
	handle, err := purego.Dlopen(lib, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	purego.RegisterLibFunc(&fakeSet, handle, "fake_set")
	purego.RegisterLibFunc(&fakeGet, handle, "fake_get")
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Println(err)
			return 1
		}
	}
	return code
}

// fake sets the driver's numbers for one test.
func fake(t *testing.T, numbers map[string]int64) {
	t.Helper()
	for name, v := range numbers {
		old := fakeGet(name)
		fakeSet(name, v)
		t.Cleanup(func() { fakeSet(name, old) })
	}
}

// weigh gives a network layers of those hidden channels, with random weights of a size that keeps values near 1 through all of them.
func weigh(r *rand.Rand, n *neural.Network, hidden []int, act func() neural.Activation) *neural.Network {
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
	return n
}

func leaky() neural.Activation { return neural.Leaky }

// noise is a stream of random frames of mixed parity.
func noise(r *rand.Rand, f frame.Format, count int) []*frame.Frame {
	var all []*frame.Frame
	for i := range count {
		fr := frame.New(f)
		fr.Index, fr.Parity = int64(i), frame.Parity(r.IntN(3))
		for k := range fr.Data {
			fr.Data[k] = byte(r.Uint32())
		}
		if f.Depth > 8 {
			for k := 0; k < len(fr.Data); k += 2 {
				binary.LittleEndian.PutUint16(fr.Data[k:], binary.LittleEndian.Uint16(fr.Data[k:])&(1<<f.Depth-1))
			}
		}
		all = append(all, fr)
	}
	return all
}

// windowed is a small network that looks two frames back and one ahead, and its format.
func windowed() (*neural.Network, frame.Format) {
	n := &neural.Network{
		Name: "windowed", Planes: 3, Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Base: neural.Bicubic, BaseFrom: neural.Companion,
		Inputs: []neural.Channel{{T: -2}, {T: 0, DX: 1}, {Picture: neural.Companion, T: 1, DY: 1}, {T: 1, Plane: 2}},
	}
	return weigh(rand.New(rand.NewPCG(5, 5)), n, []int{8, 17}, leaky), frame.Format{Width: 46, Height: 40, Chroma: frame.YUV420, Depth: 8}
}

// feed pushes frames until all are in or the session ends.
func feed(ctx context.Context, s neural.Session, in []*frame.Frame) error {
	defer s.Finish()
	for _, f := range in {
		g, err := s.Get(ctx)
		if err != nil {
			return err
		}
		copy(g.Data, f.Data)
		g.Parity = f.Parity
		if err := s.Push(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// through sends frames through a session and returns copies of the outputs.
func through(e neural.Engine, n *neural.Network, in []*frame.Frame, o neural.Options) (out []*frame.Frame, st neural.Stats, err error) {
	ctx := context.Background()
	s, err := e.Open(ctx, n, in[0].Format, o)
	if err != nil {
		return nil, st, err
	}
	defer s.Close()
	fed := make(chan error, 1)
	go func() { fed <- feed(ctx, s, in) }()
	for {
		f, err := s.Next(ctx)
		if err == io.EOF {
			return out, s.Stats(), <-fed
		}
		if err != nil {
			return nil, st, err
		}
		keep := frame.New(f.Format)
		keep.Index = f.Index
		copy(keep.Data, f.Data)
		out = append(out, keep)
		s.Put(f)
	}
}

// The bounds engines are held to, as shares of the range, beside half a code: single precision, and halves between layers.
const (
	singleBound = 1e-3
	halfBound   = 4e-3
)

// right is what the reference makes of each frame of a stream.
func right(t *testing.T, n *neural.Network, in []*frame.Frame) (all [][][]float64) {
	t.Helper()
	for i := range in {
		planes, err := neural.ReferencePlanes(n, in, i)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, planes)
	}
	return all
}

// agree fails the test where any of the outputs is further from what is right than the bound.
func agree(t *testing.T, want [][][]float64, out []*frame.Frame, bound float64) {
	t.Helper()
	if len(out) != len(want) {
		t.Errorf("%d frames out for %d in", len(out), len(want))
		return
	}
	for i, f := range out {
		if f.Index != int64(i) {
			t.Errorf("output %d has index %d", i, f.Index)
		}
		if d := apart(f, want[i]); d > bound {
			t.Errorf("frame %d is %.2g from the reference", i, d)
		}
	}
}
