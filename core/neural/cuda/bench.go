//go:build cuda && cgo

package cuda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"time"
	"unsafe"

	"gorgonia.org/cu"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// Report tests every card with every set of kernels that it can run, and measures speeds where asked to, which takes about a minute a card.
func (e *Engine) Report(ctx context.Context, speeds bool) ([]Report, error) {
	all, err := cards()
	if err != nil {
		return nil, err
	}
	var list []Report
	for _, c := range all {
		v := cu.Version()
		r := Report{ID: c.id(), Name: c.name, Memory: c.memory, Capability: fmt.Sprintf("%d.%d", c.capability/10, c.capability%10), Driver: fmt.Sprintf("%d.%d", v/1000, v%1000/10)}
		for _, v := range variants {
			if v.capability > c.capability {
				continue
			}
			t := Test{Kernels: v.name}
			if t.Distance, err = check(c, v); err != nil {
				t.Error = err.Error()
			}
			r.Tests = append(r.Tests, t)
			if err := ctx.Err(); err != nil {
				return list, err
			}
		}
		if speeds && r.OK() {
			if err := e.speeds(ctx, c, &r, [2]int{720, 480}, [2]int{1440, 1080}); err != nil {
				return list, fmt.Errorf("measure %s: %w", c.name, err)
			}
		}
		list = append(list, r)
	}
	return list, nil
}

// speeds fills in what a card can do at best, and what networks reach.
func (e *Engine) speeds(ctx context.Context, c *card, r *Report, sizes ...[2]int) (err error) {
	if r.CopyPeak, err = peak(c, variants[len(variants)-1], "peak_copy", func(memory cu.DevicePtr, bytes int64) (args []uint64, grid int, work float64) {
		grid = 16 * c.processors
		return []uint64{uint64(memory), uint64(memory) + uint64(bytes/2), uint64(bytes / 32), uint64(grid)}, grid, float64(bytes)
	}); err != nil {
		return err
	}
	if v := choose(c.capability, true); v.half {
		if r.MatrixPeak, err = peak(c, v, "peak_matrix", func(memory cu.DevicePtr, _ int64) (args []uint64, grid int, work float64) {
			const rounds = 4096
			grid = 8 * c.processors
			return []uint64{uint64(memory), rounds}, grid, float64(grid) * 8 * rounds * 65536
		}); err != nil {
			return err
		}
	}
	for _, size := range sizes {
		for _, shape := range [][2]int{{16, 6}, {32, 8}, {64, 16}} {
			for _, batch := range []int{1, 8, 32} {
				s, err := e.speed(ctx, c, Speed{Network: fmt.Sprintf("%dx%d", shape[0], shape[1]), Channels: shape[0], Layers: shape[1], Width: size[0], Height: size[1], Batch: batch})
				if err != nil {
					return err
				}
				r.Speeds = append(r.Speeds, s)
			}
		}
	}
	return nil
}

// peak measures a kernel's work a second, the best of several runs.
func peak(c *card, v *variant, kernel string, plan func(memory cu.DevicePtr, bytes int64) (args []uint64, grid int, work float64)) (best float64, err error) {
	l := &lane{card: c}
	if l.context, err = c.device.RetainPrimaryCtx(); err != nil {
		return 0, err
	}
	defer l.close()
	err = l.with(func() error {
		if l.module, err = cu.LoadData(v.ptx); err != nil {
			return err
		}
		f, err := l.module.Function(kernel)
		if err != nil {
			return err
		}
		size := int64(512 << 20)
		memory, err := cu.MemAlloc(size)
		for ; outOfMemory(err) && size > 1<<20; memory, err = cu.MemAlloc(size) {
			size /= 2
		}
		if err != nil {
			return err
		}
		l.memory = append(l.memory, memory)
		stream, err := cu.MakeStream(cu.NonBlocking)
		if err != nil {
			return err
		}
		l.streams = append(l.streams, stream)
		for range 2 {
			event, err := cu.MakeEvent(cu.DefaultEvent)
			if err != nil {
				return err
			}
			l.events = append(l.events, event)
		}
		args, grid, work := plan(memory, size)
		var pointers []unsafe.Pointer
		for i := range args {
			pointers = append(pointers, unsafe.Pointer(&args[i]))
		}
		for range 7 {
			if err := errors.Join(l.events[0].Record(stream), f.Launch(grid, 1, 1, 256, 1, 1, 0, stream, pointers), l.events[1].Record(stream), stream.Synchronize()); err != nil {
				return err
			}
			ms, err := l.events[0].Elapsed(l.events[1])
			if err != nil {
				return err
			}
			best = max(best, work/(ms/1000))
		}
		return nil
	})
	return best, err
}

// body is a network of the tape kind with channels x layers, and random weights.
func body(channels, layers int) *neural.Network {
	n := &neural.Network{Name: fmt.Sprintf("%dx%d", channels, layers), Planes: 3, Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Base: neural.Bicubic, BaseFrom: neural.Companion}
	for t := -2; t <= 2; t++ {
		for dx := range 2 {
			n.Inputs = append(n.Inputs, neural.Channel{T: t, DY: (t + 2) % 2, DX: dx})
		}
	}
	for t := -1; t <= 1; t++ {
		n.Inputs = append(n.Inputs, neural.Channel{T: t, Plane: 1}, neural.Channel{T: t, Plane: 2})
	}
	for d := range 4 {
		n.Inputs = append(n.Inputs, neural.Channel{Picture: neural.Companion, DY: d / 2, DX: d % 2})
	}
	for p := range 2 {
		n.Inputs = append(n.Inputs, neural.Channel{Picture: neural.Companion, Plane: p + 1}, neural.Channel{Picture: neural.Companion, Plane: p + 1, T: 1})
	}
	r := rand.New(rand.NewPCG(1, 2))
	in := len(n.Inputs)
	for i := range layers + 2 {
		out := channels
		if i == layers+1 {
			out = n.OutputChannels()
		}
		l := neural.Layer{In: in, Out: out, Act: neural.Leaky, Slope: []float32{0.1}, Bias: make([]float32, out)}
		for range in * out * 9 {
			l.Weight = append(l.Weight, float32((2*r.Float64()-1)*math.Sqrt(3/float64(9*in))))
		}
		n.Layers = append(n.Layers, l)
		in = out
	}
	return n
}

// speed measures one network: computing alone with the quickest way to fuse, then through a session.
func (e *Engine) speed(ctx context.Context, c *card, s Speed) (Speed, error) {
	n := body(s.Channels, s.Layers)
	in := frame.Format{Width: s.Width, Height: 2 * s.Height, Chroma: frame.YUV420, Depth: 10}
	g, err := newGeometry(n, in)
	if err != nil {
		return s, err
	}
	var quickest fusing
	var p *program
	for _, fuse := range []fusing{fuseReckoned, fuseNone, fuseSome, fuseMost} {
		tried := e.program(c, g, fuse)
		if p != nil && slices.Equal(tried.passes, p.passes) {
			continue
		}
		l, err := openLane(c, tried, sizeFor(g, s.Batch, 1))
		if err != nil {
			return s, err
		}
		var runs []float64
		for range 5 {
			var seconds float64
			if seconds, err = l.measure(s.Batch, max(32/s.Batch, 1)); err != nil {
				break
			}
			runs = append(runs, float64(s.Batch)/seconds)
		}
		l.close()
		if err != nil {
			return s, err
		}
		slices.Sort(runs)
		if fps := runs[len(runs)/2]; fps > s.FPS {
			s.FPS, quickest, p = fps, fuse, tried
		}
	}
	s.FLOPS = s.FPS * 2 * float64(n.MACs(s.Width, s.Height))
	s.Bytes = s.FPS * p.bytes()
	for _, ps := range p.passes {
		s.Passes = append(s.Passes, ps.kernel)
	}
	session := New(Config{})
	session.fuse = quickest
	session.tested = maps.Clone(e.tested)
	return s, session.stream(ctx, c, n, in, &s)
}

// bytes is what the passes must move for one picture: its planes, the output's, and what lies between, once each way.
func (p *program) bytes() float64 {
	b := float64(p.in.Bytes() + p.out.Bytes())
	for i := range p.passes {
		b += p.edgeBytes(p.passes[i].first, p.passes[i].last) * float64(p.gw*p.gh) * float64(p.variant.bytes()) / 2
	}
	return b
}

// stream sends pictures through a session for about a second.
func (e *Engine) stream(ctx context.Context, c *card, n *neural.Network, in frame.Format, sp *Speed) error {
	s, err := e.Open(ctx, n, in, neural.Options{Device: c.id(), Batch: sp.Batch})
	if err != nil {
		return err
	}
	defer s.Close()
	total := max(int(min(sp.FPS, 4000)), 2*sp.Batch)
	fed := make(chan error, 1)
	go func() {
		defer s.Finish()
		for range total {
			f, err := s.Get(ctx)
			if err == nil {
				err = s.Push(ctx, f)
			}
			if err != nil {
				fed <- err
				return
			}
		}
		fed <- nil
	}()
	var start time.Time
	var first neural.Stats
	for i := 0; ; i++ {
		f, err := s.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		s.Put(f)
		if i == sp.Batch-1 { // the pipeline is full
			start, first = time.Now(), s.Stats()
		}
	}
	wall, last := time.Since(start).Seconds(), s.Stats()
	sp.StreamFPS = float64(last.Frames-first.Frames) / wall
	sp.Busy = (last.BusySeconds - first.BusySeconds) / wall
	return <-fed
}
