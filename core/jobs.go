package core

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core/plan"
)

// jobs is the list of tapes and the two goroutines that work on it: one reads what tapes are, one restores them, one at a time.
type jobs struct {
	service *Service

	mu       sync.Mutex // held for moments only: never while files are touched or callbacks run
	list     []*job
	running  bool // waiting jobs are started
	closed   bool // the service has ended
	next     int
	stages   []Stage
	watchers map[chan struct{}]bool

	wakeReader, wakeRunner chan struct{}
}

// job is one entry. All fields are guarded by jobs.mu.
type job struct {
	Job
	outDir string
	try    context.Context // ends when the job is cancelled or removed; each Retry begins another
	cancel context.CancelFunc
	eta    ETA
}

// begin makes the job's next try.
func (j *job) begin() { j.try, j.cancel = context.WithCancel(context.Background()) }

// errCancelled is the cause of a context that a person ended.
var errCancelled = errors.New("cancelled")

func newJobs(s *Service) *jobs {
	return &jobs{service: s, watchers: map[chan struct{}]bool{}, wakeReader: make(chan struct{}, 1), wakeRunner: make(chan struct{}, 1)}
}

// run works until ctx ends, and then waits for whatever is under way.
func (q *jobs) run(ctx context.Context) {
	var work sync.WaitGroup
	work.Go(func() { q.loop(ctx, q.wakeReader, Reading, q.read) })
	work.Go(func() { q.loop(ctx, q.wakeRunner, Waiting, q.restore) })
	work.Wait()
	q.update(func() {
		q.closed, q.running = true, false
		for _, j := range q.list {
			j.cancel()
			if !j.State.Finished() {
				j.State, j.Stage = Cancelled, ""
			}
		}
	})
}

// loop takes one job of a state after the other.
func (q *jobs) loop(ctx context.Context, wake <-chan struct{}, state State, do func(ctx, try context.Context, j *job)) {
	for ctx.Err() == nil {
		j, try := q.take(state)
		if j == nil {
			select {
			case <-wake:
			case <-ctx.Done():
			}
			continue
		}
		both, stop := context.WithCancelCause(ctx)
		unhook := context.AfterFunc(try, func() { stop(errCancelled) })
		q.attempt(both, try, j, do)
		unhook()
		stop(nil)
	}
}

// attempt keeps a fault in the work on one job to that job.
func (q *jobs) attempt(ctx, try context.Context, j *job, do func(ctx, try context.Context, j *job)) {
	var err error
	func() {
		defer q.service.guard(j.Path, &err)
		do(ctx, try, j)
	}()
	if err != nil {
		q.update(func() {
			if j.try == try && !j.State.Finished() {
				j.State, j.Stage, j.Error, q.stages = Failed, "", err.Error(), nil
			}
		})
	}
}

// take chooses the next job of a state, and its try.
func (q *jobs) take(state State) (*job, context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.list, func(j *job) bool { return j.State == state })
	if i < 0 || state == Waiting && !q.running {
		return nil, nil
	}
	j := q.list[i]
	if state == Waiting {
		j.State, j.Stage = Running, "Preparing"
		q.tell()
	}
	return j, j.try
}

// read finds out what a tape is and what will become of it.
func (q *jobs) read(ctx, try context.Context, j *job) {
	q.mu.Lock()
	path, r, outDir := j.Path, j.Recipe, j.outDir
	q.mu.Unlock()
	// A job may be cancelled, and even be tried again, before its reading ends: then nothing more is to be said of this try.
	mine := func(change func()) {
		q.update(func() {
			if j.try == try && j.State == Reading {
				change()
			}
		})
	}
	p, err := q.service.Plan(ctx, Request{Path: path, Recipe: r, OutDir: outDir, Quick: true}, func(stage string) { mine(func() { j.Stage = stage }) })
	if err != nil && ctx.Err() == nil {
		q.service.log.Error("%v", err)
	}
	mine(func() {
		j.Stage = ""
		switch {
		case err != nil && ctx.Err() != nil:
			j.State = Cancelled
		case j.Recipe != r: // it was given another recipe meanwhile: once more
		case err != nil:
			j.State, j.Error = Failed, err.Error()
		default:
			j.State = Waiting
			j.describe(p)
		}
	})
	q.wake()
}

func (j *job) describe(p *plan.Plan) {
	j.Facts, j.Summary, j.Warnings, j.Total = Facts(p.Source), Summary(p), slices.Clone(p.Warnings), p.Frames
	j.Duration = time.Duration(p.Source.Duration * float64(time.Second))
}

// restore runs one job. It is in state Running until this returns, so that nobody else changes its recipe or tries it again.
func (q *jobs) restore(ctx, try context.Context, j *job) {
	q.mu.Lock()
	req := Request{Path: j.Path, Recipe: j.Recipe, OutDir: j.outDir, Resume: true}
	taken := map[string]bool{}
	for _, o := range q.list {
		if o != j && o.State != Failed && o.State != Cancelled {
			taken[o.Output] = true
		}
	}
	q.mu.Unlock()
	req.Output = freeName(req.Target(), func(name string) bool { return taken[name] || exists(name) })
	q.update(func() {
		j.reset()
		j.Output = req.Output
	})

	report, err := q.service.Restore(ctx, req, func(p Progress) {
		now := time.Now()
		q.update(func() {
			if try.Err() == nil { // once it is cancelled, that is what is to be seen
				q.advance(j, p, now)
			}
		})
	})

	q.update(func() {
		j.Stage, j.ETA, q.stages = "", 0, nil
		switch {
		case err == nil:
			j.State, j.Progress, j.Frames, j.Total, j.Size, j.FPS = Done, 1, report.Frames, report.Frames, report.Size, report.FPS
			j.Elapsed = time.Duration(report.Wall * float64(time.Second))
			j.Warnings = slices.Clone(report.Warnings)
		case ctx.Err() != nil:
			j.reset()
			j.State = Cancelled
		default:
			j.State, j.Error = Failed, err.Error()
			if failed, ok := errors.AsType[*FailedError](err); ok {
				j.ErrorLog = failed.Log
			}
		}
		j.cancel()
	})
}

// reset forgets what an earlier try came to.
func (j *job) reset() {
	j.Output, j.Stage, j.Error, j.ErrorLog, j.eta = "", "", "", "", ETA{}
	j.Progress, j.Frames, j.FPS, j.ETA, j.Elapsed, j.Size = 0, 0, 0, 0, 0, 0
}

// advance takes a progress report into the job's figures.
func (q *jobs) advance(j *job, p Progress, now time.Time) {
	j.Stage, j.Elapsed = p.Stage, p.Elapsed
	if p.Total == 0 {
		return
	}
	j.Frames, j.Total, j.Size = p.Frames, p.Total, p.Size
	j.Progress = min(1, float64(p.Frames)/float64(p.Total))
	j.FPS, j.ETA = j.eta.Add(now, p.Frames, p.Total)
	q.stages = q.stages[:0:0]
	slowest := -1
	for i, st := range p.Stages {
		q.stages = append(q.stages, Stage{Name: st.Name, FPS: j.FPS, Busy: st.Utilisation})
		if slowest < 0 || st.Utilisation > p.Stages[slowest].Utilisation {
			slowest = i
		}
	}
	if slowest >= 0 {
		q.stages[slowest].Slowest = true
	}
}

// update changes the list under the lock and tells the watchers.
func (q *jobs) update(change func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	change()
	q.tell()
}

// tell notes a change for all watchers, who may be busy: one note waits for each, more would say nothing new. The lock is held.
func (q *jobs) tell() {
	for w := range q.watchers {
		note(w)
	}
}

func (q *jobs) wake() {
	note(q.wakeReader)
	note(q.wakeRunner)
}

func note(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (q *jobs) find(id string) *job {
	i := slices.IndexFunc(q.list, func(j *job) bool { return j.ID == id })
	if i < 0 {
		return nil
	}
	return q.list[i]
}

// current is the running job; its zero value when none runs.
func (q *jobs) current() Job {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.list {
		if j.State == Running {
			return j.Job
		}
	}
	return Job{}
}
