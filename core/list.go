package core

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/tapelight/tapelight/core/recipe"
)

// Add puts captures, and the captures in folders, at the end of the list and returns the new jobs' ids. What the tapes are is found out in the
// background; folders are walked before it returns. Captures that are in the list and not finished yet are not added again.
func (s *Service) Add(paths []string, r recipe.Recipe, outDir string) []string {
	found := expand(paths)
	q := s.jobs
	var ids []string
	q.update(func() {
		if q.closed {
			return
		}
		known := map[string]bool{}
		for _, j := range q.list {
			if !j.State.Finished() {
				known[j.Path] = true
			}
		}
		for _, path := range found {
			if known[path] {
				continue
			}
			known[path] = true
			q.next++
			j := &job{outDir: outDir, Job: Job{ID: fmt.Sprintf("job-%d", q.next), Path: path, Name: filepath.Base(path), Recipe: r, State: Reading}}
			j.begin()
			q.list = append(q.list, j)
			ids = append(ids, j.ID)
		}
	})
	q.wake()
	return ids
}

// Start runs waiting jobs, one by one, also those that come to wait later. Stop lets the running one end and starts no other.
func (s *Service) Start() { s.jobs.setRunning(true) }

// Stop see Start.
func (s *Service) Stop() { s.jobs.setRunning(false) }

func (q *jobs) setRunning(on bool) {
	q.update(func() { q.running = on && !q.closed })
	q.wake()
}

// Cancel ends a job that is not finished; its partial output is removed.
func (s *Service) Cancel(id string) {
	s.jobs.with(id, func(j *job) {
		if j.State.Finished() {
			return
		}
		j.cancel()
		if j.State == Running {
			j.Stage = "Cancelling" // restore says when it is over
		} else {
			j.State, j.Stage = Cancelled, ""
		}
	})
}

// Retry puts a failed or cancelled job back into the list of waiting ones.
func (s *Service) Retry(id string) {
	s.jobs.with(id, func(j *job) {
		if j.State == Failed || j.State == Cancelled {
			j.reset()
			j.begin()
			j.State = Reading
		}
	})
}

// SetRecipe gives a job that is not running and not done another recipe. A failed or cancelled one keeps it for a Retry.
func (s *Service) SetRecipe(id string, r recipe.Recipe) {
	s.jobs.with(id, func(j *job) {
		switch j.State {
		case Waiting, Reading:
			j.Recipe, j.State = r, Reading
		case Failed, Cancelled:
			j.Recipe = r
		}
	})
}

// Remove takes a job off the list; a running one is cancelled first.
func (s *Service) Remove(id string) {
	q := s.jobs
	q.update(func() {
		if j := q.find(id); j != nil {
			j.cancel()
			q.list = slices.DeleteFunc(q.list, func(o *job) bool { return o == j })
		}
	})
}

// ClearFinished takes all finished jobs off the list.
func (s *Service) ClearFinished() {
	q := s.jobs
	q.update(func() { q.list = slices.DeleteFunc(q.list, func(j *job) bool { return j.State.Finished() }) })
}

// with changes the job of an id, if there is one and the service has not ended.
func (q *jobs) with(id string, change func(*job)) {
	q.update(func() {
		if j := q.find(id); j != nil && !q.closed {
			change(j)
		}
	})
	q.wake()
}

// Snapshot is the list as it is now.
func (s *Service) Snapshot() Snapshot {
	q := s.jobs
	q.mu.Lock()
	defer q.mu.Unlock()
	snap := Snapshot{Running: q.running, Stages: slices.Clone(q.stages), Jobs: make([]Job, len(q.list))}
	for i, j := range q.list {
		snap.Jobs[i] = j.Job
		snap.Jobs[i].Warnings = slices.Clone(j.Warnings)
	}
	return snap
}

// Watch sends a note after every change of the list; notes nobody takes are merged into one. The channel is closed when ctx has ended.
func (s *Service) Watch(ctx context.Context) <-chan struct{} {
	q := s.jobs
	c := make(chan struct{}, 1)
	q.mu.Lock()
	q.watchers[c] = true
	q.mu.Unlock()
	context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.watchers, c)
		close(c)
	})
	return c
}
