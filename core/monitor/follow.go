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
	f := follower{m, work, time.Now()}
	for now, ok := time.Now(), true; ok; {
		f.tick(ctx, now)
		select {
		case now, ok = <-ticks:
		case <-ctx.Done():
			return
		}
	}
}

type follower struct {
	*Monitor
	work  func() Work
	noted time.Time // the newest sample that was looked at
}

func (f *follower) tick(ctx context.Context, now time.Time) {
	var w Work
	if f.work != nil {
		w = f.work()
	}
	last, _ := f.latest()
	seen := now.Sub(*f.looked.Load()).Abs() < interest
	due := len(w.Jobs) > 0 && now.Sub(last.Time) > unseen-time.Second/2
	if seen || due {
		f.Sample(ctx)
	}
	for _, s := range f.history.Samples() { // others may have asked for samples, too, which then hold a part of the second
		if !s.Time.After(f.noted) {
			continue
		}
		f.noted = s.Time
		if len(w.Jobs) > 0 {
			f.record.Add(s, w)
		}
	}
}

// WriteCSV writes what was measured during work, and after it the last two minutes as far as they are not in that. See Record.WriteCSV.
func (m *Monitor) WriteCSV(w io.Writer) error { return m.record.WriteCSV(w, m.history.Samples()) }
