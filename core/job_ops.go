package core

import (
	"context"
	"errors"
	"fmt"

	"github.com/tapelight/tapelight/core/queue"
	"github.com/tapelight/tapelight/core/recipe"
)

// Added is what Add made of paths.
type Added struct {
	IDs   []string `json:"ids"`             // of the new jobs
	Known []string `json:"known,omitempty"` // captures that are in the list and not finished yet, and were not added again
}

// Add puts captures, and the captures in folders, at the end of the list. What the tapes are is found out in the background; folders are walked
// before it returns. If it fails midway (the disk is full), the jobs that it returns are in the list.
func (s *Service) Add(paths []string, r recipe.Recipe, outDir string) (Added, error) {
	var added Added
	err := s.on(func(ctx context.Context, j *jobs) error {
		var specs []queue.Spec
		payload := j.order(r, outDir)
		for _, path := range expand(paths) {
			specs = append(specs, queue.Spec{Path: j.store(path), Payload: payload, Stage: stageReading})
		}
		list, known, err := j.q.Add(ctx, specs...)
		for _, job := range list {
			added.IDs = append(added.IDs, job.ID)
		}
		for _, spec := range known {
			added.Known = append(added.Known, j.resolve(spec.Path))
		}
		return err
	})
	return added, err
}

// on does something with the queue, if there is one.
func (s *Service) on(do func(ctx context.Context, j *jobs) error) error {
	if s.jobs == nil {
		return ErrNoQueue
	}
	return do(s.ctx, s.jobs)
}

// Start runs waiting jobs, also those that come to wait later. Stop lets what runs end and starts no other; Hold also lets go of what runs, which goes on
// at the next Start.
func (s *Service) Start() error {
	return s.on(func(ctx context.Context, j *jobs) error {
		j.emptied("")
		return j.q.StartQueue(ctx)
	})
}

// Stop see Start.
func (s *Service) Stop() error {
	return s.on(func(ctx context.Context, j *jobs) error { return j.q.StopAfterCurrent(ctx) })
}

// Hold see Start.
func (s *Service) Hold() error {
	return s.on(func(ctx context.Context, j *jobs) error { return j.q.PauseQueue(ctx, "") })
}

// each does something with jobs, all of them even if it can't be done with some.
func (s *Service) each(ids []string, do func(ctx context.Context, j *jobs, id string) error) error {
	return s.on(func(ctx context.Context, j *jobs) error {
		var faults []error
		for _, id := range ids {
			faults = append(faults, do(ctx, j, id))
		}
		return errors.Join(faults...)
	})
}

// Pause makes jobs wait until they are resumed; one that runs keeps what it has made.
func (s *Service) Pause(ids ...string) error {
	return s.each(ids, func(ctx context.Context, j *jobs, id string) error { return j.q.Pause(ctx, id) })
}

// Resume lets paused jobs go on, when it is their turn.
func (s *Service) Resume(ids ...string) error {
	return s.each(ids, func(ctx context.Context, j *jobs, id string) error { return j.q.Resume(ctx, id) })
}

// Cancel ends jobs that are not finished; their partial output is removed.
func (s *Service) Cancel(ids ...string) error {
	return s.each(ids, func(ctx context.Context, j *jobs, id string) error {
		before, ok := j.q.Get(id)
		if err := j.q.Cancel(ctx, id); err != nil {
			return err
		}
		if ok && before.State != queue.Running {
			j.leave(before)
		}
		return nil
	})
}

// Retry puts failed or cancelled jobs back among the waiting ones.
func (s *Service) Retry(ids ...string) error {
	return s.each(ids, func(ctx context.Context, j *jobs, id string) error { return j.q.Retry(ctx, id, stageReading) })
}

// Remove takes jobs off the list; a running one is cancelled first.
func (s *Service) Remove(ids ...string) error {
	return s.each(ids, func(ctx context.Context, j *jobs, id string) error {
		before, ok := j.q.Get(id)
		if err := j.q.Remove(ctx, id); err != nil {
			return err
		}
		if ok && before.State != queue.Running && before.State != queue.Done {
			j.leave(before)
		}
		return nil
	})
}

// leave has the partial files removed of a job that nobody will go on with.
func (j *jobs) leave(job queue.Job) {
	if len(job.Checkpoint) == 0 {
		return
	}
	select {
	case j.orphans <- job:
	default: // it is only room on a disk, and the next run of that output finds it
	}
}

// ClearFinished takes all finished jobs off the list.
func (s *Service) ClearFinished() error {
	return s.on(func(ctx context.Context, j *jobs) error {
		for _, job := range j.q.Snapshot().Jobs {
			if job.State == queue.Failed || job.State == queue.Cancelled {
				j.leave(job)
			}
		}
		_, err := j.q.ClearFinished(ctx)
		return err
	})
}

// Move puts a job elsewhere in the list.
func (s *Service) Move(id string, to Where) error {
	return s.on(func(ctx context.Context, j *jobs) error {
		switch {
		case to.Place > 0:
			return j.q.Move(ctx, id, queue.To(to.Place-1))
		case to.Place < 0:
			return j.q.Move(ctx, id, queue.Bottom)
		}
		return j.q.Move(ctx, id, queue.By(to.Step))
	})
}

// SetRecipe gives a job that is not running and not done another recipe. A failed or cancelled one keeps it for a Retry.
func (s *Service) SetRecipe(id string, r recipe.Recipe) error {
	return s.on(func(ctx context.Context, j *jobs) error {
		job, ok := j.q.Get(id)
		if !ok {
			return &queue.UnknownError{ID: id}
		}
		o := unpack[order](job.Payload)
		o.Recipe, o.Place = r, r.Order
		return j.q.SetPayload(ctx, id, pack(o), nil, stageReading)
	})
}

// Duplicate adds a job for the same capture with another recipe, right behind the first, and returns its id.
func (s *Service) Duplicate(id string, r recipe.Recipe) (string, error) {
	var made string
	err := s.on(func(ctx context.Context, j *jobs) error {
		job, ok := j.q.Get(id)
		if !ok {
			return &queue.UnknownError{ID: id}
		}
		o := unpack[order](job.Payload)
		o.Recipe, o.Place = r, r.Order
		twin, err := j.q.Duplicate(ctx, id, pack(o), nil, stageReading)
		if err != nil {
			return fmt.Errorf("duplicate the job: %w", err)
		}
		made = twin.ID
		return nil
	})
	return made, err
}
