package core_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/cpu"
)

// recorder is an engine that keeps what goes into it and what comes out.
type recorder struct {
	neural.Engine
	mu      sync.Mutex
	network *neural.Network
	in, out []*frame.Frame
}

func (r *recorder) Open(ctx context.Context, n *neural.Network, in frame.Format, o neural.Options) (neural.Session, error) {
	s, err := r.Engine.Open(ctx, n, in, o)
	r.network = n
	return recorded{s, r}, err
}

type recorded struct {
	neural.Session
	r *recorder
}

func (s recorded) keep(list *[]*frame.Frame, f *frame.Frame) {
	c := *f
	c.Data = bytes.Clone(f.Data)
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	*list = append(*list, &c)
}

func (s recorded) Push(ctx context.Context, f *frame.Frame) error {
	s.keep(&s.r.in, f)
	return s.Session.Push(ctx, f)
}

func (s recorded) Next(ctx context.Context) (*frame.Frame, error) {
	f, err := s.Session.Next(ctx)
	if err == nil {
		s.keep(&s.r.out, f)
	}
	return f, err
}

// TestANetworkOfOnesOwnIsComputedRight holds every picture that a network from the person's folder makes of a capture against the float64 reference.
func TestANetworkOfOnesOwnIsComputedRight(t *testing.T) {
	capture := webcam(t)
	s, r := newService(t), &recorder{Engine: cpu.New()}
	s.SetEngines(r)
	for _, name := range []string{"compact2x", "compact4x_opset9"} {
		copyFile(t, filepath.Join("neural", "testdata", name+".onnx"), filepath.Join(s.NetworksDir(), name+".onnx"))
		r.in, r.out = nil, nil
		req := core.Request{Path: capture, Recipe: fast(), OutDir: t.TempDir(), Length: 0.1, Quick: true}
		req.Recipe.Upscale.Network, req.Recipe.Upscale.Height = name, 0
		result, err := s.Restore(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(result.Output); err != nil || len(r.out) < 2 || len(r.in) != len(r.out) {
			t.Fatalf("%s: %d pictures in, %d out: %v", name, len(r.in), len(r.out), err)
		}
		for i := range r.out {
			want, err := neural.Reference(r.network, r.in, i)
			if err != nil {
				t.Fatal(err)
			}
			if want.Format != r.out[i].Format {
				t.Fatalf("%s: %v, want %v", name, r.out[i].Format, want.Format)
			}
			if d := furthest(want, r.out[i]); d > 1 {
				t.Errorf("%s, picture %d: %d codes from the reference", name, i, d)
			}
		}
	}
}

// furthest is the largest difference of two frames of one format, in codes.
func furthest(a, b *frame.Frame) (most int) {
	code := func(f *frame.Frame, k int) int {
		if f.Depth == 8 {
			return int(f.Data[k])
		}
		return int(binary.LittleEndian.Uint16(f.Data[2*k:]))
	}
	for k := range len(a.Data) / a.SampleBytes() {
		d := code(a, k) - code(b, k)
		most = max(most, d, -d)
	}
	return most
}
