package core_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/process"
)

// footprint is what a process holds on to.
type footprint struct{ goroutines, files, rss float64 }

func footprintNow(t *testing.T) footprint {
	t.Helper()
	debug.FreeOSMemory()
	f := footprint{goroutines: float64(runtime.NumGoroutine()), files: float64(openFiles())}
	data, err := os.ReadFile("/proc/self/statm")
	must(t, err)
	pages, err := strconv.ParseFloat(strings.Fields(string(data))[1], 64)
	must(t, err)
	f.rss = pages * float64(os.Getpagesize())
	return f
}

// slope is the least-squares change of y a step.
func slope(y []float64) float64 {
	n := float64(len(y))
	var sx, sy, sxx, sxy float64
	for i, v := range y {
		x := float64(i)
		sx, sy, sxx, sxy = sx+x, sy+v, sxx+x*x, sxy+x*v
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// TestManyJobs runs many short jobs in one process: what it holds on to does not grow with them.
func TestManyJobs(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	rounds, each := 6, 5
	if os.Getenv("TAPELIGHT_SOAK") != "" {
		rounds, each = 50, 20
	}
	s, in, out := newService(t), t.TempDir(), t.TempDir()
	tiny := filepath.Join(t.TempDir(), "tiny.mp4")
	output(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=15:duration=1", "-f", "lavfi", "-i", "sine=duration=1", "-pix_fmt", "yuv420p", "file:"+tiny)
	must(t, s.Start())
	var goroutines, files, rss []float64
	per := float64(each)
	for round := range rounds {
		var paths []string
		for i := range each {
			paths = append(paths, copyFile(t, tiny, filepath.Join(in, fmt.Sprintf("%d-%d.mp4", round, i))))
		}
		ids := add(t, s, paths, fast(), out)
		for _, id := range ids {
			awaitState(t, s, id, core.Done)
		}
		must(t, s.ClearFinished())
		if live := process.Live(); len(live) > 0 {
			t.Fatalf("processes left: %v", live)
		}
		if round == 0 {
			continue // caches fill
		}
		now := footprintNow(t)
		goroutines, files, rss = append(goroutines, now.goroutines), append(files, now.files), append(rss, now.rss)
		if done := round + 1; done == rounds || done%10 == 0 {
			t.Logf("%d jobs; a job leaves %.3f goroutines, %.3f open files, %.1f kB of memory; now %.0f, %.0f, %.1f MB", done*each,
				slope(goroutines)/per, slope(files)/per, slope(rss)/per/1e3, now.goroutines, now.files, now.rss/1e6)
		}
	}
	if got := len(names(t, out)); got != rounds*each {
		t.Errorf("%d outputs of %d jobs", got, rounds*each)
	}
	if slope(goroutines)/per > 0.1 || slope(files)/per > 0.1 {
		t.Error("jobs leave goroutines or open files behind")
	}
	if slope(rss)/per > 500e3 {
		t.Error("jobs leave memory behind")
	}
}
