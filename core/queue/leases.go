package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// leases tells which sessions live, on a server that several machines share. A session with workers writes its key again and again, and all others
// see it move. Who sees a key not move for the length of a lease, by its own clock's timers, counts the session as dead. No machine's wall clock is
// asked, the server's neither, so none that is set can make the living look dead. A session that can't write for two thirds of a lease lets go by
// itself of what it has, before anyone takes it.
type leases struct {
	q      *Queue
	bucket jetstream.KeyValue
	lease  time.Duration

	mu      sync.Mutex
	owners  map[string]Timer
	fence   Timer
	fencing bool // this session has not been able to write for too long
	closed  bool
	started bool
}

// keyLife is how long the server keeps the key of a session that is gone. It decides nothing.
const keyLife = 24 * time.Hour

func newLeases(q *Queue) (*leases, error) {
	ctx, cancel := timeout()
	defer cancel()
	l := &leases{q: q, lease: q.cfg.Lease, owners: map[string]Timer{}}
	var err error
	name := q.cfg.Name + "_workers"
	if l.bucket, err = q.link.js.KeyValue(ctx, name); errors.Is(err, jetstream.ErrBucketNotFound) {
		l.bucket, err = q.link.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: name, Description: "Tapelight's workers that live",
			History: 1, Storage: jetstream.FileStorage, TTL: keyLife})
		if errors.Is(err, jetstream.ErrBucketExists) {
			l.bucket, err = q.link.js.KeyValue(ctx, name)
		}
	}
	if err != nil {
		return nil, &StoreError{Step: "open the list of workers", Err: err}
	}
	w, err := l.bucket.WatchAll(q.ctx)
	if err != nil {
		return nil, &StoreError{Step: "follow the list of workers", Err: err}
	}
	q.work.Go(func() {
		for {
			select {
			case <-q.ctx.Done():
				return
			case e, ok := <-w.Updates():
				if !ok {
					return
				}
				switch {
				case e == nil:
				case e.Operation() == jetstream.KeyValuePut:
					l.moved(e.Key())
				default: // it said goodbye
					l.died(e.Key())
				}
			}
		}
	})
	return l, nil
}

// begin writes the first sign of life and then goes on, once however many workers there are.
func (l *leases) begin(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.started {
		return nil
	}
	if err := l.beat(ctx); err != nil {
		return err
	}
	l.started = true
	l.extend()
	l.q.work.Go(l.beats)
	return nil
}

func (l *leases) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, max(l.lease/4, time.Second))
	defer cancel()
	if _, err := l.bucket.Put(ctx, l.q.session, []byte(l.q.clock.Now().UTC().Format(time.RFC3339))); err != nil {
		return &StoreError{Step: "write a sign of life", Err: err}
	}
	return nil
}

func (l *leases) beats() {
	due := make(chan struct{}, 1)
	for {
		timer := l.q.clock.AfterFunc(l.lease/5, func() { due <- struct{}{} })
		select {
		case <-l.q.ctx.Done():
			timer.Stop()
			return
		case <-due:
		}
		if err := l.beat(l.q.ctx); err != nil {
			if l.q.ctx.Err() == nil {
				l.q.cfg.Warn(err)
			}
			continue
		}
		l.mu.Lock()
		was := l.fencing
		l.fencing = false
		l.extend()
		l.mu.Unlock()
		if was {
			l.q.Wake()
		}
	}
}

// extend puts the fence off. The lock is held.
func (l *leases) extend() {
	if l.fence != nil {
		l.fence.Stop()
	}
	if l.closed {
		return
	}
	l.fence = l.q.clock.AfterFunc(l.lease*2/3, func() {
		l.mu.Lock()
		l.fencing = true
		l.mu.Unlock()
		l.q.endClaims(ErrLost)
	})
}

func (l *leases) fenced() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fencing
}

// expect begins to wait for signs of life of owners that are not waited for yet.
func (l *leases) expect(owners []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, owner := range owners {
		if _, waiting := l.owners[owner]; !waiting {
			l.arm(owner)
		}
	}
}

// moved takes a sign of life.
func (l *leases) moved(owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if timer, waiting := l.owners[owner]; waiting {
		timer.Stop()
		l.arm(owner)
	}
}

// arm waits for an owner for a lease. The lock is held.
func (l *leases) arm(owner string) {
	if l.closed {
		return
	}
	l.owners[owner] = l.q.clock.AfterFunc(l.lease, func() { l.silent(owner) })
}

// silent is called when an owner was not heard of for a lease. While there is no connection nobody can be heard of.
func (l *leases) silent(owner string) {
	if !l.q.link.nc.IsConnected() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.arm(owner)
		return
	}
	l.died(owner)
}

// died takes an owner's jobs back.
func (l *leases) died(owner string) {
	l.mu.Lock()
	if timer, waiting := l.owners[owner]; waiting {
		timer.Stop()
		delete(l.owners, owner)
	}
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.q.work.Go(func() {
		if err := l.q.takeBack(l.q.ctx, func(o string) bool { return o == owner }); err != nil && l.q.ctx.Err() == nil {
			l.q.cfg.Warn(fmt.Errorf("the jobs of a worker that is gone: %w", err))
			l.expect([]string{owner}) // to try again after another lease
		}
	})
	l.mu.Unlock()
}

// close ends all timers and says goodbye: what this session still holds is free at once.
func (l *leases) close() {
	l.mu.Lock()
	l.closed = true
	for _, timer := range l.owners {
		timer.Stop()
	}
	if l.fence != nil {
		l.fence.Stop()
	}
	started := l.started
	l.mu.Unlock()
	if started && l.q.link.nc.IsConnected() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := l.bucket.Purge(ctx, l.q.session); err != nil {
			l.q.cfg.Warn(&StoreError{Step: "say goodbye", Err: err})
		}
	}
}
