package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Claim is a worker's hold on a job. Exactly one of Done, Fail and Release ends it; after an error that isn't ErrLost or ErrEnded it may be tried
// again.
type Claim struct {
	Job Job // as it was claimed: Resumable and Checkpoint tell what an earlier worker left

	worker *Worker
	id     string
	needs  []Token
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu    sync.Mutex // held while the claim is being ended
	ended bool
}

// Failure is why a job failed.
type Failure struct {
	Message   string          // a sentence
	Detail    json.RawMessage // what else is to be kept (the log's path); may be nil
	Transient bool            // it can pass: the job is tried again after a while, as often as the queue's Backoff has steps
}

// Context ends when the job is to be let go of: context.Cause says why (ErrPaused, ErrCancelled, ErrRemoved, ErrQueuePaused, ErrLost, ErrClosed, or
// what ended the context given to Claim).
func (c *Claim) Context() context.Context { return c.ctx }

// Done says that the job's work is finished and checked.
func (c *Claim) Done(ctx context.Context, result json.RawMessage) error {
	return c.end(ctx, Succeeded, func(j *Job) {
		j.Result, j.Error, j.Detail, j.Stage, j.Checkpoint, j.Resumable, j.Attempts = result, "", nil, "", nil, false, 0
	})
}

// Fail says that the job's work can't be finished.
func (c *Claim) Fail(ctx context.Context, f Failure) error {
	schedule := c.worker.q.cfg.Backoff
	event := Broke
	// The job's own count of attempts can't have changed while it ran.
	again := f.Transient && c.Job.Attempts < len(schedule)
	if again {
		event = Stumbled
	}
	return c.end(ctx, event, func(j *Job) {
		j.Error, j.Detail, j.Stage = f.Message, f.Detail, ""
		if f.Transient {
			j.Attempts++
		}
		switch {
		case j.State == Waiting && again:
			j.Delay, j.Resumable = schedule[j.Attempts-1], true
		case j.State == Paused:
			j.Resumable = true
		default:
			j.Resumable = false
		}
	})
}

// Release lets go of the job with its work unfinished. It becomes paused or cancelled, or goes, if somebody asked for that, and waits otherwise; then
// the next worker takes it up where this one stopped.
func (c *Claim) Release(ctx context.Context) error {
	return c.end(ctx, LetGo, letGo)
}

func letGo(j *Job) {
	j.Stage, j.Resumable = "", j.State == Waiting || j.State == Paused
}

// Save keeps what the next worker has to know to take the job up (the name of the partial file). It is in Job.Checkpoint until the job is done or
// tried anew.
func (c *Claim) Save(ctx context.Context, checkpoint json.RawMessage) error {
	_, err := c.worker.q.change(ctx, c.Job.ID, func(j *Job) error {
		if j.Claim != c.id || j.State != Running {
			return ErrLost
		}
		j.Checkpoint = checkpoint
		return nil
	})
	return c.unknown(err)
}

// end writes the end of the claim.
func (c *Claim) end(ctx context.Context, e Event, rest func(*Job)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return ErrEnded
	}
	q := c.worker.q
	_, err := q.change(ctx, c.Job.ID, func(j *Job) error {
		if j.Claim == c.id && j.State != Running {
			return errSame // an earlier try of this write was done after all
		}
		if j.Claim != c.id {
			return ErrLost
		}
		if err := j.step(e); err != nil {
			return err
		}
		rest(j)
		if j.State.Finished() {
			j.Ended = q.clock.Now().UTC()
		}
		return nil
	})
	err = c.unknown(err)
	if err == nil || errors.Is(err, ErrLost) {
		c.ended = true
		c.cancel(ErrEnded)
		q.claimsMu.Lock()
		if q.claims[c.Job.ID] == c {
			delete(q.claims, c.Job.ID)
		}
		q.claimsMu.Unlock()
		c.worker.give(c.needs)
	}
	return err
}

// unknown turns a job that is gone into a lost one: it was taken away from here.
func (c *Claim) unknown(err error) error {
	if _, ok := errors.AsType[*UnknownError](err); ok {
		return ErrLost
	}
	return err
}

// heed looks after claims and owners when records have changed: those of the keys, or all.
func (q *Queue) heed(keys []string) {
	q.claimsMu.Lock()
	var list []*Claim
	for _, c := range q.claims {
		list = append(list, c)
	}
	q.claimsMu.Unlock()
	for _, c := range list { // a handful
		q.checkClaim(c)
	}
	if q.leases == nil {
		return
	}
	q.cache.mu.Lock()
	var owners []string
	note := func(e *entry) {
		if e != nil && e.State == Running && e.Owner != q.session {
			owners = append(owners, e.Owner)
		}
	}
	if keys == nil {
		for _, e := range q.cache.order {
			note(e)
		}
	}
	for _, key := range keys {
		if id, ok := strings.CutPrefix(key, jobKey); ok {
			note(q.cache.jobs[id])
		}
	}
	q.cache.mu.Unlock()
	q.leases.expect(owners)
}

// checkClaim ends a claim's context if the records say so.
func (q *Queue) checkClaim(c *Claim) {
	q.cache.mu.Lock()
	e, mode := q.cache.jobs[c.Job.ID], q.cache.control.Mode
	q.cache.mu.Unlock()
	switch {
	case e == nil || e.Claim != c.id || e.State != Running:
		c.cancel(ErrLost)
	case e.Want == WantPause:
		c.cancel(ErrPaused)
	case e.Want == WantCancel:
		c.cancel(ErrCancelled)
	case e.Want == WantRemove:
		c.cancel(ErrRemoved)
	case mode == Held:
		c.cancel(ErrQueuePaused)
	}
}

func (q *Queue) endClaims(why error) {
	q.claimsMu.Lock()
	defer q.claimsMu.Unlock()
	for _, c := range q.claims {
		c.cancel(why)
	}
}

// takeBack gives the running jobs of owners that are dead to others.
func (q *Queue) takeBack(ctx context.Context, dead func(owner string) bool) error {
	q.cache.mu.Lock()
	var list []*entry
	for _, e := range q.cache.order {
		if e.State == Running && dead(e.Owner) {
			list = append(list, e)
		}
	}
	q.cache.mu.Unlock()
	var faults []error
	for _, e := range list {
		taken := false
		j, err := q.change(ctx, e.ID, func(j *Job) error {
			taken = false
			if j.State != Running || j.Claim != e.Claim {
				return errSame // it was given back meanwhile
			}
			taken = true
			if err := j.step(Lost); err != nil {
				return err
			}
			letGo(j)
			j.Claim = "" // whoever had it and lives after all is told ErrLost
			if j.State.Finished() {
				j.Ended = q.clock.Now().UTC()
			}
			return nil
		})
		_, unknown := errors.AsType[*UnknownError](err)
		switch {
		case err == nil && taken && (j.State == Cancelled || j.State == gone):
			q.cfg.Orphan(j)
		case err != nil && !unknown:
			faults = append(faults, fmt.Errorf("take back the job for %s: %w", e.Path, err))
		}
	}
	return errors.Join(faults...)
}
