package ui

import (
	"context"
	"slices"
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
	seen       func() bool // the window isn't minimised; nil where nobody can tell

	logged  uint64
	entries []core.LogEntry // of the log, and not yet shown
	sampled time.Time       // when the sample shown last was taken
	counts  bool            // the last snapshot holds a time that runs down
	waiting atomic.Int32    // entered and not yet run
}

// Observer is a Desktop that can tell whether the window can be seen. While it can't, little is done for the window, and nothing is measured for it.
type Observer interface {
	// Seen is false while the window is minimised. It returns at once.
	Seen() bool
}

// unseenSeconds is how often a window that can't be seen is kept up to date: its title can be seen.
const unseenSeconds = 5

// pumpLag is how many updates may wait for a busy UI thread; further ones are left out, as the next holds all they would say.
const pumpLag = 2

// Run works until ctx ends.
func (p *pump) Run(ctx context.Context) {
	changes := p.backend.Watch(ctx)
	p.fill()
	p.update()
	quiet, dirty, hidden, seconds := false, false, false, 0
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
			if quiet && !hidden && p.update() {
				quiet, dirty = false, false
			}
		case <-p.ticks:
			switch {
			case hidden:
			case dirty:
				dirty = !p.update()
			default:
				quiet = true
			}
		case <-p.seconds:
			was := hidden
			hidden = p.seen != nil && !p.seen()
			p.collect()
			if seconds++; hidden && seconds%unseenSeconds != 0 {
				continue
			}
			if p.counts || dirty && (was || hidden) {
				dirty = !p.update()
			}
			p.tellLog()
			if hidden {
				continue // nobody asks for samples, so that none are taken
			}
			if was {
				p.fill()
			}
			if s, ok := p.backend.MonitorSample(); ok && p.waiting.Load() < pumpLag && !s.Time.Equal(p.sampled) {
				p.sampled = s.Time
				p.into(func() { p.showSample(s) })
			}
		}
	}
}

// fill shows what has been measured while nobody looked.
func (p *pump) fill() {
	history := p.backend.MonitorHistory()
	p.into(func() { p.fillSample(history) })
}

func (p *pump) update() bool {
	if p.waiting.Load() >= pumpLag {
		return false
	}
	s := p.backend.Snapshot()
	p.counts = runsDown(s)
	p.collect()
	entries := p.entries
	p.entries = nil
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

// collect takes what is new in the log.
func (p *pump) collect() {
	entries := p.backend.Log(p.logged)
	p.logged += uint64(len(entries))
	p.entries = append(p.entries, entries...)
	if n := len(p.entries) - logKept; n > 0 { // more than is kept
		p.entries = slices.Delete(p.entries, 0, n)
	}
}

func (p *pump) tellLog() {
	if entries := p.entries; len(entries) > 0 && p.waiting.Load() < pumpLag {
		p.entries = nil
		p.into(func() { p.showLog(entries) })
	}
}
