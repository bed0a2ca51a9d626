package cpu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/neuraltest"
)

func TestContract(t *testing.T) {
	for _, threads := range []int{1, 3} {
		t.Run(fmt.Sprint(threads), func(t *testing.T) { neuraltest.Contract(t, New(), neural.Options{Threads: threads}) })
	}
}

// TestOrder: every frame comes out once, in order, with the window's edges repeated, whatever the number of threads.
func TestOrder(t *testing.T) {
	n, f := neuraltest.Windowed()
	in := neuraltest.Noise(rand.New(rand.NewPCG(6, 6)), f, 9)
	want := neuraltest.Right(t, n, in)
	for _, o := range []neural.Options{{}, {Threads: 1, Batch: 1}, {Threads: 5}, {Threads: 2, Batch: 7}} {
		out, _, err := neuraltest.Through(New(), n, in, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := neuraltest.Off(want, out, bound); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestStats(t *testing.T) {
	ctx := context.Background()
	n, f := neuraltest.Windowed()
	s, err := New().Open(ctx, n, f, neural.Options{Threads: 2, Batch: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
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
	if frames := uint64(8*f.Bytes() + 5*s.Output().Bytes()); st.Memory <= frames {
		t.Errorf("%d bytes held; the frames alone are %d", st.Memory, frames)
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
