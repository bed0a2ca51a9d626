package core_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// TestMemoryIsNotExceeded runs with the least memory that is allowed for a run, and measures what the whole process tree takes.
func TestMemoryIsNotExceeded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	path := tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path
	network := fast()
	network.Upscale.Network, network.Upscale.Height = "tape-fast", 1080
	plain := fast()
	plain.Output.Encoder = "x265"
	for name, r := range map[string]recipe.Recipe{"network, x264": network, "x265": plain} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			req := core.Request{Path: path, Recipe: r, Output: filepath.Join(t.TempDir(), "out.mkv"), Length: 0.7}
			must(t, s.Tune(core.Tuning{Memory: core.LeastMemory}))
			var small *core.MemoryError
			if _, err := s.Restore(t.Context(), req, nil); !errors.As(err, &small) || small.Busy || !strings.Contains(err.Error(), "allow more") {
				t.Fatalf("in %d bytes: %v", int64(core.LeastMemory), err)
			}
			onlyFiles(t, filepath.Dir(req.Output))
			bound := core.MemoryFor(small.Need)
			must(t, s.Tune(core.Tuning{Memory: bound}))
			report, err := s.Restore(t.Context(), req, nil)
			must(t, err)
			t.Logf("%d MB of the %d MB allowed", report.PeakTree/1e6, bound/1e6)
			if int64(report.PeakTree) > bound {
				t.Errorf("%d bytes were taken, %d are allowed", report.PeakTree, bound)
			}
		})
	}
}

// TestLittleMemoryMakesSmallBatches bounds the memory of a network on a card.
func TestLittleMemoryMakesSmallBatches(t *testing.T) {
	s, out := newService(t), t.TempDir()
	gpu, cpu := cards()
	s.SetEngines(gpu, cpu)
	must(t, s.Tune(core.Tuning{Memory: 1.5e9, Batch: 64}))
	r := networked()
	id := add(t, s, []string{tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path}, r, out)[0]
	running(t, s, gpu.gate)
	little := gpu.last().Batch
	must(t, s.Cancel(id))
	awaitState(t, s, id, core.Cancelled)
	must(t, s.Tune(core.Tuning{Memory: 20e9, Batch: 64}))
	must(t, s.Retry(id))
	<-gpu.opened
	if much := gpu.last().Batch; little < 1 || little >= 64 || much != 64 {
		t.Errorf("batches of %d in 1.5 GB, of %d in 20 GB", little, much)
	}
}

// TestJobsKeepToTheMemoryTogether has two jobs of which only one fits.
func TestJobsKeepToTheMemoryTogether(t *testing.T) {
	s := newService(t)
	must(t, s.Tune(core.Tuning{Memory: 4e9}))
	share := s.JobsMemory()
	if !s.WouldRun(share / 2) {
		t.Error("the first doesn't run")
	}
	release := s.Occupy(share / 2)
	if !s.WouldRun(share/2) || s.WouldRun(share/2+2) {
		t.Errorf("beside %d of %d bytes another is judged wrongly", share/2, share)
	}
	must(t, s.Tune(core.Tuning{Memory: 2e9}))
	if s.WouldRun(share / 2) {
		t.Error("a smaller bound doesn't hold")
	}
	release()
	if !s.WouldRun(10 * share) {
		t.Error("a job alone, which is made to fit, is not begun")
	}
}
