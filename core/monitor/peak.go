package monitor

import (
	"context"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core/process"
)

// peakEvery is how often a Peak looks: often enough for buffers that live for a job, cheap enough to run beside it.
const peakEvery = 250 * time.Millisecond

// Peak follows how much memory this program and its children take, for the report of a job.
type Peak struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu        sync.Mutex
	own, tree uint64
}

// TrackPeak looks at once and then 4 times a second until Stop is called or ctx ends, and once more then.
func TrackPeak(ctx context.Context) *Peak {
	ctx, cancel := context.WithCancel(ctx)
	p := &Peak{cancel: cancel, done: make(chan struct{})}
	var self, all tree
	look := func() {
		_, own, _ := self.read(nil, time.Time{}, 0)
		_, sum, _ := all.read(process.Live(), time.Time{}, 0)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.own, p.tree = max(p.own, own), max(p.tree, sum, own)
	}
	look()
	go func() {
		defer close(p.done)
		ticker := time.NewTicker(peakEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				look()
			case <-ctx.Done():
				look()
				return
			}
		}
	}()
	return p
}

// Max is the largest resident memory seen, in bytes: of this program alone, and with its children.
func (p *Peak) Max() (own, tree uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.own, p.tree
}

// Stop ends the tracking; Max keeps its answer.
func (p *Peak) Stop() {
	p.cancel()
	<-p.done
}
