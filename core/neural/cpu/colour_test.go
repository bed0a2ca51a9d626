package cpu

import (
	"errors"
	"io"
	"math"
	"path/filepath"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// wave is a colourful YUV picture.
func wave(w, h, depth, k int) *frame.Frame {
	f := frame.New(frame.Format{Width: w, Height: h, Chroma: frame.YUV420, Depth: depth})
	for p := range 3 {
		pw, ph := f.PlaneSize(p)
		s := float64(f.Width / pw)
		for y := range ph {
			for x := range pw {
				v := 126 + 40*math.Sin((float64(x)*s+3*float64(k))/9+float64(p))*math.Cos(float64(y)*s/7)
				c := uint16(v * float64(int(1)<<(depth-8)))
				if depth == 8 {
					f.Plane(p)[y*pw+x] = byte(c)
				} else {
					f.Plane(p)[2*(y*pw+x)], f.Plane(p)[2*(y*pw+x)+1] = byte(c), byte(c>>8)
				}
			}
		}
	}
	return f
}

func throughColour(t *testing.T, n *neural.Network, in []*frame.Frame) (out []*frame.Frame) {
	t.Helper()
	ctx := t.Context()
	s, err := neural.Open(ctx, New(), n, in[0].Format, neural.Options{Batch: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fed := make(chan error, 1)
	go func() {
		defer s.Finish()
		for _, f := range in {
			to, err := s.Get(ctx)
			if err == nil {
				copy(to.Data, f.Data)
				err = s.Push(ctx, to)
			}
			if err != nil {
				fed <- err
				return
			}
		}
		fed <- nil
	}()
	for {
		f, err := s.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if f.Format != s.Output() || f.Index != int64(len(out)) {
			t.Errorf("picture %d of %v, promised %v", f.Index, f.Format, s.Output())
		}
		c := frame.New(f.Format)
		copy(c.Data, f.Data)
		out = append(out, c)
		s.Put(f)
	}
	if err := <-fed; err != nil {
		t.Fatal(err)
	}
	return out
}

func colourDiffer(t *testing.T, a, b *frame.Frame) (worst int) {
	t.Helper()
	if a.Format != b.Format {
		t.Fatalf("%v and %v", a.Format, b.Format)
	}
	n := a.SampleBytes()
	for i := 0; i < len(a.Data); i += n {
		x, y := int(a.Data[i]), int(b.Data[i])
		if n == 2 {
			x, y = x+int(a.Data[i+1])<<8, y+int(b.Data[i+1])<<8
		}
		worst = max(worst, max(x-y, y-x))
	}
	return worst
}

// silent is a network of RGB that adds nothing to its input, enlarged by the nearest sample.
func silent(scale int) *neural.Network {
	n := &neural.Network{Name: "silent", Planes: 3, RGB: true, Grid: 1, Scale: scale, Base: neural.Nearest}
	for p := range 3 {
		n.Inputs = append(n.Inputs, neural.Channel{Plane: p})
	}
	out := n.OutputChannels()
	n.Layers = []neural.Layer{{In: 3, Out: out, Weight: make([]float32, 27*out), Bias: make([]float32, out)}}
	return n
}

// TestRGBNetworksLeaveColoursAlone: there and back, even areas and slopes come out as they went in.
func TestRGBNetworksLeaveColoursAlone(t *testing.T) {
	for _, depth := range []int{8, 10} {
		in := []*frame.Frame{wave(48, 32, depth, 0), wave(48, 32, depth, 1), wave(48, 32, depth, 2), wave(48, 32, depth, 3)}
		out := throughColour(t, silent(1), in)
		if len(out) != len(in) {
			t.Fatalf("%d pictures of %d", len(out), len(in))
		}
		for i := range in {
			// Chroma is smoothed a little on its way through the full size; a code of 8 bits is four of 10.
			if d := colourDiffer(t, in[i], out[i]); d > 6<<(depth-8) {
				t.Errorf("%d bits, picture %d: %d codes apart", depth, i, d)
			}
		}
	}
	if out := throughColour(t, silent(2), []*frame.Frame{wave(32, 24, 10, 0)}); out[0].Width != 64 || out[0].Height != 48 || out[0].Chroma != frame.YUV420 {
		t.Errorf("%v", out[0].Format)
	}
}

// TestCompactNetworksOnYUV holds every compact network in the tests' data, fed with YUV pictures, against the reference fed with the same ones in RGB.
func TestCompactNetworksOnYUV(t *testing.T) {
	files, err := filepath.Glob("../testdata/compact*.onnx")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v: %d files", err, len(files))
	}
	for _, path := range files {
		n, err := neural.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		in := wave(48, 32, 10, 0)
		rgb, err := neural.ToRGB(in)
		if err != nil {
			t.Fatal(err)
		}
		want, err := neural.Reference(n, []*frame.Frame{rgb}, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := throughColour(t, n, []*frame.Frame{in})[0]
		back, err := neural.FromRGB(want, in.Height)
		if err != nil {
			t.Fatal(err)
		}
		if d := colourDiffer(t, got, back); d > 2 {
			t.Errorf("%s: %d codes of 1023 from the reference", filepath.Base(path), d)
		}
	}
}

func TestRGBSessionsEnd(t *testing.T) {
	format := frame.Format{Width: 32, Height: 16, Chroma: frame.YUV420, Depth: 10}
	s, err := neural.Open(t.Context(), New(), silent(2), format, neural.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context()); !errors.Is(err, neural.ErrClosed) {
		t.Errorf("Get after Close: %v", err)
	}
	if _, err := s.Next(t.Context()); !errors.Is(err, neural.ErrClosed) {
		t.Errorf("Next after Close: %v", err)
	}
	format.Width = 31
	if _, err := neural.Open(t.Context(), New(), silent(2), format, neural.Options{}); err == nil {
		t.Error("an odd size was taken")
	}
	if _, err := neural.ToRGB(frame.New(frame.Format{Width: 8, Height: 8, Chroma: frame.RGB, Depth: 8})); err == nil {
		t.Error("RGB was taken for YUV")
	}
}
