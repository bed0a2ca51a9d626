package monitor

import (
	"context"
	"io"
	"time"
)

const (
	// interest is how long after somebody has looked samples are still taken for him.
	interest = 3 * time.Second
	// unseen is the time between samples that only the record is to have.
	unseen = 5 * time.Second
)

// Look is the newest sample, and false before the first. Follow measures every second for who looks at least every other second.
func (m *Monitor) Look() (Sample, bool) {
	now := time.Now()
	m.looked.Store(&now)
	return m.latest()
}

func (m *Monitor) latest() (Sample, bool) {
	all := m.history.Samples()
	if len(all) == 0 {
		return Sample{}, false
	}
	return all[len(all)-1], true
}

// Follow measures at once, then at every tick while somebody looks, every 5 s while there is work that nobody looks at, and not at all otherwise,
// until ctx ends or ticks is closed. Ticks carry their time and should be a second apart. What is measured during work goes into the record; work
// tells what is being done, and nil stands for nothing ever.
func (m *Monitor) Follow(ctx context.Context, ticks <-chan time.Time, work func() Work) {
	m.Look()
	for now, ok := time.Now(), true; ok; {
		m.tick(ctx, now, work)
		select {
		case now, ok = <-ticks:
		case <-ctx.Done():
			return
		}
	}
}

func (m *Monitor) tick(ctx context.Context, now time.Time, work func() Work) {
	var w Work
	if work != nil {
		w = work()
	}
	last, _ := m.latest()
	seen := now.Sub(*m.looked.Load()).Abs() < interest
	due := len(w.Jobs) > 0 && now.Sub(last.Time) > unseen-time.Second/2
	if !seen && !due {
		return
	}
	s := m.Sample(ctx)
	if ctx.Err() == nil && len(w.Jobs) > 0 && s.Time.After(last.Time) {
		m.record.Add(s, w)
	}
}

// WriteCSV writes what was measured during work, and after it the last two minutes as far as they are not in that. See Record.WriteCSV.
func (m *Monitor) WriteCSV(w io.Writer) error { return m.record.WriteCSV(w, m.history.Samples()) }
