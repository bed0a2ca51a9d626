//go:build cuda && cgo

package cuda

import (
	"errors"
	"fmt"
	"io"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// recover goes on after a lane has failed, from the first picture that was not given out: with smaller batches where memory ran out, else without that
// card, on the others or on one that was idle. It reports false where no card is left.
func (d *dispatcher) recover() bool {
	l, why := d.failed, d.why
	d.failed, d.why = nil, nil
	for _, b := range d.flying { // computed after the failure, or not at all
		for _, pic := range b.pictures {
			d.out.put(pic.out)
		}
	}
	clear(d.flying)
	d.flying = d.flying[:0]
	d.next = d.given
	size := laneSize{inputs: cap(d.in.free), outputs: cap(d.out.free), batch: l.batch, band: l.band, fixed: true}
	p, c := l.program, l.card
	d.retire(l)
	d.account()
	if outOfMemory(why) {
		if smaller, ok := size.smaller(d.geometry); ok {
			if n, err := d.engine.laneWithin(c, p, smaller); err == nil {
				d.engine.log("%s ran out of memory: batches of %d instead of %d from picture %d on", c.name, n.batch, size.batch, d.given)
				d.engine.taken(c)
				d.add(n)
				return true
			}
		}
	}
	d.engine.log("%s stopped at picture %d: %v", c.name, d.given, why)
	d.engine.lost(c)
	if len(d.lanes) > 0 {
		d.engine.log("the other cards go on from picture %d", d.given)
		return true
	}
	for _, other := range d.engine.others(c) {
		n, err := d.engine.open(other, d.geometry, size, fuseReckoned)
		if err != nil {
			d.engine.log("%s can't take over: %v", other.name, err)
			continue
		}
		d.engine.log("%s goes on from picture %d", other.name, d.given)
		d.add(n)
		return true
	}
	return false
}

// takeOver lets another engine make the remaining pictures. It is fed from the first frame that the next picture reaches, and what it makes
// of those before that picture is dropped.
func (d *dispatcher) takeOver(pushed <-chan *frame.Frame) {
	fallback := d.engine.config.Fallback
	if fallback == nil {
		d.cancel(errors.New("no graphics card is left to go on with"))
		return
	}
	inner, err := fallback.Open(d.Ctx, d.geometry.net, d.geometry.in, neural.Options{Threads: d.options.Threads})
	if err != nil {
		d.cancel(fmt.Errorf("go on with the %s engine: %w", fallback.Name(), err))
		return
	}
	d.engine.log("the %s engine goes on from picture %d", fallback.Name(), d.given)
	d.mu.Lock()
	d.inner = inner
	d.mu.Unlock()
	defer inner.Close()
	drop := d.given - d.first
	held, complete := d.frames, d.complete
	d.running.Go(func() {
		feed := func(f *frame.Frame) error {
			to, err := inner.Get(d.Ctx)
			if err != nil {
				return err
			}
			copy(to.Data, f.Data)
			to.Parity = f.Parity
			d.in.put(f)
			return inner.Push(d.Ctx, to)
		}
		for _, f := range held {
			if feed(f) != nil {
				return // the session ends, as the other side will see
			}
		}
		for !complete {
			select {
			case f, ok := <-pushed:
				if !ok {
					complete = true
				} else if feed(f) != nil {
					return
				}
			case <-d.Ctx.Done():
				return
			}
		}
		inner.Finish()
	})
	for {
		f, err := inner.Next(d.Ctx)
		if errors.Is(err, io.EOF) {
			close(d.Results)
			return
		}
		if err != nil {
			d.cancel(fmt.Errorf("the %s engine: %w", fallback.Name(), err))
			return
		}
		if drop > 0 {
			drop--
			inner.Put(f)
			continue
		}
		to, err := d.out.get(d.Ctx)
		if err != nil {
			return
		}
		copy(to.Data, f.Data)
		to.Index, to.Parity = d.given, f.Parity
		inner.Put(f)
		d.given++
		d.mu.Lock()
		d.made++
		d.mu.Unlock()
		d.Results <- to
	}
}
