package queue

import (
	"context"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// follow keeps the cache in step with the store until the queue is closed. ready gets one answer, after the first load.
func (q *Queue) follow(ready chan<- error, again <-chan struct{}) {
	first := true
	for q.ctx.Err() == nil {
		w, err := q.link.jobs.WatchAll(q.ctx)
		if err != nil {
			if first {
				ready <- err
				return
			}
			if q.ctx.Err() != nil {
				return
			}
			q.cfg.Warn(&StoreError{Step: "follow the list of jobs", Err: err})
			select { // there is no use in asking again before there is another connection
			case <-again:
			case <-q.ctx.Done():
			}
			continue
		}
		q.drink(w, again, func() {
			if first {
				first = false
				ready <- nil
			}
		})
		w.Stop() // fails only when the connection is gone, and the watcher with it
		if first && q.ctx.Err() != nil {
			ready <- context.Cause(q.ctx)
			return
		}
	}
}

// drink takes one watcher's entries in, until the connection is another: a marker of a removed job may be gone by then, so all is read anew.
func (q *Queue) drink(w jetstream.KeyWatcher, again <-chan struct{}, loaded func()) {
	seen := map[string]bool{} // until the watcher has told all there is, which it says by a nil entry
	initial := true
	for {
		var batch []jetstream.KeyValueEntry
		select {
		case <-q.ctx.Done():
			return
		case <-again:
			return
		case e, ok := <-w.Updates():
			if !ok {
				return
			}
			batch = append(batch, e)
		}
		for len(w.Updates()) > 0 && len(batch) < 256 { // nobody else receives
			if e, ok := <-w.Updates(); ok {
				batch = append(batch, e)
			}
		}

		var changed []string
		complete := false
		q.cache.mu.Lock()
		for _, e := range batch {
			if e == nil {
				complete, initial = true, false
				q.forget(seen)
				q.cache.sort()
				continue
			}
			if initial {
				seen[e.Key()] = true
			}
			changed = append(changed, q.apply(e))
		}
		if !initial {
			q.cache.tell()
		}
		q.cache.mu.Unlock()

		switch {
		case complete:
			q.heed(nil)
			loaded()
		case !initial:
			q.heed(changed)
		}
	}
}

// apply brings one entry in and returns its key. The cache's lock is held.
func (q *Queue) apply(e jetstream.KeyValueEntry) string {
	c := q.cache
	c.applied = max(c.applied, e.Revision())
	removed := e.Operation() != jetstream.KeyValuePut
	if e.Key() == controlKey {
		if e.Revision() <= c.revision {
			return controlKey
		}
		var control Control
		if !removed {
			if err := unseal(e.Value(), &control); err != nil {
				q.cfg.Warn(fmt.Errorf("the queue's setting can't be read: %w", err))
			}
		}
		c.control, c.revision = control, e.Revision()
		return controlKey
	}
	id, ok := strings.CutPrefix(e.Key(), jobKey)
	if !ok {
		return e.Key()
	}
	if removed {
		c.take(id, nil, e.Revision())
		return e.Key()
	}
	j, err := unsealJob(id, e.Value())
	if err != nil {
		// It is left where it is: a newer program may be able to read it.
		q.cfg.Warn(fmt.Errorf("the record of job %s can't be read: %w", id, err))
	}
	c.take(id, j, e.Revision())
	return e.Key()
}

// forget takes out what a watcher that began anew didn't tell of. The cache's lock is held.
func (q *Queue) forget(seen map[string]bool) {
	for id, e := range q.cache.jobs {
		if !seen[jobKey+id] {
			q.cache.take(id, nil, e.revision+1)
		}
	}
	clear(seen)
}

// settled waits until the cache shows a revision, so that callers see what they have written.
func (q *Queue) settled(ctx context.Context, revision uint64) error {
	return q.until(ctx, func() bool { return q.cache.applied >= revision })
}

// until waits for something about the cache, whose lock is held while it is asked.
func (q *Queue) until(ctx context.Context, what func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, slowStore, &StoreError{Step: "hear what was written", Err: context.DeadlineExceeded})
	defer cancel()
	for {
		q.cache.mu.Lock()
		ok, moved := what(), q.cache.moved
		q.cache.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-q.ctx.Done():
			return ErrClosed
		}
	}
}
