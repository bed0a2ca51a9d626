package cpu

import (
	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// job is one output frame in the making; bands is how many of its bands are not finished.
type job struct {
	index  int64
	window window
	out    *frame.Frame
	flip   bool
	bands  int
}

// task is a band of a job's grid rows.
type task struct {
	job    *job
	y0, y1 int
}

// minRows is the least height of a band: the rows around it that are computed twice must not outweigh it.
const minRows = 16

// work computes bands until the session ends. Cancelling takes no longer than one row of all layers.
func (s *session) work(w worker) {
	defer s.running.Done()
	for {
		var t task
		select {
		case t = <-s.tasks:
		case <-s.Ctx.Done():
			return
		}
		w.begin(&t.job.window, t.job.out.Data, t.job.flip, t.y0, t.y1)
		from, to := s.p.steps(t.y0, t.y1)
		for y := from; y < to; y++ {
			if s.Ctx.Err() != nil {
				return
			}
			w.step(y)
		}
		s.done <- t.job // as large as the number of tasks in flight
	}
}

// dispatcher is the state of one stream, all in one goroutine.
type dispatcher struct {
	*session
	before, after int64
	frames        []*frame.Frame // inputs still needed, frames[0] being number first
	first, count  int64
	complete      bool           // no more inputs follow
	next          int64          // the next centre to start
	jobs          map[int64]*job // started, not given out
	given         int64          // outputs given out: all before are done
	busyThreads   int
}

// dispatch starts jobs as inputs, outputs and threads become free, gives results out in order, and inputs back.
func (s *session) dispatch() {
	defer s.running.Done()
	before, after := s.p.net.Window()
	d := &dispatcher{session: s, before: int64(before), after: int64(after), jobs: map[int64]*job{}}
	pushed := s.Pushed
	for {
		d.start()
		s.setBusy(d.busyThreads > 0)
		if d.complete && d.given == d.count {
			close(s.Results)
			return
		}
		select {
		case f, ok := <-pushed:
			if !ok {
				d.complete = true
				pushed = nil
				break
			}
			d.frames = append(d.frames, f)
			d.count++
		case j := <-s.done:
			d.busyThreads--
			j.bands--
			d.give()
		case <-s.Freed:
		case <-s.Ctx.Done():
			s.setBusy(false)
			return
		}
	}
}

// ready is how many centres have all the frames of their window.
func (d *dispatcher) ready() int64 {
	last := d.count - d.after
	if d.complete {
		last = d.count
	}
	return last - d.next
}

// start hands out as many jobs as there is room for.
func (d *dispatcher) start() {
	for {
		idle := int64(d.threads - d.busyThreads)
		ready := min(d.ready(), int64(d.batch-len(d.jobs)), int64(d.out.Free()))
		if idle < 1 || ready < 1 {
			return
		}
		out, err := d.out.Get(d.Ctx)
		if err != nil {
			return
		}
		j := &job{index: d.next, out: out}
		out.Index = j.index
		centre := d.input(j.index)
		j.flip = d.p.net.FlipBottom && centre.Parity == frame.Bottom
		j.window[neural.MaxReach] = centre.Data
		for _, c := range d.p.net.Inputs {
			j.window[c.T+neural.MaxReach] = d.input(j.index + int64(c.T)).Data
		}
		j.bands = int(min(max(idle/ready, 1), max(int64(d.p.gh/minRows), 1)))
		d.jobs[j.index] = j
		d.next++
		bands := j.bands
		d.busyThreads += bands
		for b := range bands {
			d.tasks <- task{j, d.p.gh * b / bands, d.p.gh * (b + 1) / bands}
		}
	}
}

// input is frame i of the stream, the first or last where i lies outside.
func (d *dispatcher) input(i int64) *frame.Frame {
	return d.frames[min(max(i, 0), d.count-1)-d.first]
}

// give passes finished outputs on, in order, and gives back inputs that no window reaches any more.
func (d *dispatcher) give() {
	for {
		j := d.jobs[d.given]
		if j == nil || j.bands > 0 {
			break
		}
		delete(d.jobs, d.given)
		d.given++
		d.mu.Lock()
		d.made++
		d.mu.Unlock()
		d.Results <- j.out
	}
	for len(d.frames) > 0 && d.first+d.before < d.given {
		d.in.Put(d.frames[0])
		d.frames[0] = nil
		d.frames = d.frames[1:]
		d.first++
	}
}
