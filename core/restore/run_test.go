package restore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/process"
	"github.com/tapelight/tapelight/core/restore"
)

func TestRun(t *testing.T) {
	nothingOpen(t)
	runner, p := job(t, "well", "well", "well")
	var last restore.Progress
	runner.Progress = func(pr restore.Progress) { last = pr }
	runner.Peak = func() (own, tree uint64) { return 11, 22 }
	runner.Temp = func() int64 { return 33 }
	r, err := runner.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if r.Frames != pictures || r.FramesIn != pictures || r.Seconds != pictures/25. || r.Wall <= 0 || r.FPS <= 0 || r.Size != 1 || r.PeakOwn != 11 || r.PeakTree != 22 || r.Temp != 33 {
		t.Errorf("%+v", r)
	}
	if r.Source != p.Source.Path || r.Output != p.Output || len(r.Warnings) > 0 {
		t.Errorf("%+v", r)
	}
	slowest := 0
	for i, s := range r.Stages {
		if s.Name != []string{"decode", "network", "encode"}[i] || s.Utilisation < 0 || s.Utilisation > 1 || s.Busy < 0 {
			t.Errorf("stage %+v", s)
		}
		if s.Slowest {
			slowest++
		}
	}
	if len(r.Stages) != 3 || slowest != 1 {
		t.Errorf("%d stages, %d of them the slowest", len(r.Stages), slowest)
	}
	if last.Frames != pictures || last.Total != pictures || len(last.Stages) != 3 || last.Stages[0].Frames != pictures {
		t.Errorf("the last progress is %+v", last)
	}
	if names := left(t, p); !slices.Equal(names, []string{"tape.mkv"}) {
		t.Errorf("left: %q", names)
	}
}

// Each failure leaves nothing, and says where, on which file and why.
func TestFailures(t *testing.T) {
	nothingOpen(t)
	for _, c := range []struct {
		decoder, encoder, probe string
		step, file, why         string
		is                      error
	}{
		{"fails", "well", "well", "decode", "tape.avi", "the capture is torn", nil},
		{"breaks off", "well", "well", "decode", "tape.avi", "picture 2 ended after 100 of", nil},
		{"nothing", "well", "well", "decode", "tape.avi", "not a single picture", nil},
		{"well", "no start", "well", "encode", "tape.mkv", "it can't be made", nil},
		{"endless", "fails", "well", "encode", "tape.mkv", "the encoder is worn out", nil},
		{"endless", "disk full", "well", "encode", "tape.mkv", "the disk is full", ffmpeg.ErrDiskFull},
		{"well", "fails at the end", "well", "encode", "tape.mkv", "no trailer", nil},
		{"hangs", "fails", "well", "encode", "tape.mkv", "the encoder is worn out", nil},
		{"fails", "hangs", "well", "decode", "tape.avi", "the capture is torn", nil},
		{"well", "well", "loses one", "check the output", "tape.partial.mkv", "it holds 5 pictures, 6 were made", nil},
		{"well", "well", "damaged", "check the output", "tape.partial.mkv", "invalid data", nil},
		{"well", "vanishes", "well", "check the output", "tape.partial.mkv", "no such file", nil},
	} {
		t.Run(fmt.Sprintf("decoder %s, encoder %s, probe %s", c.decoder, c.encoder, c.probe), func(t *testing.T) {
			runner, p := job(t, c.decoder, c.encoder, c.probe)
			r, err := runner.Run(t.Context(), p)
			step, ok := errors.AsType[*restore.StepError](err)
			if r != nil || !ok || step.Step != c.step || filepath.Base(step.Path) != c.file || !strings.Contains(err.Error(), c.why) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%+v, %v", r, err)
			}
			if names := left(t, p); len(names) > 0 {
				t.Errorf("left: %q", names)
			}
			if live := process.Live(); len(live) > 0 {
				t.Errorf("left running: %v", live)
			}
		})
	}
}

func TestFewerPicturesThanPlannedAreSaid(t *testing.T) {
	runner, p := job(t, "short", "well", "well")
	r, err := runner.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if r.Frames != pictures-1 || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "6 pictures were expected and 5") {
		t.Errorf("%+v", r)
	}
}

// A part ends when its pictures are there, however many more the decoder has.
func TestAPartEndsByItself(t *testing.T) {
	runner, p := job(t, "endless", "well", "well")
	p.Decode.Duration = 1
	r, err := runner.Run(t.Context(), p)
	if err != nil || r.Frames != p.Frames {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	content := func(t *testing.T, path string) string {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	put := func(t *testing.T, path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("there before", func(t *testing.T) {
		runner, p := job(t, "well", "well", "well")
		put(t, p.Output, "theirs")
		_, err := runner.Run(t.Context(), p)
		if exists, ok := errors.AsType[*restore.ExistsError](err); !ok || exists.Path != p.Output || content(t, p.Output) != "theirs" {
			t.Errorf("%v", err)
		}
		runner.Overwrite = true
		if _, err := runner.Run(t.Context(), p); err != nil || content(t, p.Output) != fmt.Sprint(pictures) {
			t.Errorf("asked to: %v", err)
		}
	})
	t.Run("made meanwhile", func(t *testing.T) {
		runner, p := job(t, "well", "rival", "well")
		_, err := runner.Run(t.Context(), p)
		if _, ok := errors.AsType[*restore.ExistsError](err); !ok || content(t, p.Output) != "theirs" {
			t.Errorf("%v", err)
		}
		if names := left(t, p); !slices.Equal(names, []string{"tape.mkv"}) {
			t.Errorf("left: %q", names)
		}
	})
	t.Run("kept when a run that may overwrite fails", func(t *testing.T) {
		runner, p := job(t, "fails", "well", "well")
		put(t, p.Output, "theirs")
		runner.Overwrite = true
		if _, err := runner.Run(t.Context(), p); err == nil || content(t, p.Output) != "theirs" {
			t.Errorf("%v", err)
		}
	})
	t.Run("the capture by another name", func(t *testing.T) {
		for _, name := range []func(p string) string{func(p string) string { return p }, func(p string) string { return strings.TrimSuffix(p, ".mkv") + ".partial.mkv" }} {
			runner, p := job(t, "well", "well", "well")
			runner.Overwrite = true
			if err := os.MkdirAll(filepath.Dir(p.Output), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Link(p.Source.Path, name(p.Output)); err != nil {
				t.Skip(err)
			}
			if _, err := runner.Run(t.Context(), p); err == nil || !strings.Contains(err.Error(), "the capture itself") || content(t, p.Source.Path) != "a tape" || content(t, name(p.Output)) != "a tape" {
				t.Errorf("%v", err)
			}
		}
	})
}

func TestOneRunAPartialFile(t *testing.T) {
	runner, p := job(t, "hangs", "well", "well")
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	var once sync.Once
	first := *runner
	first.Progress = func(restore.Progress) {
		once.Do(func() {
			_, err := runner.Run(ctx, p)
			second <- err
			cancel()
		})
	}
	if _, err := first.Run(ctx, p); !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	if err := <-second; err == nil || !strings.Contains(err.Error(), "being written by another job") {
		t.Errorf("the second: %v", err)
	}
	// The claim ends with the run.
	t.Setenv(decoderMode, "well")
	if _, err := runner.Run(t.Context(), p); err != nil {
		t.Error(err)
	}
}

// Cancelling at any moment leaves nothing: no file, no process, no handle; and the reason is handed on.
func TestCancelAtAnyMoment(t *testing.T) {
	nothingOpen(t)
	why := errors.New("the person changed their mind")
	check := func(t *testing.T, runner *restore.Runner, ctx context.Context, cancel func(error), decoder, encoder, probe string, steps int) {
		r, p := job(t, decoder, encoder, probe)
		r.Progress = runner.Progress
		counted := &countdown{Context: ctx, left: steps, end: func() { cancel(why) }}
		_, err := r.Run(counted, p)
		if err == nil {
			t.Skip("it was done before")
		}
		if !errors.Is(err, why) {
			t.Errorf("it ended with %v", err)
		}
		if names := left(t, p); len(names) > 0 {
			t.Errorf("left: %q", names)
		}
		if live := process.Live(); len(live) > 0 {
			t.Errorf("left running: %v", live)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i, c := range [][3]string{{"endless", "well", "well"}, {"endless", "hangs", "well"}, {"hangs", "well", "well"}, {"well", "well", "hangs"}, {"hangs", "hangs", "well"}} {
		for range 3 {
			steps := random.IntN(12)
			if i < 3 {
				steps = random.IntN(40)
			}
			t.Run(fmt.Sprintf("%v after %d", c, steps), func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				// The run looks at its context now and then; where it hangs, the first reports end it.
				reports := 0
				runner := &restore.Runner{Progress: func(restore.Progress) {
					if reports++; reports == 1 {
						cancel(why)
					}
				}}
				check(t, runner, ctx, cancel, c[0], c[1], c[2], steps)
			})
		}
	}
}

// countdown is a context that ends after it was looked at some times.
type countdown struct {
	context.Context
	mu   sync.Mutex
	left int
	end  func()
}

func (c *countdown) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left < 0 {
		c.end()
	}
	return c.Context.Err()
}

func TestNetworkThatIsNotThere(t *testing.T) {
	runner, p := job(t, "well", "well", "well")
	p.Network.Name = "tape-max"
	if _, err := runner.Run(t.Context(), p); err == nil || !strings.Contains(err.Error(), "tape-max is not loaded") {
		t.Errorf("%v", err)
	}
	runner, p = job(t, "well", "well", "well")
	p.Encode.In.Width *= 2
	if _, err := runner.Run(t.Context(), p); err == nil || !strings.Contains(err.Error(), "are planned") {
		t.Errorf("%v", err)
	}
}
