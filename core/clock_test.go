package core_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core/queue"
)

// clock is time that passes when the test says so.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	timers []*timer
	set    chan struct{} // closed when a timer is set
}

type timer struct {
	clock *clock
	at    time.Time
	f     func()
}

func newClock() *clock {
	return &clock{now: time.Date(1994, 7, 1, 12, 0, 0, 0, time.UTC), set: make(chan struct{})}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) AfterFunc(d time.Duration, f func()) queue.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{c, c.now.Add(d), f}
	c.timers = append(c.timers, t)
	close(c.set)
	c.set = make(chan struct{})
	return t
}

func (t *timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	i := slices.Index(t.clock.timers, t)
	if i >= 0 {
		t.clock.timers = slices.Delete(t.clock.timers, i, i+1)
	}
	return i >= 0
}

// pass lets time pass, once a timer is set that ends within it, as one that the test knows to come.
func (c *clock) pass(t *testing.T, d time.Duration) {
	t.Helper()
	limit := time.After(patience)
	for {
		c.mu.Lock()
		end := c.now.Add(d)
		var due []*timer
		for _, x := range c.timers {
			if !x.at.After(end) {
				due = append(due, x)
			}
		}
		set := c.set
		if len(due) > 0 {
			c.now = end
			c.timers = slices.DeleteFunc(c.timers, func(x *timer) bool { return slices.Contains(due, x) })
		}
		c.mu.Unlock()
		for _, x := range due {
			x.f()
		}
		if len(due) > 0 {
			return
		}
		select {
		case <-set:
		case <-limit:
			t.Fatal("nobody waits for the time to pass")
		}
	}
}
