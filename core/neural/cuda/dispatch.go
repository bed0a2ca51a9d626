//go:build cuda && cgo

package cuda

import (
	"github.com/tapelight/tapelight/core/frame"
)

// dispatcher is the state of one stream, all in one goroutine.
type dispatcher struct {
	*session
	lanes    []*lane
	waiters  map[*lane]chan *batch
	frames   []*frame.Frame // inputs still needed, frames[0] being number first
	first    int64
	count    int64    // frames pushed
	complete bool     // no more follow
	next     int64    // the next picture to start
	given    int64    // pictures given out: all before are done
	flying   []*batch // submitted, not given out, in order
	turn     int      // whose turn it is
	failed   *lane    // no more is submitted until everything under way has come back
	why      error
}

// newDispatcher takes over lanes; dispatch closes them.
func newDispatcher(s *session, lanes []*lane) *dispatcher {
	d := &dispatcher{session: s, waiters: map[*lane]chan *batch{}}
	for _, l := range lanes {
		d.add(l)
	}
	return d
}

// add puts a lane to work, with a goroutine that waits for what it computes.
func (d *dispatcher) add(l *lane) {
	l.register(d.in.memory, d.out.memory)
	d.lanes = append(d.lanes, l)
	queue := make(chan *batch, depth)
	d.waiters[l] = queue
	d.running.Go(func() {
		for b := range queue {
			b.err = l.wait(b)
			d.done <- b
		}
	})
	d.account()
}

// account tells Stats what the lanes hold.
func (d *dispatcher) account() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.batch, d.memory = 0, uint64(len(d.in.memory)+len(d.out.memory))
	for _, l := range d.lanes {
		d.batch = max(d.batch, l.batch)
		d.memory += l.bytes
	}
}

// retire lets a lane go. Nothing of it may be under way.
func (d *dispatcher) retire(l *lane) {
	close(d.waiters[l])
	delete(d.waiters, l)
	l.close()
	d.engine.released(l.card)
	for i, k := range d.lanes {
		if k == l {
			d.lanes = append(d.lanes[:i], d.lanes[i+1:]...)
			break
		}
	}
}

// dispatch starts batches as inputs, outputs and cards become free, gives results out in order, and inputs back.
func (d *dispatcher) dispatch() {
	defer d.running.Done()
	defer func() {
		for len(d.lanes) > 0 {
			d.retire(d.lanes[0])
		}
	}()
	pushed := d.Pushed
	for {
		if d.failed == nil {
			d.start()
		}
		if d.failed != nil && d.landed() {
			if !d.recover() {
				d.takeOver(pushed)
				return
			}
			continue
		}
		if d.complete && d.given == d.count {
			close(d.Results)
			return
		}
		select {
		case f, ok := <-pushed:
			if !ok {
				d.complete, pushed = true, nil
				break
			}
			d.frames = append(d.frames, f)
			d.count++
		case b := <-d.done:
			d.land(b)
		case <-d.Freed:
		case <-d.Ctx.Done():
			for !d.landed() { // the cards may still write into our memory
				d.land(<-d.done)
			}
			return
		}
	}
}

// ready is how many pictures have all the frames of their window.
func (d *dispatcher) ready() int {
	last := d.count - int64(d.geometry.after)
	if d.complete {
		last = d.count
	}
	return int(last - d.next)
}

// start submits full batches, and the last one, which may be smaller, as long as there is room.
func (d *dispatcher) start() {
	for d.failed == nil {
		l := d.lanes[d.turn%len(d.lanes)]
		n := min(d.ready(), l.batch)
		if n < 1 || n < l.batch && !d.complete || len(d.out.free) < n {
			return
		}
		var f *flight
		select {
		case f = <-l.idle:
		default:
			return
		}
		d.turn++
		b := &batch{lane: l, flight: f}
		for range n {
			out, err := d.out.get(d.Ctx)
			if err != nil { // the session ends; what was taken goes with it
				l.idle <- f
				return
			}
			b.pictures = append(b.pictures, d.picture(out))
			d.next++
		}
		d.flying = append(d.flying, b)
		if err := l.submit(b); err != nil {
			b.err, b.finished = err, true
			l.idle <- f
			d.fail(l, err)
			return
		}
		d.waiters[l] <- b
	}
}

// picture is the next one to start.
func (d *dispatcher) picture(out *frame.Frame) *picture {
	g := d.geometry
	pic := &picture{index: d.next, out: out, slot: d.out.number[out]}
	out.Index = d.next
	pic.flip = g.net.FlipBottom && d.frames[d.next-d.first].Parity == frame.Bottom
	for t := -g.before; t <= g.after; t++ {
		i := min(max(d.next+int64(t), 0), d.count-1) // the stream's ends repeat
		f := d.frames[i-d.first]
		pic.window = append(pic.window, windowFrame{f, i, d.in.number[f]})
	}
	return pic
}

// landed tells whether nothing is under way.
func (d *dispatcher) landed() bool {
	for _, b := range d.flying {
		if !b.finished {
			return false
		}
	}
	return true
}

// land takes a batch that was waited for.
func (d *dispatcher) land(b *batch) {
	b.finished = true
	b.lane.idle <- b.flight
	if b.err != nil {
		d.fail(b.lane, b.err)
	} else {
		d.mu.Lock()
		d.busy += b.seconds
		d.mu.Unlock()
	}
	d.give()
}

func (d *dispatcher) fail(l *lane, err error) {
	if d.failed == nil {
		d.failed, d.why = l, err
	}
}

// give passes finished pictures on, in order, and gives back inputs that no window reaches any more.
func (d *dispatcher) give() {
	for len(d.flying) > 0 && d.flying[0].finished && d.flying[0].err == nil {
		for _, pic := range d.flying[0].pictures {
			d.mu.Lock()
			d.made++
			d.mu.Unlock()
			d.Results <- pic.out
		}
		d.given += int64(len(d.flying[0].pictures))
		d.flying[0] = nil
		d.flying = d.flying[1:]
	}
	d.release()
}

func (d *dispatcher) release() {
	for len(d.frames) > 0 && d.first+int64(d.geometry.before) < d.given {
		d.in.put(d.frames[0])
		d.frames[0] = nil
		d.frames = d.frames[1:]
		d.first++
	}
}
