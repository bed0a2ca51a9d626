//go:build cgo && linux

package cpu

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/neuraltest"
)

// tape is a network of the form of Tapelight's own: five frames' luma and the centre's companion and chroma in, 24 channels, and twice
// the size out.
func tape(channels, layers int) *neural.Network {
	n := &neural.Network{Name: fmt.Sprintf("%dx%d", channels, layers), Planes: 3, Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Base: neural.Bicubic, BaseFrom: neural.Companion}
	for t := -2; t <= 2; t++ {
		for d := range 4 {
			if t == 0 || d < 3 {
				n.Inputs = append(n.Inputs, neural.Channel{T: t, DY: d / 2, DX: d % 2})
			}
		}
	}
	for c := 1; c <= 2; c++ {
		for t := -1; t <= 1; t++ {
			n.Inputs = append(n.Inputs, neural.Channel{T: t, Plane: c})
		}
	}
	n.Inputs = append(n.Inputs, neural.Channel{Picture: neural.Companion}, neural.Channel{Picture: neural.Companion, DX: 1})
	hidden := make([]int, layers+1)
	for i := range hidden {
		hidden[i] = channels
	}
	neuraltest.Weigh(rand.New(rand.NewPCG(1, 1)), n, hidden, neuraltest.Leaky)
	return n
}

// cpuSeconds is what the process has used, in user mode and in the system.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// BenchmarkNetworks runs 720x480 frames through a whole session, input and output included. GFLOP/cpu-s and the share of peak count the
// convolutions alone, against CPU-seconds, because other work may run beside. Peak is measured before and after; the better counts.
func BenchmarkNetworks(b *testing.B) {
	for _, k := range kernels() {
		c, ok := k.(cKernel)
		if !ok {
			continue
		}
		for _, size := range [][2]int{{16, 6}, {32, 8}, {64, 16}} {
			n := tape(size[0], size[1])
			b.Run(k.name()+"/"+n.Name, func(b *testing.B) { benchmark(b, c, n) })
		}
	}
}

func benchmark(b *testing.B, k cKernel, n *neural.Network) {
	ctx := context.Background()
	f := frame.Format{Width: 720, Height: 960, Chroma: frame.YUV420, Depth: 8}
	in := neuraltest.Noise(rand.New(rand.NewPCG(2, 2)), f, 1)[0]
	s, err := engine{k}.Open(ctx, n, f, neural.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	before := k.peak(3e6)
	used := cpuSeconds(b)
	b.ResetTimer()
	failed := make(chan error, 1)
	go func() {
		defer s.Finish()
		for range b.N {
			g, err := s.Get(ctx)
			if err == nil {
				copy(g.Data, in.Data)
				g.Parity = frame.Top
				err = s.Push(ctx, g)
			}
			if err != nil {
				failed <- err
				return
			}
		}
	}()
	for {
		out, err := s.Next(ctx)
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		s.Put(out)
	}
	b.StopTimer()
	select {
	case err := <-failed:
		b.Fatal(err)
	default:
	}
	used = cpuSeconds(b) - used
	peak := max(before, k.peak(3e6))
	flop := 2 * float64(n.MACs(720, 480)) * float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "fps")
	b.ReportMetric(1000*used/float64(b.N), "cpu-ms/frame")
	b.ReportMetric(flop/used/1e9, "GFLOP/cpu-s")
	b.ReportMetric(peak/1e9, "peak")
	b.ReportMetric(100*flop/used/peak, "%peak")
}
