package core

import (
	"context"
	"fmt"
	"time"

	"github.com/tapelight/tapelight/core/queue"
)

// AfterAction is what follows when the queue is done.
type AfterAction string

const (
	AfterNothing  AfterAction = ""
	AfterSleep    AfterAction = "sleep"
	AfterShutdown AfterAction = "shutdown"
	AfterQuit     AfterAction = "quit"
	AfterCommand  AfterAction = "command"
)

// After says what is to follow when the queue is done: once, by itself, with time to object.
type After struct {
	Action  AfterAction `json:"action"`
	Command string      `json:"command,omitempty"` // for the system's shell
}

// Countdown is the time to object.
type Countdown struct {
	Action AfterAction   `json:"action"`
	Left   time.Duration `json:"left"`
}

// afterDelay is the time to object.
const afterDelay = 60 * time.Second

// after is what follows, and whether it is about to. Guarded by jobs.mu.
type after struct {
	what  After
	clock queue.Clock
	timer queue.Timer // of a countdown that goes on
	ends  time.Time
}

func (a *after) stop() {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
}

func (a *after) countdown() *Countdown {
	if a.timer == nil {
		return nil
	}
	return &Countdown{Action: a.what.Action, Left: max(0, a.ends.Sub(a.clock.Now()))}
}

// SetAfter says what is to follow when the queue is done. It holds until it is changed or the program ends.
func (s *Service) SetAfter(a After) error {
	return s.on(func(_ context.Context, j *jobs) error {
		switch a.Action {
		case AfterNothing, AfterSleep, AfterShutdown, AfterQuit:
		case AfterCommand:
			if a.Command == "" {
				return fmt.Errorf("there is no command to run after the queue")
			}
		default:
			return fmt.Errorf("nothing called %q can follow the queue; sleep, shutdown, quit and command can", a.Action)
		}
		j.mu.Lock()
		j.after.stop()
		j.after.what = a
		j.mu.Unlock()
		j.tell()
		return nil
	})
}

// CancelAfter ends a countdown: nothing follows this time.
func (s *Service) CancelAfter() error {
	return s.on(func(_ context.Context, j *jobs) error {
		j.stopCountdown()
		return nil
	})
}

func (j *jobs) stopCountdown() {
	j.mu.Lock()
	was := j.after.timer != nil
	j.after.stop()
	j.mu.Unlock()
	if was {
		j.tell()
	}
}

// watchEnd keeps the machine awake while something runs, and does what follows when all is done, until ctx ends.
func (j *jobs) watchEnd(ctx context.Context) {
	changes := j.q.Watch(ctx)
	var awake keeper
	defer awake.release()
	busy := false // something has run since the queue was last done
	for {
		running, waiting := 0, 0
		snap := j.q.Snapshot()
		for i := range snap.Jobs {
			switch snap.Jobs[i].State {
			case queue.Running:
				running++
			case queue.Waiting:
				waiting++
			}
		}
		if running > 0 {
			busy = true
			awake.hold(j.service)
		} else {
			awake.release()
		}
		if running+waiting > 0 {
			j.stopCountdown()
		} else if busy {
			busy = false
			if snap.Control.Mode == queue.Started {
				j.ended()
			}
		}
		select {
		case _, ok := <-changes:
			if !ok {
				return
			}
		case what := <-j.due:
			j.service.follow(what)
		}
	}
}

// ended begins the countdown.
func (j *jobs) ended() {
	s := j.service
	s.log.Info("The queue is done.")
	j.mu.Lock()
	defer j.mu.Unlock()
	what := j.after.what
	if what.Action == AfterNothing {
		return
	}
	j.after.stop()
	j.after.clock = j.clock
	j.after.ends = j.clock.Now().Add(afterDelay)
	var mine queue.Timer
	mine = j.clock.AfterFunc(afterDelay, func() {
		j.mu.Lock()
		still := j.after.timer == mine && mine != nil
		if still {
			j.after.timer = nil
		}
		j.mu.Unlock()
		if still {
			j.tell()
			select {
			case j.due <- what:
			default: // the last one has not been done yet
			}
		}
	})
	j.after.timer = mine
	j.tell()
}

// follow does what was asked for.
func (s *Service) follow(what After) {
	s.log.Info("After the queue: %s", what.Action)
	if err := s.perform(s.ctx, what); err != nil && s.ctx.Err() == nil {
		s.log.Error("after the queue, %s: %v", what.Action, err)
	}
}
