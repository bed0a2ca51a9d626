package queue

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/nats-io/nuid"
)

// Worker takes jobs and knows what it has room for. Several goroutines may Claim from one.
type Worker struct {
	q      *Queue
	name   string
	limits map[string]int

	mu   sync.Mutex
	used map[string]int
}

// Accept decides whether a worker takes a waiting job and how many places it takes up here. It is asked about jobs in their order, with no lock
// held; it must be quick.
type Accept func(Job) (needs []Token, ok bool)

// NewWorker makes a worker of this process. name is for people ("attic, GPU 0"); limits says how many places of each kind there are: {"gpu:0": 1,
// "cpu": 2, "encoder:nvenc": 3}. A job that needs a kind that isn't named, or more than there are, is never taken.
func (q *Queue) NewWorker(ctx context.Context, name string, limits map[string]int) (*Worker, error) {
	if q.ctx.Err() != nil {
		return nil, ErrClosed
	}
	if q.leases != nil {
		if err := q.leases.begin(ctx); err != nil {
			return nil, err
		}
	}
	return &Worker{q: q, name: name, limits: maps.Clone(limits), used: map[string]int{}}, nil
}

// Claim waits for the first job in order that waits, whose back-off is over, that accept takes (nil: all, for what the job's record says it needs)
// and for which there are places free, while the queue is started; then the job is this worker's until one of the claim's methods ends that. No
// two claims on one job hold at once. The claim's own context ends with ctx, too.
func (w *Worker) Claim(ctx context.Context, accept Accept) (*Claim, error) {
	if accept == nil {
		accept = func(j Job) ([]Token, bool) { return j.Needs, true }
	}
	refused := map[string]uint64{} // jobs that others were faster to get, by ID: the revision that is old news
	for {
		if err := w.q.ctx.Err(); err != nil {
			return nil, ErrClosed
		}
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		e, needs, changed := w.choose(accept, refused)
		if e == nil {
			select {
			case <-changed:
			case <-ctx.Done():
			case <-w.q.ctx.Done():
			}
			continue
		}
		c, err := w.claim(ctx, e, needs)
		if err == nil {
			return c, nil
		}
		w.give(needs)
		if !errors.Is(err, errTaken) {
			return nil, err
		}
		refused[e.ID] = e.revision
	}
}

// choose finds a job and takes its places. Without one, changed is closed when there may be another answer.
func (w *Worker) choose(accept Accept, refused map[string]uint64) (found *entry, needs []Token, changed <-chan struct{}) {
	c := w.q.cache
	c.mu.Lock()
	changed = c.moved
	var candidates []*entry
	if c.control.Mode == Started {
		for _, e := range c.order {
			if e.ready() && e.revision > refused[e.ID] {
				candidates = append(candidates, e)
			}
		}
	}
	c.mu.Unlock()
	if w.q.leases != nil && w.q.leases.fenced() {
		return nil, nil, changed
	}
	for _, e := range candidates {
		if needs, ok := accept(e.Job); ok && w.occupy(needs) {
			return e, needs, changed
		}
	}
	return nil, nil, changed
}

// occupy takes places, all or none.
func (w *Worker) occupy(needs []Token) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	want := map[string]int{}
	for _, t := range needs {
		want[t.Kind] += max(0, t.Count)
	}
	for kind, n := range want {
		if n > 0 && w.used[kind]+n > w.limits[kind] {
			return false
		}
	}
	for kind, n := range want {
		w.used[kind] += n
	}
	return true
}

// give frees places, and wakes those who wait for them.
func (w *Worker) give(needs []Token) {
	w.mu.Lock()
	for _, t := range needs {
		w.used[t.Kind] -= max(0, t.Count)
	}
	w.mu.Unlock()
	w.q.Wake()
}

var errTaken = errors.New("another worker has it")

// claim writes the claim on one version of a job.
func (w *Worker) claim(ctx context.Context, e *entry, needs []Token) (*Claim, error) {
	q := w.q
	j := e.Job
	if err := j.step(Claimed); err != nil {
		return nil, err
	}
	id := nuid.Next()
	j.Owner, j.Worker, j.Claim = q.session, w.name, id
	j.Runs, j.Delay, j.Started = j.Runs+1, 0, q.clock.Now().UTC()
	data, err := sealJob(&j)
	if err != nil {
		return nil, err
	}
	// Not ctx: a write that is cut short may have been done, and then the job would be nobody's until the next start.
	background := context.WithoutCancel(ctx)
	revision, err := q.write(background, "claim the job for "+j.Path, q.link.put(jobKey+j.ID, e.revision, data))
	switch {
	case conflict(err):
		// The server may have taken it at the first of several deliveries: then the record bears this claim.
		err = q.until(background, func() bool { n := q.cache.jobs[j.ID]; return n == nil || n.revision > e.revision })
		if n, _ := q.cache.get(j.ID); err == nil && (n == nil || n.Claim != id) {
			err = errTaken
		}
	case err == nil:
		err = q.settled(background, revision)
	}
	if err != nil {
		return nil, err
	}
	c := &Claim{Job: j, worker: w, id: id, needs: needs}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	q.claimsMu.Lock()
	q.claims[j.ID] = c
	q.claimsMu.Unlock()
	q.checkClaim(c)
	if q.ctx.Err() != nil {
		c.cancel(ErrClosed)
	}
	return c, nil
}
