package events

import (
	"container/list"
	"context"
	"iter"
	"sync"
)

// Subscription is one subscriber's queue. One goroutine reads it; Close may be called by any.
type Subscription[E any] struct {
	bus   *Bus[E]
	ready chan struct{} // holds a token when there is something to read
	ended chan struct{}

	mu       sync.Mutex
	unwatch  func() bool
	pending  list.List                // of item[E], in the order of publishing
	progress list.List                // of *list.Element in pending: the progress events among them, in the same order
	byKey    map[string]*list.Element // in progress
	lost     uint64
	err      error
}

type item[E any] struct {
	key   string
	event E
}

func newSubscription[E any](b *Bus[E]) *Subscription[E] {
	return &Subscription[E]{bus: b, ready: make(chan struct{}, 1), ended: make(chan struct{}), byKey: map[string]*list.Element{}}
}

// put queues an event. It reports false when the subscription has ended or ends by it.
func (s *Subscription[E]) put(key string, e E) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return false
	}
	if key == "" {
		if s.pending.Len()-s.progress.Len() >= s.bus.limits.State {
			s.endLocked(ErrBehind)
			s.clear() // the reader must begin anew; what is left here would only mislead it
			return false
		}
		s.pending.PushBack(item[E]{event: e})
	} else {
		// The newest goes to the end, not into the older one's place: it must not overtake a state change.
		if old, ok := s.byKey[key]; ok {
			s.drop(old)
		} else if s.progress.Len() >= s.bus.limits.Progress {
			s.drop(s.progress.Front())
		}
		s.byKey[key] = s.progress.PushBack(s.pending.PushBack(item[E]{key: key, event: e}))
	}
	select {
	case s.ready <- struct{}{}:
	default:
	}
	return true
}

// drop loses an unread progress event.
func (s *Subscription[E]) drop(p *list.Element) {
	s.take(p.Value.(*list.Element))
	s.lost++
}

// take removes an element of pending from all that knows it.
func (s *Subscription[E]) take(el *list.Element) E {
	it := s.pending.Remove(el).(item[E])
	if it.key != "" {
		s.progress.Remove(s.byKey[it.key])
		delete(s.byKey, it.key)
	}
	return it.event
}

func (s *Subscription[E]) clear() {
	s.pending.Init()
	s.progress.Init()
	clear(s.byKey)
}

// Next waits for the next event. Its error is ctx's, or once everything that was handed over is read, ErrClosed or ErrBehind.
func (s *Subscription[E]) Next(ctx context.Context) (E, error) {
	for {
		if e, ok, err := s.poll(); ok || err != nil {
			return e, err
		}
		select {
		case <-s.ready:
		case <-s.ended:
		case <-ctx.Done():
			var none E
			return none, ctx.Err()
		}
	}
}

func (s *Subscription[E]) poll() (e E, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if front := s.pending.Front(); front != nil {
		return s.take(front), true, nil
	}
	return e, false, s.err
}

// Drain returns all unread events at once without waiting, for a reader that redraws at its own pace. The error is that of Next, and
// comes only when nothing is left.
func (s *Subscription[E]) Drain() ([]E, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending.Len() == 0 {
		return nil, s.err
	}
	all := make([]E, 0, s.pending.Len())
	for el := s.pending.Front(); el != nil; el = el.Next() {
		all = append(all, el.Value.(item[E]).event)
	}
	s.clear()
	return all, nil
}

// All yields events until ctx or the subscription ends; Err then tells why.
func (s *Subscription[E]) All(ctx context.Context) iter.Seq[E] {
	return func(yield func(E) bool) {
		for {
			e, err := s.Next(ctx)
			if err != nil || !yield(e) {
				return
			}
		}
	}
}

// Err is nil while events still come, then ErrClosed or ErrBehind.
func (s *Subscription[E]) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Lost is the number of progress events that a newer one replaced, or that went because the limit was reached.
func (s *Subscription[E]) Lost() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost
}

// Close ends the subscription. What was handed over before can still be read.
func (s *Subscription[E]) Close() {
	s.end(ErrClosed)
	s.bus.forget(s)
}

func (s *Subscription[E]) end(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endLocked(why)
}

func (s *Subscription[E]) endLocked(why error) {
	if s.err != nil {
		return
	}
	s.err = why
	close(s.ended)
	if s.unwatch != nil {
		s.unwatch()
	}
}

// watch ends the subscription with ctx.
func (s *Subscription[E]) watch(ctx context.Context) {
	stop := context.AfterFunc(ctx, s.Close)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unwatch = stop
	if s.err != nil {
		stop()
	}
}
