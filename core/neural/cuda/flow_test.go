//go:build cuda && cgo

package cuda

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/neuraltest"
)

// TestOverlap: the driver holds the first batch's computation until the second's upload has been done, and the first's download until the second is computed. Work in
// one line would wait for itself; the driver gives up then, and counts it.
func TestOverlap(t *testing.T) {
	n, f := neuraltest.Windowed()
	e := New(Config{})
	if _, _, err := neuraltest.Through(e, n, neuraltest.Noise(rand.New(rand.NewPCG(1, 1)), f, 1), neural.Options{Batch: 2}); err != nil {
		t.Fatal(err)
	}
	s, err := e.Open(t.Context(), n, f, neural.Options{Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	passes := int64(len(s.(*session).testPasses()))
	late := fakeGet("late")
	// The first batch is of frames 0 and 1 and needs 0 to 2, and a table; the second adds 3 and 4, and its table.
	fake(t, map[string]int64{"kernels_need_uploads": fakeGet("uploads") + 7, "downloads_need_kernels": fakeGet("kernels") + 2*passes})
	in := neuraltest.Noise(rand.New(rand.NewPCG(2, 2)), f, 12)
	fed := make(chan error, 1)
	go func() { fed <- neuraltest.Feed(context.Background(), s, in) }()
	for range in {
		o, err := s.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.Put(o)
	}
	if err := <-fed; err != nil {
		t.Error(err)
	}
	if now := fakeGet("late"); now != late {
		t.Errorf("%d times something waited in vain for what should run beside it", now-late)
	}
}

// TestNoGrowth: ten thousand batches take no more of the driver's things than the first few, and no more memory.
func TestNoGrowth(t *testing.T) {
	fake(t, map[string]int64{"skip": 0})
	n := &neural.Network{Name: "tiny", Planes: 1, Grid: 1, Scale: 1, Inputs: []neural.Channel{{}}}
	neuraltest.Weigh(rand.New(rand.NewPCG(3, 3)), n, []int{4}, neuraltest.Leaky)
	s, err := New(Config{}).Open(t.Context(), n, frame.Format{Width: 4, Height: 4, Chroma: frame.Mono, Depth: 8}, neural.Options{Batch: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fakeSet("skip", 1)
	run := func(frames int) {
		fed := make(chan error, 1)
		go func() {
			for range frames {
				f, err := s.Get(context.Background())
				if err == nil {
					err = s.Push(context.Background(), f)
				}
				if err != nil {
					fed <- err
					return
				}
			}
			fed <- nil
		}()
		for range frames {
			f, err := s.Next(context.Background())
			if err != nil {
				t.Error(err)
				break
			}
			s.Put(f)
		}
		if err := <-fed; err != nil {
			t.Error(err)
		}
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	run(500)
	made, used, before := fakeGet("made"), fakeGet("used"), heap()
	run(10000)
	if now := fakeGet("made"); now != made || fakeGet("used") != used {
		t.Errorf("%d things made, %d bytes taken during 10,000 batches", now-made, fakeGet("used")-used)
	}
	if after := heap(); after > before+512<<10 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
}

// TestTuning: what was measured is used again, also by another engine; a file that can't be read is replaced.
func TestTuning(t *testing.T) {
	fake(t, map[string]int64{"memory": 1 << 20}) // so that small batches are the largest
	n, f := neuraltest.Windowed()
	in := neuraltest.Noise(rand.New(rand.NewPCG(4, 4)), f, 3)
	want := neuraltest.Right(t, n, in)
	dir := filepath.Join(t.TempDir(), "cache")
	made := func() int64 {
		from := fakeGet("kernels")
		e := New(Config{CacheDir: dir})
		e.slow = 1e9
		out, st, err := neuraltest.Through(e, n, in, neural.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := neuraltest.Off(want, out, halfBound); err != nil {
			t.Error(err)
		}
		if st.Batch < 1 || st.Batch > most || st.Batch&(st.Batch-1) != 0 {
			t.Errorf("batch %d", st.Batch)
		}
		return fakeGet("kernels") - from
	}
	first := made()
	if again := made(); again >= first {
		t.Errorf("%d kernels at first, %d again", first, again)
	}
	path := filepath.Join(dir, "cuda-batches.json")
	for _, bad := range []string{"", "null", "{", `{"x": {"batch": -1}}`} {
		if err := os.WriteFile(path, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		made()
		if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "Fake 0") {
			t.Errorf("after %q the file is %q, %v", bad, text, err)
		}
	}
}

// TestReport: the table that people compare cards by is complete, and its figures fit one another.
func TestReport(t *testing.T) {
	e := New(Config{})
	reports, err := e.Report(t.Context(), false)
	if err != nil || len(reports) != 1 || !reports[0].OK() || len(reports[0].Tests) != 3 || reports[0].ID != "cuda:0" || len(reports[0].Speeds) > 0 {
		t.Fatalf("%+v, %v", reports, err)
	}
	all, err := cards()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.selfTest(all[0], variants[0]); err != nil {
		t.Fatal(err)
	}
	fake(t, map[string]int64{"skip": 1, "memory": 64 << 20})
	r := reports[0]
	if err := e.speeds(t.Context(), all[0], &r, [2]int{96, 64}); err != nil {
		t.Fatal(err)
	}
	if len(r.Speeds) != 9 || r.CopyPeak <= 0 || r.MatrixPeak <= 0 {
		t.Errorf("%+v", r)
	}
	for _, s := range r.Speeds {
		if s.FPS <= 0 || s.StreamFPS <= 0 || s.FLOPS <= s.FPS || s.Bytes <= s.FPS || s.Busy < 0 || len(s.Passes) == 0 {
			t.Errorf("%+v", s)
		}
	}
	fake(t, map[string]int64{"corrupt": 1, "skip": 0, "memory": 1 << 30})
	if reports, err = New(Config{}).Report(t.Context(), true); err != nil || reports[0].OK() || !strings.Contains(reports[0].Tests[0].Error, "computes wrongly") {
		t.Errorf("of a faulty card: %+v, %v", reports, err)
	}
}
