package monitor_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/monitor"
	"github.com/tapelight/tapelight/core/process"
)

const childMode = "TAPELIGHT_TEST_CHILD"

// The test program is its own child: it takes memory, burns processor time and ends with its input.
func TestMain(m *testing.M) {
	if os.Getenv(childMode) != "" {
		burn()
	}
	goleak.VerifyTestMain(m)
}

const childBytes = 64 << 20

func burn() {
	held := make([]byte, childBytes)
	for i := range held {
		held[i] = byte(i)
	}
	fmt.Println("ready")
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for i := 0; ; i++ {
		held[i%len(held)]++
	}
}

func startChild(t *testing.T) *process.Child {
	t.Helper()
	c, err := process.Start(t.Context(), process.Spec{
		Path: os.Args[0], Env: []string{childMode + "=1", "GORACE=atexit_sleep_ms=0"}, Stdin: true, Stdout: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	if _, err := bufio.NewReader(c.Stdout).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return c
}

func newMonitor(t *testing.T, cfg monitor.Config) *monitor.Monitor {
	t.Helper()
	cfg.Patience = time.Minute // a machine under load must not change what is tested
	m := monitor.New(cfg)
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// check tests what is true of every sample.
func check(t *testing.T, s monitor.Sample) {
	t.Helper()
	for _, p := range append([]float64{s.CPU.Total, s.CPU.Own}, s.CPU.Cores...) {
		if !(p >= 0 && p <= 100) {
			t.Errorf("a percentage is %v in %+v", p, s.CPU)
		}
	}
	if len(s.CPU.Cores) == 0 || s.Time.IsZero() {
		t.Errorf("no cores or time in %+v", s)
	}
	m := s.Memory
	if m.Own == 0 || m.Total == 0 || m.Available == 0 || m.Available > m.Total || m.SwapUsed > m.SwapTotal {
		t.Errorf("memory %+v", m)
	}
	for _, rate := range []float64{s.Disk.Read, s.Disk.Write} {
		if !(rate >= 0) || math.IsInf(rate, 0) {
			t.Errorf("disk %+v", s.Disk)
		}
	}
	if len(s.GPUs) == 0 && s.NoGPU == "" {
		t.Error("no graphics card, and no reason")
	}
	if len(s.Unread) != 0 {
		t.Errorf("unread: %v", s.Unread)
	}
}

func TestFirstSampleIsTrue(t *testing.T) {
	dir := t.TempDir()
	m := newMonitor(t, monitor.Config{
		Volumes: func() []monitor.Volume {
			return []monitor.Volume{{Name: "output", Path: filepath.Join(dir, "not", "yet")}, {Name: "temp", Path: dir}}
		},
		Temp: func() (int64, int64) { return 5, 10 },
	})
	var stop atomic.Bool
	var spinning sync.WaitGroup
	spinning.Go(func() {
		for !stop.Load() {
		}
	})
	s := m.Sample(t.Context())
	stop.Store(true)
	spinning.Wait()
	check(t, s)
	if s.CPU.Total == 0 || s.CPU.Own == 0 {
		t.Errorf("a core was kept busy, but the first sample says %+v", s.CPU)
	}
	if s.TempUsed != 5 || s.TempBudget != 10 {
		t.Errorf("temporary space %d of %d", s.TempUsed, s.TempBudget)
	}
	if len(s.Volumes) != 2 || s.Volumes[0].Name != "output" || s.Volumes[0].Total == 0 || s.Volumes[0].Total != s.Volumes[1].Total || s.Volumes[0].Free > s.Volumes[0].Total {
		t.Errorf("volumes %+v", s.Volumes)
	}
}

func TestOwnTreeHasTheChild(t *testing.T) {
	alone := newMonitor(t, monitor.Config{Children: func() []int { return nil }})
	m := newMonitor(t, monitor.Config{})
	c := startChild(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var s monitor.Sample
	m.Run(ctx, 0, func(got monitor.Sample) {
		s = got
		check(t, s)
		if s.CPU.Own > 1 {
			cancel()
		}
	})
	without := alone.Sample(t.Context())
	if s.CPU.Own <= 1 {
		t.Errorf("the child burns processor time, but own use is %v %%", s.CPU.Own)
	}
	if s.Memory.Own < without.Memory.Own/2+childBytes {
		t.Errorf("with the child %d bytes, without %d; the child holds %d", s.Memory.Own, without.Memory.Own, childBytes)
	}
	c.Stop()
	after := newMonitor(t, monitor.Config{Children: func() []int { return []int{c.Pid(), 1 << 30, os.Getpid(), -1} }})
	check(t, after.Sample(t.Context())) // ids of the dead and the impossible
	m.Run(withSamples(t, 2, func() { check(t, m.Sample(t.Context())) }))
	if last := m.Sample(t.Context()); last.Memory.Own >= s.Memory.Own-childBytes/2 {
		t.Errorf("own memory is %d after the child's death, was %d", last.Memory.Own, s.Memory.Own)
	}
}

// withSamples is arguments for Run that end it after n samples.
func withSamples(t *testing.T, n int, each func()) (context.Context, time.Duration, func(monitor.Sample)) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, 0, func(monitor.Sample) {
		each()
		if n--; n <= 0 {
			cancel()
		}
	}
}

func TestConcurrentSamples(t *testing.T) {
	m := newMonitor(t, monitor.Config{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { m.Run(withSamples(t, 2, func() { check(t, m.Sample(t.Context())) })) })
	}
	all.Wait()
	seen := m.History().Samples()
	for i := 1; i < len(seen); i++ {
		if d := seen[i].Time.Sub(seen[i-1].Time); d < 100*time.Millisecond {
			t.Errorf("two samples %v apart", d)
		}
	}
}

func TestCancelledSampleReturnsTheLast(t *testing.T) {
	m := newMonitor(t, monitor.Config{})
	first := m.Sample(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if again := m.Sample(ctx); !again.Time.Equal(first.Time) {
		t.Errorf("a new sample at %v after the end of the context", again.Time)
	}
	m.Run(ctx, 0, func(monitor.Sample) { t.Error("Run showed a sample after the end of its context") })
}

func TestUnreadableVolume(t *testing.T) {
	m := newMonitor(t, monitor.Config{Volumes: func() []monitor.Volume { return []monitor.Volume{{Name: "output", Path: "bad\x00path"}} }})
	s := m.Sample(t.Context())
	if len(s.Unread) != 1 || !strings.Contains(s.Unread[0], "free space of output") || len(s.Volumes) != 1 || s.Volumes[0].Total != 0 {
		t.Errorf("unread %q, volumes %+v", s.Unread, s.Volumes)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := monitor.NewHistory(0)
	for i := range monitor.HistoryLength + 5 {
		h.Add(monitor.Sample{TempUsed: int64(i)})
	}
	got := h.Samples()
	if len(got) != monitor.HistoryLength || got[0].TempUsed != 5 {
		t.Errorf("%d samples from %d on", len(got), got[0].TempUsed)
	}
}

func TestPeak(t *testing.T) {
	startChild(t)
	p := monitor.TrackPeak(t.Context())
	own, tree := p.Max()
	if own == 0 || tree < own+childBytes {
		t.Errorf("peak %d alone, %d with a child of %d", own, tree, childBytes)
	}
	p.Stop()
	p.Stop()
	if o, tr := p.Max(); o < own || tr < tree {
		t.Errorf("the peak fell from %d, %d to %d, %d", own, tree, o, tr)
	}
}
