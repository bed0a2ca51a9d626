package events

import (
	"context"
	"errors"
	"sync"
)

// The ends of a subscription.
var (
	// ErrClosed: the bus, the subscription or its context has ended.
	ErrClosed = errors.New("the subscription has ended")
	// ErrBehind: the subscriber left so many state changes unread that keeping more would have had no bound. It must subscribe
	// again and read the present state.
	ErrBehind = errors.New("the subscriber is too far behind")
)

// Limits bound what waits for one subscriber. Zero fields mean the defaults.
type Limits struct {
	Progress int // events with a key; 1,024
	State    int // events without; 65,536
}

// Bus hands every event to all present subscribers, in the order of publishing, and never makes the publisher wait.
//
// Events are of two kinds. One that has a key is *progress*: only the newest of a key matters, so it replaces the unread older one,
// and where a subscriber has more keys unread than its limit, the oldest goes (Subscription.Lost counts both). One without a key is
// a *state change*: it is never dropped and never overtaken. State changes can't be kept without bound either: a subscriber
// that leaves more unread than its limit is cut off with ErrBehind, rather than shown a history with a hole.
type Bus[E any] struct {
	key    func(E) string
	limits Limits
	mu     sync.Mutex
	subs   map[*Subscription[E]]struct{}
	closed bool
}

// NewBus makes a bus. key returns the key of a progress event and "" for a state change; nil means that all are state changes.
func NewBus[E any](key func(E) string, limits Limits) *Bus[E] {
	if key == nil {
		key = func(E) string { return "" }
	}
	if limits.Progress <= 0 {
		limits.Progress = 1024
	}
	if limits.State <= 0 {
		limits.State = 65536
	}
	return &Bus[E]{key: key, limits: limits, subs: map[*Subscription[E]]struct{}{}}
}

// Publish hands e to all subscribers. On a closed bus it does nothing.
func (b *Bus[E]) Publish(e E) {
	key := b.key(e)
	b.mu.Lock() // also holds the order: all subscribers see the same one
	defer b.mu.Unlock()
	for s := range b.subs {
		if !s.put(key, e) {
			delete(b.subs, s)
		}
	}
}

// Subscribe hears every event published from now on, until ctx ends, Close is called, or the bus is closed.
func (b *Bus[E]) Subscribe(ctx context.Context) *Subscription[E] {
	s := newSubscription(b)
	b.mu.Lock()
	if b.closed {
		s.end(ErrClosed)
	} else {
		b.subs[s] = struct{}{}
	}
	b.mu.Unlock()
	s.watch(ctx)
	return s
}

// Close ends all subscriptions; each may still read what it was handed before.
func (b *Bus[E]) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for s := range b.subs {
		s.end(ErrClosed)
	}
	clear(b.subs)
}

func (b *Bus[E]) forget(s *Subscription[E]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, s)
}
