package frame_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPlaneSizes(t *testing.T) {
	for _, c := range []struct {
		f     frame.Format
		w, h  int // of the second plane
		bytes int
	}{
		{frame.Format{Width: 720, Height: 480, Chroma: frame.YUV420, Depth: 10}, 360, 240, 720 * 480 * 3},
		{frame.Format{Width: 720, Height: 576, Chroma: frame.YUV420, Depth: 8}, 360, 288, 720 * 576 * 3 / 2},
		{frame.Format{Width: 5, Height: 3, Chroma: frame.YUV420, Depth: 8}, 3, 2, 15 + 2*6},
		{frame.Format{Width: 5, Height: 3, Chroma: frame.YUV422, Depth: 16}, 3, 3, 2 * (15 + 2*9)},
		{frame.Format{Width: 5, Height: 3, Chroma: frame.YUV444, Depth: 9}, 5, 3, 2 * 45},
		{frame.Format{Width: 5, Height: 3, Chroma: frame.RGB, Depth: 8}, 5, 3, 45},
	} {
		if w, h := c.f.PlaneSize(1); w != c.w || h != c.h || c.f.Bytes() != c.bytes {
			t.Errorf("%v: second plane %dx%d, %d bytes", c.f, w, h, c.f.Bytes())
		}
	}
	if gray := (frame.Format{Width: 7, Height: 2, Chroma: frame.Mono, Depth: 8}); gray.Bytes() != 14 || gray.Chroma.Planes() != 1 {
		t.Errorf("%v: %d bytes", gray, gray.Bytes())
	}
}

// The planes of any valid format fill the frame one after the other, without gap or overlap.
func TestPlanesFillTheFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frame.Format{Width: rapid.IntRange(1, 70).Draw(t, "w"), Height: rapid.IntRange(1, 70).Draw(t, "h"), Chroma: frame.Chroma(rapid.IntRange(0, 4).Draw(t, "chroma")), Depth: rapid.IntRange(8, 16).Draw(t, "depth")}
		if err := f.Validate(); err != nil {
			t.Fatal(err)
		}
		pic := frame.New(f)
		for p := range f.Chroma.Planes() {
			w, h := f.PlaneSize(p)
			plane := pic.Plane(p)
			if len(plane) != w*h*f.SampleBytes() {
				t.Errorf("%v: plane %d has %d bytes for %dx%d", f, p, len(plane), w, h)
			}
			for i := range plane {
				plane[i]++
			}
		}
		for i, b := range pic.Data {
			if b != 1 {
				t.Fatalf("%v: byte %d lies in %d planes", f, i, b)
			}
		}
	})
}

func TestValidate(t *testing.T) {
	good := frame.Format{Width: 16384, Height: 1, Chroma: frame.YUV420, Depth: 16}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for says, change := range map[string]func(*frame.Format){
		"16385x1":        func(f *frame.Format) { f.Width++ },
		"16384x0":        func(f *frame.Format) { f.Height = 0 },
		"-1x1":           func(f *frame.Format) { f.Width = -1 },
		"depth 7":        func(f *frame.Format) { f.Depth = 7 },
		"depth 17":       func(f *frame.Format) { f.Depth = 17 },
		"chroma layout ": func(f *frame.Format) { f.Chroma = frame.RGB + 1 },
	} {
		bad := good
		change(&bad)
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if s := good.String() + " " + frame.Chroma(9).String(); s != "16384x1 4:2:0 16-bit chroma(9)" {
		t.Error(s)
	}
}

func TestPoolIsBounded(t *testing.T) {
	f := frame.Format{Width: 4, Height: 2, Chroma: frame.YUV420, Depth: 10}
	pool := frame.NewPool(f, 2)
	a, err := pool.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := pool.Get(t.Context())
	if err != nil || a == b || pool.Free() != 0 || pool.Format() != f || len(b.Data) != f.Bytes() {
		t.Fatalf("%p, %p, %d free, %v", a, b, pool.Free(), err)
	}
	// A third waits until one comes back.
	got := make(chan *frame.Frame)
	go func() {
		c, _ := pool.Get(t.Context())
		got <- c
	}()
	a.Index, a.Parity = 7, frame.Bottom
	pool.Put(a)
	if c := <-got; c != a || c.Index != 0 || c.Parity != frame.Progressive {
		t.Errorf("got %+v", c)
	}
	// Or until its context ends, even when frames are at hand.
	why, cancel := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() {
		_, err := pool.Get(why)
		waits <- err
	}()
	cancel()
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Errorf("waiting ended with %v", err)
	}
	pool.Put(a)
	if _, err := pool.Get(why); !errors.Is(err, context.Canceled) || pool.Free() != 1 {
		t.Errorf("%v, %d free", err, pool.Free())
	}
	pool.Put(b)
	defer func() {
		if recover() == nil {
			t.Error("more frames were put back than there are")
		}
	}()
	pool.Put(frame.New(f))
}
