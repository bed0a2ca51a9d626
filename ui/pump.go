package ui

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/tapelight/tapelight/core"
)

// pump brings what core has to tell to the screen, seldom enough: any change paints the whole window. A change after a quiet time is
// shown at once, further ones at the next tick; the monitor once a second.
type pump struct {
	backend Backend
	enter   func(func())     // runs something on the UI thread, soon
	ticks   <-chan time.Time // 4 Hz
	seconds <-chan time.Time // 1 Hz

	show       func(core.Snapshot)
	showLog    func([]core.LogEntry)
	fillSample func([]core.Sample)
	showSample func(core.Sample)

	logged  uint64
	counts  bool         // the last snapshot holds a time that runs down
	waiting atomic.Int32 // entered and not yet run
}

// pumpLag is how many updates may wait for a busy UI thread; further ones are left out, as the next holds all they would say.
const pumpLag = 2

// Run works until ctx ends.
func (p *pump) Run(ctx context.Context) {
	changes := p.backend.Watch(ctx)
	history := p.backend.MonitorHistory()
	p.into(func() { p.fillSample(history) })
	p.update()
	quiet, dirty := false, false
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-changes:
			if !ok {
				changes = nil
				continue
			}
			dirty = true
			if quiet && p.update() {
				quiet, dirty = false, false
			}
		case <-p.ticks:
			if dirty {
				dirty = !p.update()
			} else {
				quiet = true
			}
		case <-p.seconds:
			if p.counts {
				p.update()
			}
			if entries := p.newEntries(); len(entries) > 0 {
				p.into(func() { p.showLog(entries) })
			}
			if s, ok := p.backend.MonitorSample(); ok && p.waiting.Load() < pumpLag {
				p.into(func() { p.showSample(s) })
			}
		}
	}
}

func (p *pump) update() bool {
	if p.waiting.Load() >= pumpLag {
		return false
	}
	s := p.backend.Snapshot()
	p.counts = runsDown(s)
	entries := p.newEntries()
	p.into(func() {
		p.show(s)
		p.showLog(entries)
	})
	return true
}

// runsDown tells whether a snapshot says something else a second later, though nothing has changed: what is about to follow, and when another
// try is made.
func runsDown(s core.Snapshot) bool {
	if s.Countdown != nil {
		return true
	}
	for i := range s.Jobs {
		if j := &s.Jobs[i]; j.State == core.Waiting && j.Stage != "" {
			return true
		}
	}
	return false
}

func (p *pump) into(f func()) {
	p.waiting.Add(1)
	p.enter(func() {
		p.waiting.Add(-1)
		f()
	})
}

func (p *pump) newEntries() []core.LogEntry {
	entries := p.backend.Log(p.logged)
	p.logged += uint64(len(entries))
	return entries
}
