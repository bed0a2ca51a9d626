package cpu

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// windowed is a small network that looks two frames back and one ahead.
func windowed() (*neural.Network, frame.Format) {
	n := &neural.Network{
		Name: "windowed", Planes: 3, Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Base: neural.Bicubic, BaseFrom: neural.Companion,
		Inputs: []neural.Channel{{T: -2}, {T: 0, DX: 1}, {Picture: neural.Companion, T: 1, DY: 1}, {T: 1, Plane: 2}},
	}
	testNetwork(rand.New(rand.NewPCG(5, 5)), n, []int{8, 17}, func() neural.Activation { return neural.ReLU })
	return n, frame.Format{Width: 46, Height: 72, Chroma: frame.YUV420, Depth: 8}
}

func open(t *testing.T, o neural.Options) neural.Session {
	t.Helper()
	n, f := windowed()
	s, err := New().Open(context.Background(), n, f, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestOrder: every frame comes out once, in order, with the window's edges repeated, whatever the number of threads.
func TestOrder(t *testing.T) {
	n, f := windowed()
	in := testFrames(rand.New(rand.NewPCG(6, 6)), f, 9)
	for _, o := range []neural.Options{{}, {Threads: 1, Batch: 1}, {Threads: 5}, {Threads: 2, Batch: 7}} {
		out, err := through(n, choose(), in, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(out) != len(in) {
			t.Fatalf("%+v: %d frames out for %d in", o, len(out), len(in))
		}
		for i, g := range out {
			if g.Index != int64(i) {
				t.Errorf("%+v: output %d has index %d", o, i, g.Index)
			}
			if err := differ(n, in, i, g); err != nil {
				t.Errorf("%+v: %v", o, err)
			}
		}
	}
}

func TestEmptyStream(t *testing.T) {
	s := open(t, neural.Options{})
	s.Finish()
	s.Finish()
	if f, err := s.Next(context.Background()); err != io.EOF {
		t.Errorf("Next gave %v, %v", f, err)
	}
	if _, err := s.Next(context.Background()); err != io.EOF {
		t.Errorf("Next after the end gave %v", err)
	}
}

func TestMisuse(t *testing.T) {
	ctx := context.Background()
	s := open(t, neural.Options{Threads: 1})
	f, err := s.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Push(ctx, frame.New(f.Format)); err == nil {
		t.Error("a foreign frame was taken")
	}
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
	s := open(t, neural.Options{Threads: 1})
	ctx, cancel := context.WithCancel(context.Background())
	var got []*frame.Frame
	wait := make(chan error, 4)
	go func() {
		for {
			f, err := s.Get(ctx)
			if err != nil {
				wait <- err
				return
			}
			got = append(got, f)
		}
	}()
	go func() {
		_, err := s.Next(ctx)
		wait <- err
	}()
	cancel()
	for range 2 {
		if err := <-wait; !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled wait ended with %v", err)
		}
	}
	go func() {
		for {
			if _, err := s.Get(context.Background()); err != nil {
				wait <- err
				return
			}
		}
	}()
	go func() {
		_, err := s.Next(context.Background())
		wait <- err
	}()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := <-wait; !errors.Is(err, neural.ErrClosed) {
			t.Errorf("waiting ended with %v after Close", err)
		}
	}
	if len(got) > 0 {
		if err := s.Push(context.Background(), got[0]); !errors.Is(err, neural.ErrClosed) {
			t.Errorf("Push after Close: %v", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error("the second Close:", err)
	}
}

// TestCloseInTheMiddle closes sessions at all stages of their work, from another goroutine; -race and goleak watch.
func TestCloseInTheMiddle(t *testing.T) {
	ctx := context.Background()
	for stop := range 12 {
		s := open(t, neural.Options{Threads: 3})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				f, err := s.Get(ctx)
				if err != nil {
					return
				}
				for i := range f.Data {
					f.Data[i] = byte(i)
				}
				if s.Push(ctx, f) != nil {
					return
				}
			}
		})
		reached := make(chan bool, 1)
		wg.Go(func() {
			for i := 0; ; i++ {
				if i == stop {
					reached <- true
				}
				f, err := s.Next(ctx)
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
}

func TestStats(t *testing.T) {
	ctx := context.Background()
	s := open(t, neural.Options{Threads: 2, Batch: 3})
	for range 3 {
		f, err := s.Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Push(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	s.Finish()
	for range 3 {
		f, err := s.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		s.Put(f)
	}
	st := s.Stats()
	if st.Frames != 3 || st.Batch != 3 || st.BusySeconds <= 0 {
		t.Errorf("after three frames: %+v", st)
	}
	_, f := windowed()
	if frames := uint64(8*f.Bytes() + 5*s.Output().Bytes()); st.Memory <= frames {
		t.Errorf("%d bytes held; the frames alone are %d", st.Memory, frames)
	}
}

func TestOpenRefuses(t *testing.T) {
	n, f := windowed()
	ctx := context.Background()
	var wrong *neural.FormatError
	for _, bad := range []frame.Format{
		{Width: 46, Height: 72, Chroma: frame.YUV444, Depth: 8}, {Width: 46, Height: 70, Chroma: frame.YUV420, Depth: 8}, {Width: 0, Height: 72, Chroma: frame.YUV420, Depth: 8},
		{Width: 16000, Height: 72, Chroma: frame.YUV420, Depth: 8},
	} {
		if _, err := New().Open(ctx, n, bad, neural.Options{}); !errors.As(err, &wrong) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if _, err := New().Open(ctx, n, f, neural.Options{Device: "cuda:0"}); err == nil {
		t.Error("a foreign device was taken")
	}
	if _, err := New().Open(ctx, &neural.Network{}, f, neural.Options{}); err == nil {
		t.Error("an empty network was taken")
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := New().Open(done, n, f, neural.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

func TestKernelChoice(t *testing.T) {
	best := Kernel()
	for _, k := range kernels() {
		t.Setenv("TAPELIGHT_CPU", k.name())
		if Kernel() != k.name() {
			t.Errorf("asked for %s, got %s", k.name(), Kernel())
		}
	}
	t.Setenv("TAPELIGHT_CPU", "abacus")
	if Kernel() != best {
		t.Errorf("an unknown kernel gave %s, not %s", Kernel(), best)
	}
	devices, err := New().Devices(context.Background())
	if err != nil || len(devices) != 1 || devices[0].ID != "cpu" || devices[0].Name == "" {
		t.Errorf("devices %v, %v", devices, err)
	}
}
