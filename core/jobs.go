package core

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
)

// jobs is the list of tapes and the two goroutines that work on it: one reads what tapes are, one restores them, one at a time.
type jobs struct {
	service *Service

	mu       sync.Mutex
	list     []*job
	running  bool // waiting jobs are started
	next     int
	stages   []Stage
	watchers map[chan struct{}]bool

	wakeReader, wakeRunner chan struct{}
}

// job is one entry. All fields are guarded by jobs.mu.
type job struct {
	Job
	outDir string
	ctx    context.Context // ends when the job is cancelled or removed
	cancel context.CancelFunc
	eta    ETA
}

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
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.list {
		j.cancel()
	}
}

// loop takes one job of a state after the other.
func (q *jobs) loop(ctx context.Context, wake <-chan struct{}, state State, do func(context.Context, *job)) {
	for ctx.Err() == nil {
		q.mu.Lock()
		i := slices.IndexFunc(q.list, func(j *job) bool { return j.State == state })
		var j *job
		if i >= 0 && (state == Reading || q.running) {
			j = q.list[i]
			if state == Waiting {
				j.State, j.Stage = Running, "Preparing"
			}
		}
		q.mu.Unlock()
		if j == nil {
			select {
			case <-wake:
			case <-ctx.Done():
			}
			continue
		}
		q.changed()
		jctx, stop := context.WithCancelCause(ctx)
		unhook := context.AfterFunc(j.ctx, func() { stop(errCancelled) })
		do(jctx, j)
		unhook()
		stop(nil)
		q.changed()
	}
}

// read finds out what a tape is and what will become of it.
func (q *jobs) read(ctx context.Context, j *job) {
	q.mu.Lock()
	path, r, outDir := j.Path, j.Recipe, j.outDir
	q.mu.Unlock()
	p, err := q.service.Plan(ctx, Request{Path: path, Recipe: r, OutDir: outDir, Quick: true}, func(stage string) { q.update(j, func() { j.Stage = stage }) })
	q.update(j, func() {
		j.Stage = ""
		switch {
		case j.State != Reading: // cancelled meanwhile
		case err != nil && ctx.Err() != nil:
			j.State = Cancelled
		case err != nil:
			j.State, j.Error = Failed, err.Error()
			q.service.log.Error("%v", err)
		case j.Recipe != r: // it was given another recipe meanwhile: once more
		default:
			j.State = Waiting
			q.describe(j, p)
		}
	})
	q.wake()
}

func (q *jobs) describe(j *job, p *plan.Plan) {
	j.Facts, j.Summary, j.Warnings, j.Total = Facts(p.Source), Summary(p), p.Warnings, p.Frames
	j.Duration = time.Duration(p.Source.Duration * float64(time.Second))
}

// restore runs one job.
func (q *jobs) restore(ctx context.Context, j *job) {
	q.mu.Lock()
	output := q.freeOutput(j)
	j.Output, j.Progress, j.Frames, j.FPS, j.ETA, j.Error, j.ErrorLog, j.eta = output, 0, 0, 0, 0, "", "", ETA{}
	req := Request{Path: j.Path, Recipe: j.Recipe, Output: output}
	q.mu.Unlock()

	report, err := q.service.Restore(ctx, req, func(p Progress) { q.update(j, func() { q.advance(j, p, time.Now()) }) })

	q.update(j, func() {
		j.Stage, j.ETA, q.stages = "", 0, nil
		switch {
		case err == nil:
			j.State, j.Progress, j.Frames, j.Total, j.Size, j.FPS = Done, 1, report.Frames, report.Frames, report.Size, report.FPS
			j.Elapsed = time.Duration(report.Wall * float64(time.Second))
			j.Warnings = report.Warnings
		case ctx.Err() != nil:
			j.State, j.Progress = Cancelled, 0
		default:
			j.State, j.Error = Failed, err.Error()
			if log := FailureLog(output); exists(log) {
				j.ErrorLog = log
			}
		}
	})
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

// freeOutput is a name for the output that neither a file nor another job has.
func (q *jobs) freeOutput(j *job) string {
	want := outputPath(Request{Path: j.Path, Recipe: j.Recipe, OutDir: j.outDir})
	ext := filepath.Ext(want)
	for n := 1; ; n++ {
		name := want
		if n > 1 {
			name = strings.TrimSuffix(want, ext) + " " + strconv.Itoa(n) + ext
		}
		taken := slices.ContainsFunc(q.list, func(o *job) bool { return o != j && o.Output == name && o.State != Failed && o.State != Cancelled })
		if !taken && !exists(name) {
			return name
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// update changes a job under the lock and tells the watchers.
func (q *jobs) update(_ *job, change func()) {
	q.mu.Lock()
	change()
	q.mu.Unlock()
	q.changed()
}

// changed tells all watchers, who may be busy: one note waits for each, more say nothing new.
func (q *jobs) changed() {
	q.mu.Lock()
	defer q.mu.Unlock()
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
	for _, j := range q.list {
		if j.ID == id {
			return j
		}
	}
	return nil
}

// Add puts captures, and the captures in folders, at the end of the list and returns the new jobs' ids. It returns at once; what the tapes are is
// found out in the background. Captures that are in the list and not finished yet are not added again.
func (s *Service) Add(paths []string, r recipe.Recipe, outDir string) []string {
	q := s.jobs
	var ids []string
	for _, path := range expand(paths) {
		q.mu.Lock()
		known := slices.ContainsFunc(q.list, func(j *job) bool { return j.Path == path && !j.State.Finished() })
		if !known {
			q.next++
			j := &job{outDir: outDir, Job: Job{ID: fmt.Sprintf("job-%d", q.next), Path: path, Name: filepath.Base(path), Recipe: r, State: Reading}}
			j.ctx, j.cancel = context.WithCancel(context.Background())
			q.list = append(q.list, j)
			ids = append(ids, j.ID)
		}
		q.mu.Unlock()
	}
	q.wake()
	q.changed()
	return ids
}

// Start runs waiting jobs, one by one. Stop lets the running one end and starts no other.
func (s *Service) Start() { s.jobs.setRunning(true) }

// Stop see Start.
func (s *Service) Stop() { s.jobs.setRunning(false) }

func (q *jobs) setRunning(on bool) {
	q.mu.Lock()
	q.running = on
	q.mu.Unlock()
	q.wake()
	q.changed()
}

// Cancel ends a job that is not finished; its partial output is removed.
func (s *Service) Cancel(id string) {
	s.jobs.with(id, func(j *job) {
		if !j.State.Finished() {
			j.cancel()
			if j.State != Running {
				j.State = Cancelled
			}
		}
	})
}

// Retry puts a failed or cancelled job back into the list of waiting ones.
func (s *Service) Retry(id string) {
	s.jobs.with(id, func(j *job) {
		if j.State == Failed || j.State == Cancelled {
			j.ctx, j.cancel = context.WithCancel(context.Background())
			j.State, j.Error, j.ErrorLog, j.Progress, j.Output = Reading, "", "", 0, ""
		}
	})
}

// SetRecipe gives a job that does not run yet another recipe.
func (s *Service) SetRecipe(id string, r recipe.Recipe) {
	s.jobs.with(id, func(j *job) {
		if j.State == Waiting || j.State == Reading {
			j.Recipe, j.State = r, Reading
		}
	})
}

// Remove takes a job off the list; a running one is cancelled first.
func (s *Service) Remove(id string) {
	q := s.jobs
	q.mu.Lock()
	if j := q.find(id); j != nil {
		j.cancel()
		q.list = slices.DeleteFunc(q.list, func(o *job) bool { return o == j })
	}
	q.mu.Unlock()
	q.changed()
}

// ClearFinished takes all finished jobs off the list.
func (s *Service) ClearFinished() {
	q := s.jobs
	q.mu.Lock()
	q.list = slices.DeleteFunc(q.list, func(j *job) bool { return j.State.Finished() })
	q.mu.Unlock()
	q.changed()
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

func (q *jobs) with(id string, change func(*job)) {
	q.mu.Lock()
	if j := q.find(id); j != nil {
		change(j)
	}
	q.mu.Unlock()
	q.wake()
	q.changed()
}

// Snapshot is the list as it is now.
func (s *Service) Snapshot() Snapshot {
	q := s.jobs
	q.mu.Lock()
	defer q.mu.Unlock()
	snap := Snapshot{Running: q.running, Stages: slices.Clone(q.stages), Jobs: make([]Job, len(q.list))}
	for i, j := range q.list {
		snap.Jobs[i] = j.Job
	}
	return snap
}

// Watch sends a note after every change of the list, until ctx ends; notes nobody takes are merged into one.
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
	})
	return c
}

// captures are the file names that are taken from folders.
var captures = []string{".3gp", ".asf", ".avi", ".dv", ".flv", ".m2ts", ".m2v", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv"}

// expand replaces folders by the captures in them, in order of name. Hidden files, partial and restored ones are left out.
func expand(paths []string) []string {
	var out []string
	for _, p := range paths {
		if abs, err := filepath.Abs(p); err == nil {
			p = abs
		}
		if st, err := os.Stat(p); err != nil || !st.IsDir() {
			out = append(out, p) // what is wrong with it, the job will say
			continue
		}
		var found []string
		_ = filepath.WalkDir(p, func(path string, d os.DirEntry, err error) error {
			name := strings.ToLower(filepath.Base(path))
			switch {
			case err != nil:
				return nil // a folder that can't be read holds nothing for us
			case strings.HasPrefix(name, ".") && path != p && d.IsDir():
				return filepath.SkipDir
			case d.Type().IsRegular() && slices.Contains(captures, filepath.Ext(name)) && !strings.HasPrefix(name, ".") && !strings.Contains(name, ".partial.") && !strings.Contains(name, ".restored"):
				found = append(found, path)
			}
			return nil
		})
		slices.SortFunc(found, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
		out = append(out, found...)
	}
	return out
}
