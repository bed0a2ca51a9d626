package monitor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tapelight/tapelight/core/process"
)

const (
	// shortest is the time below which a difference of counters that tick every 10 ms says nothing.
	shortest = 100 * time.Millisecond
	// patience is how long a sample waits for a graphics driver or a file system, either of which can hang for minutes.
	patience = 500 * time.Millisecond
	// stale is the time after which an average since the last sample no longer tells how things are now.
	stale = 20 * time.Second
)

// Config says what to watch. The zero value watches this program's processes, the machine and its graphics cards.
type Config struct {
	Volumes  func() []Volume             // places whose free space matters; optional
	Children func() []int                // ids of the processes that count as own; process.Live unless set
	Temp     func() (used, budget int64) // of temporary space, in bytes; optional
	DRM      string                      // where Linux shows graphics cards; /sys/class/drm unless set
	NVML     string                      // NVIDIA's library; the system's unless set
	Patience time.Duration               // how long a sample waits for a driver or file system; 0.5 s unless set
}

// Monitor samples. It is safe for concurrent use; Close must be called at its end.
type Monitor struct {
	cfg     Config
	history *History
	record  *Record
	looked  atomic.Pointer[time.Time] // when somebody last did
	gpus    patient[gpuReading]
	cards   *cards
	volumes patient[volumeReading]

	mu    sync.Mutex
	host  host
	tree  tree
	last  Sample
	at    time.Time // of the counters in host and tree
	begun bool      // no sample was taken against them yet
}

// New makes a monitor and reads the counters that the first sample will be measured against.
func New(cfg Config) *Monitor {
	if cfg.Children == nil {
		cfg.Children = process.Live
	}
	if cfg.DRM == "" {
		cfg.DRM = "/sys/class/drm"
	}
	if cfg.Patience <= 0 {
		cfg.Patience = patience
	}
	m := &Monitor{cfg: cfg, history: NewHistory(0), record: NewRecord(), cards: &cards{drm: cfg.DRM, library: cfg.NVML}}
	m.gpus.ask = m.cards.read
	m.volumes.ask = func() volumeReading { return readVolumes(cfg.Volumes) }
	m.begin(context.Background())
	return m
}

// begin reads the counters that the next sample is measured against.
func (m *Monitor) begin(ctx context.Context) {
	var ignored Sample
	m.host, m.tree, m.at, m.begun = host{}, tree{}, time.Now(), true
	m.host.read(ctx, &ignored, 0)
	m.tree.read(m.cfg.Children(), m.at, 0)
}

// Sample measures now. Calls within 0.1 s of each other get the same sample, and the first, or one after a pause of 20 s, may take that long:
// shorter times say nothing. Once ctx has ended it returns the last sample.
func (m *Monitor) Sample(ctx context.Context) Sample {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Since(m.at) > stale {
		m.begin(ctx)
	}
	if wait := shortest - time.Since(m.at); wait > 0 {
		if !m.begun {
			return m.last
		}
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		return m.last
	}
	m.last = m.measure(ctx)
	m.history.Add(m.last)
	return m.last
}

func (m *Monitor) measure(ctx context.Context) Sample {
	now := time.Now()
	elapsed := now.Sub(m.at)
	m.at, m.begun = now, false
	s := Sample{Time: now, Span: elapsed}
	m.host.read(ctx, &s, elapsed)
	spent, rss, err := m.tree.read(m.cfg.Children(), now, elapsed)
	if err != nil {
		s.Unread = append(s.Unread, fmt.Sprintf("own processes: %v", err))
	}
	s.Memory.Own = rss
	if cores := len(s.CPU.Cores); cores > 0 && elapsed > 0 {
		s.CPU.Own = percent(spent.Seconds(), elapsed.Seconds()*float64(cores))
	}
	if m.cfg.Temp != nil {
		s.TempUsed, s.TempBudget = m.cfg.Temp()
	}
	gpu, fresh := m.gpus.get(ctx, m.cfg.Patience)
	s.GPUs, s.NoGPU = gpu.cards, gpu.why
	if !fresh {
		s.NoGPU = "the graphics driver does not answer"
	}
	volumes, fresh := m.volumes.get(ctx, m.cfg.Patience)
	s.Volumes = volumes.use
	s.Unread = append(s.Unread, volumes.unread...)
	if !fresh {
		s.Unread = append(s.Unread, "free space: a file system does not answer")
	}
	return s
}

// Run samples at once and then every interval (0.1 s or more) until ctx ends, and hands each sample to show in this goroutine.
func (m *Monitor) Run(ctx context.Context, interval time.Duration, show func(Sample)) {
	ticker := time.NewTicker(max(interval, shortest))
	defer ticker.Stop()
	for {
		s := m.Sample(ctx)
		if ctx.Err() != nil {
			return
		}
		show(s)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// History is the samples taken so far, the last 120.
func (m *Monitor) History() *History { return m.history }

// Close lets go of the graphics driver. It fails if a driver or a file system still doesn't answer.
func (m *Monitor) Close() error {
	var errs []error
	if !m.volumes.finish(m.cfg.Patience) {
		errs = append(errs, errors.New("close monitor: a file system does not answer"))
	}
	if !m.gpus.finish(m.cfg.Patience) {
		return errors.Join(append(errs, errors.New("close monitor: the graphics driver does not answer"))...)
	}
	m.cards.close()
	return errors.Join(errs...)
}
