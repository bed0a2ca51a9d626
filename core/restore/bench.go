package restore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/plan"
)

// BenchStage is one stage run alone.
type BenchStage struct {
	Name string  `json:"name"`
	Wall float64 `json:"wall"` // seconds
	CPU  float64 `json:"cpu"`  // processor seconds, of ours and of its child
	FPS  float64 `json:"fps"`
}

// BenchReport compares the whole pipeline with its stages run one at a time on the same pictures.
type BenchReport struct {
	Frames int64        `json:"frames"`
	Cores  int          `json:"cores"`
	Alone  []BenchStage `json:"alone"`
	Whole  BenchStage   `json:"whole"`
	// Bound is the larger of the slowest stage's wall time and all processor seconds of the stages divided by the cores: no pipeline of these
	// stages can be faster. Ratio is the whole's wall time divided by it.
	Bound float64 `json:"bound"`
	Ratio float64 `json:"ratio"`
}

// Bench measures p in dir, which takes the pictures between the stages and the outputs; both are removed. p's output name is not used.
func (r *Runner) Bench(ctx context.Context, p *plan.Plan, dir string) (*BenchReport, error) {
	raw := filepath.Join(dir, "pictures.raw")
	defer os.Remove(raw)
	b := &BenchReport{Cores: runtime.NumCPU()}

	n, decode, err := r.benchDecode(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("decode alone: %w", err)
	}
	b.Frames = n
	network, err := r.benchNetwork(ctx, p, raw)
	if err != nil {
		return nil, fmt.Errorf("network alone: %w", err)
	}
	encode, err := r.benchEncode(ctx, p, raw, filepath.Join(dir, "alone."+p.Encode.Container))
	if err != nil {
		return nil, fmt.Errorf("encode alone: %w", err)
	}
	os.Remove(raw)

	whole := *p
	whole.Output = filepath.Join(dir, "whole."+p.Encode.Container)
	whole.Partial = plan.Partial(whole.Output)
	whole.Encode.Path = whole.Partial
	defer os.Remove(whole.Output)
	own, start := ownCPU(), time.Now()
	report, err := r.Run(ctx, &whole)
	if err != nil {
		return nil, fmt.Errorf("the whole: %w", err)
	}
	b.Whole = BenchStage{Name: "whole", Wall: time.Since(start).Seconds(), CPU: (ownCPU() - own).Seconds()}
	for _, s := range report.Stages {
		if s.Name != "network" { // the network's time is in our own process's
			b.Whole.CPU += s.Busy
		}
	}
	b.Alone = []BenchStage{decode, network, encode}
	cpu := 0.0
	for i := range b.Alone {
		s := &b.Alone[i]
		s.FPS = float64(n) / s.Wall
		b.Bound, cpu = max(b.Bound, s.Wall), cpu+s.CPU
	}
	b.Whole.FPS = float64(n) / b.Whole.Wall
	b.Bound = max(b.Bound, cpu/float64(b.Cores))
	b.Ratio = b.Whole.Wall / b.Bound
	return b, nil
}

// frames calls use with every picture the decoder makes.
func (r *Runner) frames(ctx context.Context, p *plan.Plan, get func() (*frame.Frame, error), use func(*frame.Frame) error) (cpu time.Duration, n int64, err error) {
	d, err := r.Tools.Decode(ctx, p.Decode)
	if err != nil {
		return 0, 0, err
	}
	defer d.Close()
	for p.Decode.Duration == 0 || n < p.Frames {
		f, err := get()
		if err != nil {
			return 0, n, err
		}
		if err := d.Read(f); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return 0, n, err
		}
		if err := use(f); err != nil {
			return 0, n, err
		}
		n++
	}
	d.Close()
	return d.CPU(), n, nil
}

func (r *Runner) benchDecode(ctx context.Context, p *plan.Plan) (int64, BenchStage, error) {
	f := frame.New(p.Decode.Out)
	own, start := ownCPU(), time.Now()
	cpu, n, err := r.frames(ctx, p, func() (*frame.Frame, error) { return f, nil }, func(*frame.Frame) error { return nil })
	return n, BenchStage{Name: "decode", Wall: time.Since(start).Seconds(), CPU: (cpu + ownCPU() - own).Seconds()}, err
}

// benchNetwork writes what the network makes to a file. Its own time is taken with the input in memory: as many pictures as fit are read, then the
// clock runs while they go through.
func (r *Runner) benchNetwork(ctx context.Context, p *plan.Plan, raw string) (BenchStage, error) {
	stage := BenchStage{Name: "network"}
	out, err := os.Create(raw)
	if err != nil {
		return stage, err
	}
	defer out.Close()
	s := &stream{Runner: r, plan: p}
	session, err := s.open(ctx)
	if err != nil {
		return stage, err
	}
	defer session.Close()
	var in []*frame.Frame
	if _, _, err = r.frames(ctx, p, func() (*frame.Frame, error) { return frame.New(p.Decode.Out), nil }, func(f *frame.Frame) error {
		in = append(in, f)
		return nil
	}); err != nil {
		return stage, err
	}
	own, start := ownCPU(), time.Now()
	written := make(chan error, 1)
	var writing time.Duration
	go func() {
		for {
			f, err := session.Next(ctx)
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				written <- err
				return
			}
			t := time.Now()
			_, err = out.Write(f.Data)
			writing += time.Since(t)
			session.Put(f)
			if err != nil {
				session.Close()
				written <- err
				return
			}
		}
	}()
	for _, f := range in {
		to, err := session.Get(ctx)
		if err != nil {
			session.Close()
			return stage, errors.Join(err, <-written)
		}
		copy(to.Data, f.Data)
		to.Parity = f.Parity
		if err := session.Push(ctx, to); err != nil {
			session.Close()
			return stage, errors.Join(err, <-written)
		}
	}
	session.Finish()
	err = <-written
	stage.Wall, stage.CPU = time.Since(start).Seconds(), (ownCPU() - own - writing).Seconds()
	return stage, err
}

func (r *Runner) benchEncode(ctx context.Context, p *plan.Plan, raw, output string) (BenchStage, error) {
	stage := BenchStage{Name: "encode"}
	defer os.Remove(output)
	in, err := os.Open(raw)
	if err != nil {
		return stage, err
	}
	defer in.Close()
	spec := p.Encode
	spec.Path = output
	own, start := ownCPU(), time.Now()
	e, err := r.Tools.Encode(ctx, spec)
	if err != nil {
		return stage, err
	}
	defer e.Close()
	f := frame.New(spec.In)
	for {
		if _, err := io.ReadFull(in, f.Data); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return stage, err
		}
		if err := e.Write(f); err != nil {
			return stage, err
		}
	}
	err = e.Finish()
	stage.Wall, stage.CPU = time.Since(start).Seconds(), (e.CPU() + ownCPU() - own).Seconds()
	return stage, err
}
