package core

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"
	"unsafe"

	"github.com/tapelight/tapelight/core/queue"
	"github.com/tapelight/tapelight/core/recipe"
)

// order is what is to be done with a capture: a job's payload in the queue.
type order struct {
	Recipe recipe.Recipe `json:"recipe"`
	Place  int           `json:"place,omitempty"` // the recipe's own place in lists, which its JSON form leaves out
	OutDir string        `json:"out_dir,omitempty"`
}

// info is what reading a capture has shown.
type info struct {
	Facts    string        `json:"facts"`
	Duration time.Duration `json:"duration"`
	Summary  string        `json:"summary"`
	Warnings []string      `json:"warnings,omitempty"`
	Frames   int64         `json:"frames"`
	Load     load          `json:"load"`
}

// checkpoint is what the next worker, or the next start, has to know of work that was begun.
type checkpoint struct {
	Output string `json:"output"`
	Frames int64  `json:"frames,omitempty"`
	Total  int64  `json:"total,omitempty"`
}

// result is what came of a job that is done.
type result struct {
	Output   string        `json:"output"`
	Frames   int64         `json:"frames"`
	Size     int64         `json:"size"`
	FPS      float64       `json:"fps"`
	Elapsed  time.Duration `json:"elapsed"`
	Warnings []string      `json:"warnings,omitempty"`
}

// failure is what is kept of an error beside its sentence.
type failure struct {
	Log string `json:"log,omitempty"`
}

// word is a worker's report of progress.
type word struct {
	Stage   string        `json:"stage"`
	Frames  int64         `json:"frames"`
	Total   int64         `json:"total"`
	Size    int64         `json:"size"`
	FPS     float64       `json:"fps"`
	ETA     time.Duration `json:"eta"`
	Elapsed time.Duration `json:"elapsed"`
	Stages  []Stage       `json:"stages,omitempty"`
}

func pack(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs of ours: there is no value that can't be written
	}
	return data
}

// unpack reads what pack made; what can't be read is the zero value, so that a record of another version is still a job in the list.
func unpack[T any](data json.RawMessage) (v T) {
	if len(data) == 0 || json.Unmarshal(data, &v) != nil {
		var zero T
		return zero
	}
	return v
}

func (o order) recipe() recipe.Recipe {
	r := o.Recipe
	r.Order = o.Place
	return r
}

func (j *jobs) order(r recipe.Recipe, outDir string) json.RawMessage {
	return pack(order{Recipe: r, Place: r.Order, OutDir: j.store(outDir)})
}

// records keeps what was read from each job's record, by ID: a list of 10,000 is shown several times a second, and few of its records change. A record is
// never changed after it was made, so that the place of its payload in memory, which is held here, tells one version from the next.
type records map[string]*record

type record struct {
	key  recordKey
	keep queue.Job
	job  Job
	seen bool
}

type recordKey struct {
	payload, info, checkpoint, result, detail *byte
	state                                     queue.State
	want                                      queue.Want
	stage, problem, claim                     string
	delay                                     time.Duration
	attempts                                  int
}

func keyOf(q *queue.Job) recordKey {
	at := func(m json.RawMessage) *byte { return unsafe.SliceData(m) }
	return recordKey{at(q.Payload), at(q.Info), at(q.Checkpoint), at(q.Result), at(q.Detail), q.State, q.Want, q.Stage, q.Error, q.Claim, q.Delay, q.Attempts}
}

// get is the job of a record, from memory where it is the same as before.
func (r records) get(j *jobs, q *queue.Job) Job {
	key := keyOf(q)
	old := r[q.ID]
	if old == nil || old.key != key {
		old = &record{key: key, keep: *q, job: j.jobOf(q)}
		r[q.ID] = old
	}
	old.seen = true
	return old.job
}

// trim forgets jobs that were not asked for since the last trim.
func (r records) trim(n int) {
	if len(r) <= n {
		for _, rec := range r {
			rec.seen = false
		}
		return
	}
	for id, rec := range r {
		if !rec.seen {
			delete(r, id)
		}
		rec.seen = false
	}
}

// jobOf is a job as its record tells it.
func (j *jobs) jobOf(q *queue.Job) Job {
	o, in := unpack[order](q.Payload), unpack[info](q.Info)
	at, res := unpack[checkpoint](q.Checkpoint), unpack[result](q.Result)
	path := j.resolve(q.Path)
	out := Job{ID: q.ID, Path: path, Name: filepath.Base(path), OutDir: j.resolve(o.OutDir), Recipe: o.recipe(),
		Facts: in.Facts, Duration: in.Duration, Summary: in.Summary, Warnings: in.Warnings, Total: in.Frames,
		Error: q.Error, ErrorLog: j.resolve(unpack[failure](q.Detail).Log), Resumes: q.Resumable && !q.State.Finished(), Tries: q.Attempts,
		Worker: q.Worker, Added: q.Added, Started: q.Started, Ended: q.Ended}
	if at.Output != "" && !q.State.Finished() {
		out.Output = j.resolve(at.Output)
		out.Frames = at.Frames
		if at.Total > 0 {
			out.Total = at.Total
			out.Progress = min(1, float64(at.Frames)/float64(at.Total))
		}
	}
	switch q.State {
	case queue.Waiting:
		out.State = Waiting
		if q.Stage == stageReading {
			out.State = Reading
		}
	case queue.Done:
		out.State, out.Progress = Done, 1
		out.Output, out.Frames, out.Total, out.Size, out.FPS, out.Elapsed = j.resolve(res.Output), res.Frames, res.Frames, res.Size, res.FPS, res.Elapsed
		out.Warnings = res.Warnings
	case queue.Running:
		out.State, out.Stage = Running, "Preparing"
	default:
		out.State = State(q.State)
	}
	switch q.Want {
	case queue.WantCancel, queue.WantRemove:
		out.Stage = "Cancelling"
	case queue.WantPause:
		out.Stage = "Pausing"
	}
	return out
}

// stageReading is the stage in the queue of jobs whose capture has not been read yet.
const stageReading = "reading"

// Snapshot is the list as it is now.
func (s *Service) Snapshot() Snapshot {
	if s.jobs == nil {
		return Snapshot{}
	}
	return s.jobs.snapshot()
}

func (j *jobs) snapshot() Snapshot {
	view := j.q.Snapshot()
	j.mu.Lock()
	defer j.mu.Unlock()
	snap := Snapshot{Mode: view.Control.Mode, Running: view.Control.Mode == Started, Jobs: make([]Job, len(view.Jobs)), After: j.after.what}
	if snap.Mode == Held {
		snap.Reason = view.Control.Reason
	}
	snap.Countdown = j.after.countdown()
	now := j.clock.Now()
	var held holding
	for i := range view.Jobs {
		q := &view.Jobs[i]
		job := j.records.get(j, q)
		switch job.State {
		case Reading:
			job.Stage = j.reading[q.ID]
		case Running:
			if w, ok := view.Progress[q.ID]; ok {
				job.progress(unpack[word](w), &snap)
			}
		case Waiting:
			if at, ok := j.again[q.ID]; ok && q.Delay > 0 {
				if left := at.Sub(now).Round(time.Second); left > 0 {
					job.Stage = fmt.Sprintf("%s try in %s", ordinal(q.Attempts+1), left)
				}
			}
		}
		if snap.Mode == Started {
			held.see(j, &job)
		}
		snap.Jobs[i] = job
	}
	j.records.trim(len(view.Jobs))
	held.tell(&snap)
	return snap
}

// progress takes a worker's word into a running job.
func (job *Job) progress(w word, snap *Snapshot) {
	if job.Stage == "Preparing" { // else it is being cancelled, and that is what is to be seen
		job.Stage = w.Stage
	}
	job.Elapsed = w.Elapsed
	if w.Total == 0 {
		return
	}
	job.Frames, job.Total, job.Size, job.FPS, job.ETA = w.Frames, w.Total, w.Size, w.FPS, w.ETA
	job.Progress = min(1, float64(w.Frames)/float64(w.Total))
	if snap.Stages == nil {
		snap.Stages = w.Stages
	}
}

// Watch sends a note after every change of the list; notes nobody takes are merged into one. The channel is closed when ctx has ended.
func (s *Service) Watch(ctx context.Context) <-chan struct{} {
	if s.jobs == nil {
		c := make(chan struct{})
		context.AfterFunc(ctx, func() { close(c) })
		return c
	}
	return s.jobs.q.Watch(ctx)
}
