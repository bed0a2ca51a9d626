package queue

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// cache is the list as the store's watcher has told it. Its lock is held for moments, and never while anything is written or waited for.
type cache struct {
	clock Clock

	mu       sync.Mutex
	jobs     map[string]*entry
	order    []*entry // by place
	control  Control
	revision uint64 // of the control record
	applied  uint64 // the last revision of anything that was taken in
	loaded   bool
	closed   bool
	moved    chan struct{} // closed at the next change
	progress map[string]json.RawMessage
	view     *Snapshot // of the present state, if somebody asked for it
	watchers map[chan struct{}]struct{}
}

// entry is one version of a job. It is replaced, never changed, but for wait.
type entry struct {
	Job
	revision uint64
	wait     *wait
}

// wait is a back-off under way.
type wait struct {
	timer Timer
	over  bool
}

// Snapshot is the whole queue at one moment. It is shared between those who ask: nobody may change it.
type Snapshot struct {
	Jobs     []Job // in order
	Control  Control
	Progress map[string]json.RawMessage // the last word of running jobs' workers, by job ID
	Revision uint64                     // grows with every change of the records
}

func newCache(clock Clock) *cache {
	return &cache{clock: clock, jobs: map[string]*entry{}, moved: make(chan struct{}), progress: map[string]json.RawMessage{},
		watchers: map[chan struct{}]struct{}{}}
}

func inOrder(a, b *entry) int {
	if c := strings.Compare(a.Order, b.Order); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// take brings one record in; a nil job takes it out. The lock is held.
func (c *cache) take(id string, j *Job, revision uint64) {
	old := c.jobs[id]
	if old != nil && old.revision >= revision {
		return
	}
	if old != nil {
		if c.loaded {
			if i, ok := slices.BinarySearchFunc(c.order, old, inOrder); ok {
				c.order = slices.Delete(c.order, i, i+1)
			}
		}
		delete(c.jobs, id)
	}
	var next *entry
	if j != nil {
		next = &entry{Job: *j, revision: revision}
		c.jobs[id] = next
		if c.loaded {
			i, _ := slices.BinarySearchFunc(c.order, next, inOrder)
			c.order = slices.Insert(c.order, i, next)
		}
	}
	c.arm(old, next)
	if next == nil || next.State != Running {
		delete(c.progress, id)
	}
}

// arm starts a job's back-off, or leaves the one that goes on.
func (c *cache) arm(old, next *entry) {
	if old != nil && old.wait != nil {
		if next != nil && next.State == Waiting && next.Delay == old.Delay && next.Attempts == old.Attempts {
			next.wait = old.wait
			return
		}
		old.wait.timer.Stop()
	}
	if next == nil || next.State != Waiting || next.Delay <= 0 || c.closed {
		return
	}
	w := &wait{}
	next.wait = w
	w.timer = c.clock.AfterFunc(next.Delay, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		w.over = true
		c.tell()
	})
}

// ready tells whether a waiting job's back-off is over. The lock is held.
func (e *entry) ready() bool { return e.State == Waiting && (e.wait == nil || e.wait.over) }

// sort ends the first load. The lock is held.
func (c *cache) sort() {
	c.order = c.order[:0]
	for _, e := range c.jobs {
		c.order = append(c.order, e)
	}
	slices.SortFunc(c.order, inOrder)
	c.loaded = true
}

// tell wakes all who wait for a change. The lock is held.
func (c *cache) tell() {
	c.view = nil
	close(c.moved)
	c.moved = make(chan struct{})
	c.note()
}

// note leaves a note with every watcher. The lock is held.
func (c *cache) note() {
	for w := range c.watchers {
		select {
		case w <- struct{}{}:
		default: // one is waiting there already
		}
	}
}

// snapshot is the list now.
func (c *cache) snapshot() Snapshot {
	c.mu.Lock()
	if c.view != nil {
		view := *c.view
		c.mu.Unlock()
		return view
	}
	list, moved := slices.Clone(c.order), c.moved
	view := Snapshot{Control: c.control, Revision: c.applied, Progress: make(map[string]json.RawMessage, len(c.progress))}
	for id, p := range c.progress {
		view.Progress[id] = p
	}
	c.mu.Unlock()

	view.Jobs = make([]Job, len(list)) // entries don't change: no lock is needed
	for i, e := range list {
		view.Jobs[i] = e.Job
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == moved && c.view == nil { // nothing has changed meanwhile
		c.view = &view
	}
	return view
}

// progressed takes a word of progress in.
func (c *cache) progressed(id string, p json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.jobs[id]; e == nil || e.State != Running {
		return
	}
	c.progress[id] = p
	if v := c.view; v != nil { // the jobs in it are still right
		next := *v
		next.Progress = make(map[string]json.RawMessage, len(c.progress))
		for id, p := range c.progress {
			next.Progress[id] = p
		}
		c.view = &next
	}
	c.note()
}

// get finds a job; changed is closed at the next change of anything.
func (c *cache) get(id string) (e *entry, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.jobs[id], c.moved
}

func (c *cache) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, e := range c.jobs {
		if e.wait != nil {
			e.wait.timer.Stop()
		}
	}
	c.tell()
}
