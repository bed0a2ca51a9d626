package core

import (
	"context"
	"errors"
	"slices"

	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/queue"
)

// readAll finds out what the captures of new jobs are, one after the other, until ctx ends.
func (j *jobs) readAll(ctx context.Context) {
	changes := j.q.Watch(ctx)
	stuck := map[string]int{} // jobs whose record could not be written, by ID: the edit that was read. They are left until they change, or until the next start
	for ctx.Err() == nil {
		job, ok := j.nextToRead(stuck)
		if !ok {
			select {
			case <-changes:
			case <-ctx.Done():
			}
			continue
		}
		if !j.read(ctx, job) {
			stuck[job.ID] = job.Edit
		}
	}
}

func (j *jobs) nextToRead(stuck map[string]int) (queue.Job, bool) {
	for _, job := range j.q.Snapshot().Jobs {
		if job.State != queue.Waiting || job.Stage != stageReading || !j.mine(&job) {
			continue
		}
		if edit, ok := stuck[job.ID]; ok && edit == job.Edit {
			continue
		}
		return job, true
	}
	return queue.Job{}, false
}

// read finds out what one capture is and what will become of it. It tells whether the job's record says so now, or has changed meanwhile.
func (j *jobs) read(ctx context.Context, job queue.Job) (settled bool) {
	s := j.service
	inner, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	gone := make(chan struct{})
	var watched context.Context
	watched, unwatch := context.WithCancel(inner)
	changes := j.q.Watch(watched)
	go func() { // ends the reading of a job that is cancelled, paused, removed or given another recipe
		defer close(gone)
		for range changes {
			now, ok := j.q.Get(job.ID)
			if !ok || now.State != queue.Waiting || now.Stage != stageReading || now.Edit != job.Edit {
				stop(errCancelled)
			}
		}
	}()
	defer func() {
		unwatch()
		<-gone
		j.setReading(job.ID, "")
	}()

	path, err := j.roots.Resolve(job.Path)
	var p *plan.Plan
	if err == nil {
		o := unpack[order](job.Payload)
		req := Request{Path: path, Recipe: o.recipe(), OutDir: j.resolve(o.OutDir), Quick: true}
		p, err = s.Plan(inner, req, func(stage string) { j.setReading(job.ID, stage) })
	}
	if inner.Err() != nil {
		return true
	}
	if err != nil {
		s.log.Error("%v", err)
		err = j.q.Reject(ctx, job, queue.Failure{Message: err.Error()})
	} else {
		err = j.q.Describe(ctx, job, pack(infoOf(p)), loadOf(p).needs(), "")
	}
	if _, moved := errors.AsType[*queue.TransitionError](err); moved || errors.Is(err, queue.ErrChanged) {
		return true
	}
	if _, gone := errors.AsType[*queue.UnknownError](err); gone {
		return true
	}
	j.lost("note what "+path+" is", err)
	return err == nil
}

func infoOf(p *plan.Plan) info {
	return info{Facts: Facts(p.Source), Duration: seconds(p.Source.Duration), Summary: Summary(p),
		Warnings: slices.Clone(p.Warnings), Frames: p.Frames, Load: loadOf(p)}
}

// setReading shows how far the reading of a job is.
func (j *jobs) setReading(id, stage string) {
	j.mu.Lock()
	if stage == "" {
		delete(j.reading, id)
	} else {
		j.reading[id] = stage
	}
	j.mu.Unlock()
	j.tell()
}
