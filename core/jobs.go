package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core/queue"
)

// QueueOptions say where the queue is.
type QueueOptions struct {
	Dir   string            // the folder of the embedded store; with URL, of what this machine must know after a restart
	URL   string            // of a server that several machines share; empty for the embedded store
	Roots map[string]string // shared folders by the names that all machines know them by
	Name  string            // this machine's, for people; its host name if empty
	Idle  bool              // only look and change: nothing is read or run here

	Backoff []time.Duration // before another try after a fault that can pass; nil for the usual
	Lease   time.Duration   // see queue.Config
	Clock   queue.Clock     // nil for the system's
}

// ErrNoQueue is the answer of a service that was made without a queue.
var ErrNoQueue = errors.New("the queue is not open here")

// errCancelled is the cause of a context that a person ended.
var errCancelled = errors.New("cancelled")

// jobs joins the queue's records to the work on them: one goroutine reads what tapes are, one takes jobs as far as the machine has room for them,
// and one looks after disks and after the end of everything.
type jobs struct {
	worker  *queue.Worker // nil where the queue is only looked at
	service *Service
	q       *queue.Queue
	roots   queue.Roots
	name    string
	clock   queue.Clock
	backoff []time.Duration
	records records

	mu      sync.Mutex           // held for moments only: never while files are touched or the queue is written
	reading map[string]string    // stages of jobs that are being read, by ID
	outputs map[string]string    // files being written, by job ID
	active  map[string]*active   // jobs that run here, by ID
	kept    map[string]obstacle  // waiting jobs that can't run here for now, by ID
	full    map[string]string    // disks without room, by name: a folder on each
	disks   map[string]string    // their names and others', by folder
	share   int64                // memory for all jobs, as it was when one was last looked for
	short   bool                 // one waits for it
	again   map[string]time.Time // when jobs that failed for now are tried again
	after   after

	due     chan After     // what follows now that the queue is done
	orphans chan queue.Job // whose worker died before it had cleaned up
	work    sync.WaitGroup
	close   func() error
}

// runners is how many jobs may run at once at most; the tokens decide how many do.
const runners = 4

// openJobs opens the queue and starts to work on it.
func openJobs(s *Service, o QueueOptions) (*jobs, error) {
	if o.Name == "" {
		o.Name, _ = os.Hostname()
	}
	roots := queue.Roots(o.Roots)
	if err := roots.Check(); err != nil {
		return nil, err
	}
	j := &jobs{service: s, roots: roots, name: o.Name, clock: o.Clock, records: records{}, reading: map[string]string{}, outputs: map[string]string{},
		active: map[string]*active{}, kept: map[string]obstacle{}, full: map[string]string{}, disks: map[string]string{},
		again: map[string]time.Time{}, due: make(chan After, 1), orphans: make(chan queue.Job, 1024)}
	if j.backoff = o.Backoff; j.backoff == nil {
		j.backoff = queue.DefaultBackoff
	}
	if j.clock == nil {
		j.clock = queue.SystemClock()
	}
	cfg := queue.Config{Dir: o.Dir, URL: o.URL, Backoff: o.Backoff, Lease: o.Lease, Clock: o.Clock,
		Warn: func(err error) { s.log.Warn("%v", err) },
		Orphan: func(job queue.Job) {
			select {
			case j.orphans <- job:
			default: // more than anybody ever had
			}
		}}
	var err error
	if j.q, err = openQueue(s.ctx, cfg); err != nil {
		return nil, err
	}
	if d := j.q.Damage(); d != nil {
		s.log.Warn("%v", d)
	}
	j.close = sync.OnceValue(j.q.Close)
	if o.Idle {
		return j, nil
	}
	if j.worker, err = j.q.NewWorker(s.ctx, j.name, slots()); err != nil {
		return nil, errors.Join(err, j.q.Close())
	}
	return j, nil
}

// start begins the work, until ctx ends; nothing where the queue is only looked at. What runs asks the service, which must know j by then.
func (j *jobs) start(ctx context.Context) {
	if j.worker == nil {
		return
	}
	j.begin()
	j.work.Go(func() { j.sweep(ctx) })
	j.work.Go(func() { j.readAll(ctx) })
	j.work.Go(func() { j.watchDisks(ctx) })
	j.work.Go(func() { j.watchEnd(ctx) })
	j.work.Go(func() { j.runAll(ctx, j.worker) })
}

// A command that looks at the queue has its folder for moments: who comes meanwhile waits for so long, and looks so often.
const (
	lockPatience = 3 * time.Second
	lockAgain    = 50 * time.Millisecond
)

// openQueue is queue.Open that waits for who has the folder for moments.
func openQueue(ctx context.Context, cfg queue.Config) (*queue.Queue, error) {
	limit, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		q, err := queue.Open(ctx, cfg)
		if _, locked := errors.AsType[*queue.LockedError](err); !locked {
			return q, err
		}
		select {
		case <-time.After(lockAgain):
		case <-limit.Done():
			return nil, err
		}
	}
}

// begin says what is going on after a restart. A queue that was left started with nothing to do is not started any more: what is added next waits
// for a person's word.
func (j *jobs) begin() {
	snap := j.q.Snapshot()
	open := 0
	for _, job := range snap.Jobs {
		if !job.State.Finished() && job.State != queue.Paused {
			open++
		}
	}
	if heldBefore(snap.Control) && open > 0 {
		_ = j.q.StartQueue(j.service.ctx)
		return
	}
	switch {
	case snap.Control.Mode == queue.Stopped:
	case open == 0:
		_ = j.q.StopAfterCurrent(j.service.ctx) // it will be asked again at the next start
	case snap.Control.Mode == queue.Started:
		j.service.log.Info("Going on with the queue: %d to do.", open)
	}
}

// shut waits for the work, whose context has ended, and closes the queue.
func (j *jobs) shut() error {
	if j == nil {
		return nil
	}
	j.work.Wait()
	j.mu.Lock()
	j.after.stop()
	j.mu.Unlock()
	return j.close()
}

// tell makes everybody look again, after a change that the queue's records don't show.
func (j *jobs) tell() { j.q.Wake() }

// lost says a fault of the queue itself: what couldn't be written is in no record.
func (j *jobs) lost(what string, err error) {
	if err == nil || j.service.ctx.Err() != nil {
		return
	}
	if _, ok := errors.AsType[*queue.UnknownError](err); ok {
		return
	}
	j.service.log.Error("%s: %v", what, err)
}

// resolve is a stored path on this machine, or as it is stored where this machine can't reach it.
func (j *jobs) resolve(stored string) string {
	if stored == "" {
		return ""
	}
	if path, err := j.roots.Resolve(stored); err == nil {
		return path
	}
	return stored
}

// store is the way back; a path that can't be made full is kept.
func (j *jobs) store(path string) string {
	if path == "" {
		return ""
	}
	if stored, err := j.roots.Store(path); err == nil {
		return stored
	}
	return path
}

// mine tells whether this machine can reach a job's capture. Others may.
func (j *jobs) mine(job *queue.Job) bool {
	_, err := j.roots.Resolve(job.Path)
	return err == nil || j.roots == nil
}

// writing are the folders that running jobs of this process write to.
func (j *jobs) writing() []string {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for _, name := range j.outputs {
		out = append(out, filepath.Dir(name))
	}
	return out
}

// ordinal is 1st, 2nd, 3rd, 4th.
func ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n, suffix)
}

// background is for writes that must be tried when the work's own context has ended.
func (j *jobs) background() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(j.service.ctx), lastWrite)
}

// lastWrite bounds how long the end of the program waits for the store.
const lastWrite = 5 * time.Second
