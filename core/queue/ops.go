package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
)

// Add puts jobs at the end of the list, in one go, and returns them in the order of the specs. Specs whose path a job has that isn't finished, or an
// earlier spec, are left out and returned as known. If it fails midway (the disk is full), the jobs that it returns are in the list.
func (q *Queue) Add(ctx context.Context, specs ...Spec) (added []Job, known []Spec, err error) {
	q.cache.mu.Lock()
	paths := make(map[string]bool, len(q.cache.jobs))
	place := ""
	for _, e := range q.cache.order {
		if !e.State.Finished() {
			paths[e.Path] = true
		}
		place = e.Order
	}
	q.cache.mu.Unlock()
	var jobs []*Job
	for _, s := range specs {
		if paths[s.Path] {
			known = append(known, s)
			continue
		}
		paths[s.Path] = true
		place = placeBetween(place, "")
		jobs = append(jobs, q.newJob(s, place))
	}
	added, err = q.insert(ctx, jobs)
	return added, known, err
}

func (q *Queue) newJob(s Spec, place string) *Job {
	return &Job{ID: nuid.Next(), Order: place, Path: s.Path, Payload: s.Payload, Needs: s.Needs, Stage: s.Stage, State: Waiting, Added: q.clock.Now().UTC()}
}

// insert writes new records and waits until the list shows them.
func (q *Queue) insert(ctx context.Context, jobs []*Job) ([]Job, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	list := make([]*nats.Msg, len(jobs))
	for i, j := range jobs {
		data, err := sealJob(j)
		if err != nil {
			return nil, err
		}
		list[i] = q.link.put(jobKey+j.ID, 0, data)
	}
	last, err := q.write(ctx, "add jobs", list...)
	if last > 0 {
		err = errors.Join(err, q.settled(ctx, last))
	}
	var added []Job
	for _, j := range jobs {
		if got, ok := q.Get(j.ID); ok {
			added = append(added, got)
		}
	}
	return added, err
}

// write is link.write with an end and with words.
func (q *Queue) write(ctx context.Context, step string, list ...*nats.Msg) (uint64, error) {
	if q.ctx.Err() != nil {
		return 0, ErrClosed
	}
	if _, bounded := ctx.Deadline(); !bounded && len(list) == 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, slowStore)
		defer cancel()
	}
	last, err := q.link.write(ctx, list)
	if err != nil && !conflict(err) && ctx.Err() == nil {
		err = &StoreError{Step: step, Err: err}
	}
	return last, err
}

// change makes something of a job and writes it, on the newest record there is, however often it takes. what returns errSame if there is nothing
// to be done; it may run several times.
func (q *Queue) change(ctx context.Context, id string, what func(*Job) error) (Job, error) {
	for {
		e, _ := q.cache.get(id)
		if e == nil {
			return Job{}, &UnknownError{ID: id}
		}
		j := e.Job
		err := what(&j)
		if errors.Is(err, errSame) {
			return j, nil
		}
		if err != nil {
			return e.Job, err
		}
		var m *nats.Msg
		if j.State == gone {
			m = q.link.purge(jobKey+id, e.revision)
		} else {
			data, err := sealJob(&j)
			if err != nil {
				return e.Job, err
			}
			m = q.link.put(jobKey+id, e.revision, data)
		}
		revision, err := q.write(ctx, "write the job for "+j.Path, m)
		if err == nil {
			return j, q.settled(ctx, revision)
		}
		if !conflict(err) {
			return e.Job, err
		}
		// Somebody was faster. What they wrote is on the way here.
		if err := q.until(ctx, func() bool { n := q.cache.jobs[id]; return n == nil || n.revision > e.revision }); err != nil {
			return e.Job, err
		}
	}
}

var errSame = errors.New("nothing to change")

// happen moves a job by an event and changes the rest of its record with it.
func (q *Queue) happen(ctx context.Context, id string, e Event, rest func(*Job)) error {
	_, err := q.change(ctx, id, func(j *Job) error {
		if err := j.step(e); err != nil {
			return err
		}
		if rest != nil {
			rest(j)
		}
		if j.State.Finished() && j.Ended.IsZero() {
			j.Ended = q.clock.Now().UTC()
		}
		return nil
	})
	return err
}

// Pause makes a waiting job wait until it is resumed, or asks a running one's worker to let go of it.
func (q *Queue) Pause(ctx context.Context, id string) error { return q.happen(ctx, id, Pausing, nil) }

// Resume lets a paused job wait for a worker again.
func (q *Queue) Resume(ctx context.Context, id string) error {
	return q.happen(ctx, id, Resuming, func(j *Job) { j.Delay = 0 })
}

// Cancel ends a job that isn't finished. A running one is cancelled when its worker has let go.
func (q *Queue) Cancel(ctx context.Context, id string) error {
	return q.happen(ctx, id, Cancel, func(j *Job) { j.Delay = 0 })
}

// Retry lets a failed or cancelled job wait for a worker again, as if it were new, with the given stage.
func (q *Queue) Retry(ctx context.Context, id, stage string) error {
	return q.happen(ctx, id, Retrying, func(j *Job) {
		j.Error, j.Detail, j.Result, j.Checkpoint, j.Resumable = "", nil, nil, nil, false
		j.Attempts, j.Delay, j.Ended, j.Stage = 0, 0, time.Time{}, stage
	})
}

// SetPayload gives a job that doesn't run and isn't done another payload. What was known of it by Describe is forgotten; what a worker has begun
// isn't resumed.
func (q *Queue) SetPayload(ctx context.Context, id string, payload json.RawMessage, needs []Token, stage string) error {
	return q.happen(ctx, id, Editing, func(j *Job) {
		j.Payload, j.Needs, j.Info, j.Resumable = payload, needs, nil, false
		if j.State == Waiting || j.State == Paused {
			j.Stage = stage
		}
		j.Edit++
	})
}

// Describe notes what was found out about a job that isn't finished, and its stage ("" when it is ready). seen is the job as it was when one began
// to find out: if it has got another payload since, nothing is noted and the error is ErrChanged.
func (q *Queue) Describe(ctx context.Context, seen Job, info json.RawMessage, needs []Token, stage string) error {
	_, err := q.change(ctx, seen.ID, func(j *Job) error {
		if j.Edit != seen.Edit {
			return ErrChanged
		}
		if err := j.step(Measuring); err != nil {
			return err
		}
		j.Info, j.Needs, j.Stage = info, needs, stage
		return nil
	})
	return err
}

// Reject fails a job that no worker has: what was to be found out about it shows that it can't be done. seen is as for Describe.
func (q *Queue) Reject(ctx context.Context, seen Job, f Failure) error {
	_, err := q.change(ctx, seen.ID, func(j *Job) error {
		if j.Edit != seen.Edit {
			return ErrChanged
		}
		if j.State == Running {
			return &TransitionError{ID: j.ID, Path: j.Path, State: j.State, Want: j.Want, Event: Broke}
		}
		if err := j.step(Broke); err != nil {
			return err
		}
		j.Error, j.Detail, j.Stage, j.Ended = f.Message, f.Detail, "", q.clock.Now().UTC()
		return nil
	})
	return err
}

// Remove takes a job off the list; a running one goes when its worker has let go of it.
func (q *Queue) Remove(ctx context.Context, id string) error { return q.happen(ctx, id, Removing, nil) }

// ClearFinished takes all finished jobs off the list and returns how many there were.
func (q *Queue) ClearFinished(ctx context.Context) (int, error) {
	q.cache.mu.Lock()
	var list []*nats.Msg
	for _, e := range q.cache.order {
		if e.State.Finished() {
			list = append(list, q.link.purge(jobKey+e.ID, e.revision))
		}
	}
	q.cache.mu.Unlock()
	if len(list) == 0 {
		return 0, nil
	}
	last, err := q.write(ctx, "remove finished jobs", list...)
	if conflict(err) { // somebody tries one again just now: it stays
		err = nil
	}
	if last > 0 {
		err = errors.Join(err, q.settled(ctx, last))
	}
	return len(list), err
}

// Duplicate adds a job for the same path with another payload right behind the original.
func (q *Queue) Duplicate(ctx context.Context, id string, payload json.RawMessage, needs []Token, stage string) (Job, error) {
	q.cache.mu.Lock()
	e := q.cache.jobs[id]
	if e == nil {
		q.cache.mu.Unlock()
		return Job{}, &UnknownError{ID: id}
	}
	next := ""
	if i, ok := slices.BinarySearchFunc(q.cache.order, e, inOrder); ok && i+1 < len(q.cache.order) {
		next = q.cache.order[i+1].Order
	}
	q.cache.mu.Unlock()
	j := q.newJob(Spec{Path: e.Path, Payload: payload, Needs: needs, Stage: stage}, placeBetween(e.Order, next))
	added, err := q.insert(ctx, []*Job{j})
	if err != nil {
		return Job{}, err
	}
	if len(added) == 0 {
		return Job{}, fmt.Errorf("duplicate the job for %s: %w", e.Path, &UnknownError{ID: j.ID})
	}
	return added[0], nil
}

// StartQueue lets waiting jobs be claimed.
func (q *Queue) StartQueue(ctx context.Context) error { return q.control(ctx, Control{Mode: Started}) }

// StopAfterCurrent lets no more jobs be claimed; what runs goes on to its end.
func (q *Queue) StopAfterCurrent(ctx context.Context) error {
	return q.control(ctx, Control{Mode: Stopped})
}

// PauseQueue lets no more jobs be claimed and asks all workers to let go of theirs, which then wait. reason says why, in words; it may be empty.
func (q *Queue) PauseQueue(ctx context.Context, reason string) error {
	return q.control(ctx, Control{Mode: Held, Reason: reason})
}

func (q *Queue) control(ctx context.Context, c Control) error {
	data, err := seal(c)
	if err != nil {
		return err
	}
	m := nats.NewMsg(q.link.prefix + controlKey) // the last word counts
	m.Data = data
	revision, err := q.write(ctx, "write the queue's setting", m)
	if err != nil {
		return err
	}
	return q.settled(ctx, revision)
}
