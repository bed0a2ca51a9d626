// Package queue is a durable list of jobs and of the claims that workers have on them. It lives in a NATS JetStream store: one embedded in this
// process, over a folder, or a server that several machines share; the code is the same. What is to be done with a job is not known here.
package queue

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
)

// Config says where a queue is and how it keeps time. Either Dir or URL is needed.
type Config struct {
	Dir  string // embedded: the folder of the store. With URL: this machine's own folder, by which a restarted program knows what its predecessor held; may be empty
	URL  string // of a server that is shared: "nats://user@host:4222"
	Name string // of the queue, letters and digits; "tapelight" if empty

	Backoff []time.Duration // before the next try after faults that can pass; when they are used up the job has failed. Nil means DefaultBackoff
	Lease   time.Duration   // with URL: how long a worker may be silent before its jobs are given to others; 30 s if 0
	Clock   Clock           // nil for the system's
	Warn    func(error)     // is told of what is amiss in the background; may be nil

	// Orphan is told of jobs that were to be cancelled or removed when their worker died, and that are so now: nobody has cleaned up after them. It is
	// called when dead workers are noticed, within Open too; it must not block. It may be nil.
	Orphan func(Job)
}

// DefaultBackoff is how long a job waits after a fault that can pass.
var DefaultBackoff = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}

// Queue is an open queue. All methods may be called from any goroutine.
type Queue struct {
	cfg     Config
	session string // this opening of the queue, unlike any other
	clock   Clock
	link    *link
	server  *embedded
	lock    *os.File
	mark    mark
	cache   *cache
	leases  *leases // nil when the store is this process's alone
	damage  *DamageError

	claimsMu sync.Mutex
	claims   map[string]*Claim // by job ID: those of this process

	logs *logReaders

	ctx    context.Context
	cancel context.CancelCauseFunc
	work   sync.WaitGroup
	close  func() error
}

// Open opens the queue and reads the list. Claims of processes that are known to be dead are taken back before it returns. A folder that another
// process has open gives a *LockedError. A damaged store is mended and opened; Damage tells.
func Open(ctx context.Context, cfg Config) (*Queue, error) {
	if cfg.Dir == "" && cfg.URL == "" {
		return nil, errors.New("the queue needs a folder or the address of a server")
	}
	if cfg.Name == "" {
		cfg.Name = "tapelight"
	}
	if !plainName(cfg.Name) {
		return nil, fmt.Errorf("%q can't be a queue's name; letters and digits can", cfg.Name)
	}
	if cfg.Backoff == nil {
		cfg.Backoff = DefaultBackoff
	}
	if cfg.Lease <= 0 {
		cfg.Lease = 30 * time.Second
	}
	if cfg.Clock == nil {
		cfg.Clock = systemClock{}
	}
	if cfg.Warn == nil {
		cfg.Warn = func(error) {}
	}
	if cfg.Orphan == nil {
		cfg.Orphan = func(Job) {}
	}
	q := &Queue{cfg: cfg, session: nuid.Next(), clock: cfg.Clock, cache: newCache(cfg.Clock), claims: map[string]*Claim{}, logs: &logReaders{}}
	q.ctx, q.cancel = context.WithCancelCause(context.Background())
	q.close = sync.OnceValue(q.shut)
	if err := q.open(ctx); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

func plainName(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

func (q *Queue) open(ctx context.Context) (err error) {
	var dead []string
	forget := func() {}
	again := make(chan struct{}, 1) // a note after every new connection to the server
	opts := []nats.Option{
		nats.ReconnectHandler(func(*nats.Conn) {
			select {
			case again <- struct{}{}:
			default:
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			q.cfg.Warn(&StoreError{Step: "hear from it", Err: err})
		}),
	}
	if q.cfg.URL == "" {
		if q.lock, err = lockDir(q.cfg.Dir); err != nil {
			return wrap("lock "+q.cfg.Dir, err)
		}
		if q.server, q.link, q.damage, err = openStore(q.cfg.Dir, q.cfg.Name, opts...); err != nil {
			return wrap("open "+q.cfg.Dir, err)
		}
	} else {
		if q.cfg.Dir != "" {
			if q.mark, dead, forget, err = leaveMark(q.cfg.Dir, q.session); err != nil {
				return wrap("mark "+q.cfg.Dir, err)
			}
		}
		if q.link, err = connect(nil, q.cfg.URL, q.cfg.Name, opts...); err != nil {
			return err
		}
		if q.leases, err = newLeases(q); err != nil {
			return err
		}
	}
	if err := q.listen(); err != nil {
		return &StoreError{Step: "listen for progress", Err: err}
	}
	ready := make(chan error, 1)
	q.work.Go(func() { q.follow(ready, again) })
	select {
	case err := <-ready:
		if err != nil {
			return &StoreError{Step: "read the list of jobs", Err: err}
		}
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if q.leases == nil {
		err = q.takeBack(ctx, func(owner string) bool { return owner != q.session })
	} else {
		err = q.takeBack(ctx, func(owner string) bool { return slices.Contains(dead, owner) })
	}
	if err == nil {
		forget()
	}
	return err
}

// wrap leaves errors that say all by themselves.
func wrap(step string, err error) error {
	if _, ok := errors.AsType[*LockedError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*StoreError](err); ok {
		return err
	}
	return &StoreError{Step: step, Err: err}
}

// Damage is what was mended when the queue was opened; nil if nothing was.
func (q *Queue) Damage() *DamageError { return q.damage }

// Session is a text that stands for this opening of the queue: the Owner of the jobs its workers run.
func (q *Queue) Session() string { return q.session }

// Close ends the contexts of all claims, with ErrClosed, and closes the store. Workers should be ended before, so that they can still give their
// jobs back; what they hold is otherwise taken back at the next Open. Closing again gives the same answer.
func (q *Queue) Close() error { return q.close() }

func (q *Queue) shut() error {
	q.cancel(ErrClosed)
	q.endClaims(ErrClosed)
	if q.leases != nil {
		q.leases.close()
	}
	q.cache.close()
	if q.link != nil {
		q.link.nc.Close()
	}
	q.work.Wait()
	q.logs.close()
	q.server.stop()
	q.mark.remove()
	var faults []error
	if q.server != nil {
		faults = append(faults, writeLastWords(filepath.Join(q.cfg.Dir, storeDir), q.cache.applied))
	}
	if q.lock != nil {
		faults = append(faults, q.lock.Close())
	}
	return errors.Join(faults...)
}

// Snapshot is the list as it is now, out of memory: it waits for nobody. After an operation of this Queue has returned, it shows its effect.
func (q *Queue) Snapshot() Snapshot { return q.cache.snapshot() }

// Control is the setting of the whole queue as it is now.
func (q *Queue) Control() Control {
	q.cache.mu.Lock()
	defer q.cache.mu.Unlock()
	return q.cache.control
}

// Get finds one job.
func (q *Queue) Get(id string) (Job, bool) {
	e, _ := q.cache.get(id)
	if e == nil {
		return Job{}, false
	}
	return e.Job, true
}

// Watch sends a note after every change of the list and every word of progress; notes nobody takes are merged into one. The channel is closed
// when ctx has ended.
func (q *Queue) Watch(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	q.cache.mu.Lock()
	q.cache.watchers[c] = struct{}{}
	q.cache.mu.Unlock()
	context.AfterFunc(ctx, func() {
		q.cache.mu.Lock()
		defer q.cache.mu.Unlock()
		delete(q.cache.watchers, c)
		close(c)
	})
	return c
}

// Wake makes waiting Claims look at the list again: for when what their accept functions go by has changed.
func (q *Queue) Wake() {
	q.cache.mu.Lock()
	defer q.cache.mu.Unlock()
	q.cache.tell()
}
