package core

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core/queue"
	"github.com/tapelight/tapelight/core/restore"
)

// runAll takes jobs, one at a time, so that what accept goes by can't change between its word and the job's begin, and runs up to runners of them at
// once, until ctx ends.
func (j *jobs) runAll(ctx context.Context, w *queue.Worker) {
	var running sync.WaitGroup
	defer running.Wait()
	places := make(chan struct{}, runners)
	for ctx.Err() == nil {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		j.look()
		c, err := w.Claim(ctx, j.accept)
		if err == nil {
			a := j.admit(c.Job)
			running.Go(func() {
				defer func() { <-places }()
				j.run(ctx, c, a)
			})
			continue
		}
		<-places
		if ctx.Err() != nil || errors.Is(err, queue.ErrClosed) {
			return
		}
		j.lost("take the next job", err)
		if !j.pause(ctx, storeAgain) {
			return
		}
	}
}

// storeAgain is how long to leave a store that fails alone.
const storeAgain = 5 * time.Second

// pause waits, by the queue's clock; false when ctx ended first.
func (j *jobs) pause(ctx context.Context, d time.Duration) bool {
	over := make(chan struct{})
	t := j.clock.AfterFunc(d, func() { close(over) })
	defer t.Stop()
	select {
	case <-over:
		return true
	case <-ctx.Done():
		return false
	}
}

// accept takes jobs whose capture has been read and lies within reach, and which nothing here stands in the way of.
func (j *jobs) accept(job queue.Job) ([]queue.Token, bool) {
	if job.Stage == stageReading || !j.mine(&job) {
		return nil, false
	}
	l := unpack[info](job.Info).Load
	if l.Engine != "" { // another may have been chosen since it was read
		if now := j.service.engineInUse(); now != "" {
			l.Engine = now
		}
	}
	if !j.passable(&job, l) {
		return nil, false
	}
	return l.needs(), true
}

// run works on one claim and ends it.
func (j *jobs) run(ctx context.Context, c *queue.Claim, a *active) {
	report, req, err := j.restore(ctx, c, a)
	j.release(c.Job.ID)
	last, done := j.background()
	defer done()
	switch {
	case err == nil:
		j.lost("note that "+req.Output+" is done", c.Done(last, pack(result{Output: j.store(req.Output), Frames: report.Frames, Size: report.Size,
			FPS: report.FPS, Elapsed: seconds(report.Wall), Warnings: slices.Clone(report.Warnings)})))
	case c.Context().Err() != nil || ctx.Err() != nil || a.noRoom.Load(): // whatever the error is, it came of that
		j.lost("put "+c.Job.Path+" back", c.Release(last))
	case j.standsInTheWay(c.Job.ID, err):
		j.lost("put "+c.Job.Path+" back", c.Release(last))
	default:
		full, isFull := errors.AsType[*restore.DiskFullError](err)
		if isFull && j.nearlyFull(full.Folder) {
			j.filled(full.Folder)
			j.lost("put "+c.Job.Path+" back", c.Release(last))
			return
		}
		f := queue.Failure{Message: err.Error(), Transient: isFull || passes(err, req)}
		if failed, ok := errors.AsType[*FailedError](err); ok {
			f.Detail = pack(failure{Log: j.store(failed.Log)})
		}
		if f.Transient {
			j.noteAgain(c.Job)
		}
		j.lost("note that "+c.Job.Path+" failed", c.Fail(last, f))
	}
}

// restore does a claim's work. When the claim or the program ends meanwhile, what was made is kept for the next run, unless a person wants it gone.
func (j *jobs) restore(ctx context.Context, c *queue.Claim, a *active) (report *Report, req Request, err error) {
	s := j.service
	defer s.guard(c.Job.Path, &err)
	inner, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	defer context.AfterFunc(a.ctx, func() { stop(ErrPaused) })()
	defer context.AfterFunc(c.Context(), func() {
		why := context.Cause(c.Context())
		if errors.Is(why, queue.ErrCancelled) || errors.Is(why, queue.ErrRemoved) {
			stop(errCancelled)
		} else {
			stop(ErrPaused)
		}
	})()
	path, err := j.roots.Resolve(c.Job.Path)
	if err != nil {
		return nil, req, err
	}
	o := unpack[order](c.Job.Payload)
	req = Request{Path: path, Recipe: o.recipe(), OutDir: j.resolve(o.OutDir), Resume: true,
		grant: func(need int64) int64 { return j.grant(a, need) }}
	begun := unpack[checkpoint](c.Job.Checkpoint)
	req.Output = j.choose(c.Job.ID, req.Target(), j.resolve(begun.Output))
	at := checkpoint{Output: j.store(req.Output), Frames: begun.Frames, Total: begun.Total}
	if err := c.Save(inner, pack(at)); err != nil {
		return nil, req, err
	}
	var eta ETA
	report, err = s.Restore(inner, req, func(p Progress) {
		w := wordOf(p, &eta, time.Now())
		if p.Total > 0 {
			at.Frames, at.Total = p.Frames, p.Total
		}
		_ = c.Progress(pack(w)) // for show only; the queue tells whoever watches
	})
	if err != nil && inner.Err() != nil && !errors.Is(context.Cause(inner), errCancelled) {
		last, done := j.background()
		defer done()
		_ = c.Save(last, pack(at)) // how far it came is for show; where it goes on the partial file tells
	}
	if errors.Is(context.Cause(inner), errCancelled) {
		j.discard(context.WithoutCancel(ctx), req.Output) // of runs before this one, if this one had not come to them yet
	}
	return report, req, err
}

// wordOf is what is told of a progress report.
func wordOf(p Progress, eta *ETA, now time.Time) word {
	w := word{Stage: p.Stage, Elapsed: p.Elapsed}
	if p.Total == 0 {
		return w
	}
	w.Frames, w.Total, w.Size = p.Frames, p.Total, p.Size
	w.FPS, w.ETA = eta.Add(now, p.Frames, p.Total)
	slowest := -1
	for i, st := range p.Stages {
		w.Stages = append(w.Stages, Stage{Name: st.Name, FPS: w.FPS, Busy: st.Utilisation})
		if slowest < 0 || st.Utilisation > p.Stages[slowest].Utilisation {
			slowest = i
		}
	}
	if slowest >= 0 {
		w.Stages[slowest].Slowest = true
	}
	return w
}

// choose names a job's output: the one that was begun, or the first name that nothing and no other job has.
func (j *jobs) choose(id, want, begun string) string {
	taken := map[string]bool{}
	for _, o := range j.q.Snapshot().Jobs {
		if at := unpack[checkpoint](o.Checkpoint); o.ID != id && at.Output != "" && !o.State.Finished() {
			taken[strings.ToLower(j.resolve(at.Output))] = true
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for other, name := range j.outputs {
		if other != id {
			taken[strings.ToLower(name)] = true
		}
	}
	name := begun
	if name == "" || filepath.Dir(name) != filepath.Dir(want) || filepath.Ext(name) != filepath.Ext(want) || taken[strings.ToLower(name)] || exists(name) {
		name = freeName(want, func(name string) bool { return taken[strings.ToLower(name)] || exists(name) })
	}
	j.outputs[id] = name
	return name
}

func (j *jobs) release(id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.outputs, id)
	if a := j.active[id]; a != nil {
		a.letGo()
		delete(j.active, id)
	}
}

// noteAgain remembers when a job is tried again, for show.
func (j *jobs) noteAgain(job queue.Job) {
	schedule := j.backoff
	if job.Attempts >= len(schedule) {
		return
	}
	j.mu.Lock()
	j.again[job.ID] = j.clock.Now().Add(schedule[job.Attempts])
	j.mu.Unlock()
}

// sweep removes the partial files of jobs that nobody will go on with, until ctx ends.
func (j *jobs) sweep(ctx context.Context) {
	for {
		select {
		case job := <-j.orphans:
			if at := unpack[checkpoint](job.Checkpoint); at.Output != "" {
				if output, err := j.roots.Resolve(at.Output); err == nil {
					j.discard(ctx, output)
					j.tell()
				}
			}
		case <-ctx.Done():
			return
		}
	}
}

// discard removes the partial files of an output, if they are ours and nobody writes them.
func (j *jobs) discard(ctx context.Context, output string) {
	s := j.service
	var err error
	defer s.guard(output, &err)
	t, err := s.findTools(ctx)
	if err == nil {
		err = (&restore.Runner{Tools: t}).Discard(ctx, output)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("unfinished files of %s could not be removed: %v", output, err)
	}
}
