//go:build cuda && cgo

package cuda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

func open(t *testing.T, o neural.Options) neural.Session {
	t.Helper()
	n, f := windowed()
	s, err := New(Config{}).Open(t.Context(), n, f, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestOrder: every frame comes out once, in order, with the window's edges repeated, whatever the batch and the number of cards.
func TestOrder(t *testing.T) {
	fake(t, map[string]int64{"devices": 3})
	n, f := windowed()
	in := noise(rand.New(rand.NewPCG(6, 6)), f, 11)
	want := right(t, n, in)
	for _, o := range []neural.Options{{Batch: 1}, {Batch: 4}, {Batch: 64}, {Device: "cuda:1", Batch: 3}, {Device: "cuda:0,2", Batch: 2}, {Device: "cuda:2,0,1", Batch: 1}} {
		t.Run(fmt.Sprint(o.Device, " ", o.Batch), func(t *testing.T) {
			out, st, err := through(New(Config{}), n, in, o)
			if err != nil {
				t.Fatal(err)
			}
			agree(t, want, out, halfBound)
			if st.Frames != 11 || st.Batch != o.Batch || st.BusySeconds <= 0 || st.Memory == 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestEmptyStream(t *testing.T) {
	s := open(t, neural.Options{Batch: 2})
	s.Finish()
	s.Finish()
	for range 2 {
		if f, err := s.Next(t.Context()); err != io.EOF {
			t.Errorf("Next gave %v, %v", f, err)
		}
	}
}

func TestMisuse(t *testing.T) {
	ctx := t.Context()
	s := open(t, neural.Options{Batch: 1})
	f, err := s.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Push(ctx, frame.New(f.Format)); err == nil {
		t.Error("a foreign frame was taken")
	}
	mine := f.Data
	f.Data = make([]byte, len(mine))
	if err := s.Push(ctx, f); err == nil {
		t.Error("a frame whose memory was replaced was taken")
	}
	f.Data = mine
	if err := s.Push(ctx, f); err != nil {
		t.Fatal(err)
	}
	if err := s.Push(ctx, f); err == nil {
		t.Error("a frame was taken twice")
	}
	g, err := s.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Finish()
	if err := s.Push(ctx, g); !errors.Is(err, neural.ErrFinished) {
		t.Errorf("Push after Finish: %v", err)
	}
	out, err := s.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Put(out)
	s.Put(out)
	s.Put(g)
}

// TestWaitingEnds: what waits ends with its context, and with the session.
func TestWaitingEnds(t *testing.T) {
	s := open(t, neural.Options{Batch: 1})
	ctx, cancel := context.WithCancel(t.Context())
	wait := make(chan error, 2)
	until := func(ctx context.Context) {
		go func() {
			for {
				if _, err := s.Get(ctx); err != nil {
					wait <- err
					return
				}
			}
		}()
		go func() {
			_, err := s.Next(ctx)
			wait <- err
		}()
	}
	until(ctx)
	cancel()
	for range 2 {
		if err := <-wait; !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled wait ended with %v", err)
		}
	}
	until(t.Context())
	s.Close()
	for range 2 {
		if err := <-wait; !errors.Is(err, neural.ErrClosed) {
			t.Errorf("waiting ended with %v after Close", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error("the second Close:", err)
	}
}

// TestCloseInTheMiddle closes sessions at all stages of their work, from another goroutine. The race detector and the driver's fences watch.
func TestCloseInTheMiddle(t *testing.T) {
	live := fakeGet("live")
	_, f := windowed()
	in := noise(rand.New(rand.NewPCG(8, 8)), f, 8)
	for stop := range 7 {
		s := open(t, neural.Options{Batch: 1 + stop%3})
		var wg sync.WaitGroup
		wg.Go(func() { _ = feed(context.Background(), s, in) })
		reached := make(chan bool, 1)
		wg.Go(func() {
			for i := 0; ; i++ {
				if i == stop {
					reached <- true
				}
				f, err := s.Next(context.Background())
				if err != nil {
					return
				}
				s.Stats()
				s.Put(f)
			}
		})
		<-reached
		wg.Go(func() { s.Close() })
		s.Close()
		wg.Wait()
	}
	if now := fakeGet("live"); now != live {
		t.Errorf("%d things of the driver's are left", now-live)
	}
}

func TestOpenRefuses(t *testing.T) {
	n, f := windowed()
	ctx := t.Context()
	e := New(Config{})
	var wrong *neural.FormatError
	for _, bad := range []frame.Format{
		{Width: 46, Height: 72, Chroma: frame.YUV444, Depth: 8}, {Width: 46, Height: 70, Chroma: frame.YUV420, Depth: 8}, {Width: 0, Height: 72, Chroma: frame.YUV420, Depth: 8},
	} {
		if _, err := e.Open(ctx, n, bad, neural.Options{}); !errors.As(err, &wrong) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	for _, device := range []string{"cpu", "cuda:1", "cuda:x", "cuda:-1", "cuda:0,0", "cuda:"} {
		if _, err := e.Open(ctx, n, f, neural.Options{Device: device}); err == nil {
			t.Errorf("device %q was taken", device)
		}
	}
	if _, err := e.Open(ctx, &neural.Network{}, f, neural.Options{}); err == nil {
		t.Error("an empty network was taken")
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.Open(done, n, f, neural.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
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
			weigh(r, n, hidden, leaky)
			in := noise(r, frame.Format{Width: 79, Height: 23, Chroma: frame.YUV420, Depth: 10}, 2)
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
				if d := apart(out[1], want); d > halfBound {
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
		weigh(r, n, hidden, leaky)
		in := noise(r, frame.Format{Width: 75, Height: 38, Chroma: frame.YUV420, Depth: 8}, 2)
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
