//go:build uibench

package main

import (
	"context"
	"fmt"
	"image"
	"os"
	"runtime/metrics"
	"time"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/ui"
)

// crowd is a backend for measuring the window: the real service with 10,000 jobs of which one runs, and 1,000 lines of log a second. It is
// in no other build than that of "make bench-ui".
type crowd struct {
	*core.Service
	began time.Time
	jobs  []core.Job
	told  time.Time // when the heap was last told; only Log has it, which is called by one goroutine
}

const (
	crowdJobs  = 10_000
	crowdLines = 1000 // a second
	crowdTicks = 50 * time.Millisecond
	crowdTells = 10 * time.Second
)

func backend(s *core.Service) ui.Backend {
	c := &crowd{Service: s, began: time.Now(), jobs: make([]core.Job, crowdJobs)}
	r := recipe.Default()
	r.Name, r.Title = "vhs", "VHS"
	for i := range c.jobs {
		name := fmt.Sprintf("Tape %05d, summer holidays.mpg", i)
		c.jobs[i] = core.Job{ID: fmt.Sprint("job", i), Name: name, Path: "/tapes/" + name, Recipe: r, State: core.Waiting,
			Facts: "NTSC, 720x480, interlaced, 0:58:12, stereo", Duration: 3492 * time.Second}
	}
	c.jobs[0].State = core.Running
	return c
}

func (c *crowd) Snapshot() core.Snapshot {
	s := core.Snapshot{Mode: core.Started, Running: true, Jobs: append([]core.Job(nil), c.jobs...), Stages: []core.Stage{
		{Name: "decode", FPS: 24, Busy: 0.22}, {Name: "network", FPS: 24, Busy: 0.97, Slowest: true}, {Name: "encode", FPS: 24, Busy: 0.4}}}
	t := time.Since(c.began)
	j := &s.Jobs[0]
	j.Stage, j.Progress, j.FPS, j.ETA, j.Elapsed = "Restoring", t.Seconds()/3600, 24+t.Seconds()/100, time.Hour-t, t
	return s
}

func (c *crowd) Watch(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	go func() {
		defer close(out)
		ticks := time.NewTicker(crowdTicks)
		defer ticks.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
				select {
				case out <- struct{}{}:
				default:
				}
			}
		}
	}()
	return out
}

// tellHeap says how much of Go's heap is in use after a collection, and how much Go has of the system.
func tellHeap() {
	what := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(what)
	fmt.Fprintf(os.Stderr, "heap: %d live, %d held\n", what[0].Value.Uint64(), what[1].Value.Uint64()-what[2].Value.Uint64())
}

func (c *crowd) Log(since uint64) []core.LogEntry {
	if time.Since(c.told) > crowdTells {
		c.told = time.Now()
		tellHeap()
	}
	n := uint64(time.Since(c.began).Seconds() * crowdLines)
	var lines []core.LogEntry
	for i := since; i < n; i++ {
		lines = append(lines, core.LogEntry{Time: time.Now(), Level: 1, Job: "job0", Text: fmt.Sprintf("line %d of what an encoder says about its work", i)})
	}
	return lines
}

func (c *crowd) Thumbnail(context.Context, string) (image.Image, error) { return pattern(128, 96), nil }

func (c *crowd) PreviewFrame(_ context.Context, req core.PreviewRequest) (*core.PreviewFrame, error) {
	return &core.PreviewFrame{Before: pattern(1440, 1080), After: pattern(1440, 1080), Time: req.Time, Total: 200_000, Rate: 59.94}, nil
}

func (c *crowd) Estimate(context.Context, core.Request) (core.Estimate, error) {
	return core.Estimate{Time: 2 * time.Hour, Size: 3e9}, nil
}

func pattern(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7)
	}
	return m
}
