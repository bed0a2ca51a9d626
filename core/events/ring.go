package events

import "sync"

// Ring keeps the newest items added to it, up to a fixed number. It is safe for concurrent use.
type Ring[T any] struct {
	mu    sync.Mutex
	items []T
	size  int
	next  uint64 // the sequence number the next item gets; numbers start at 0
}

// NewRing makes a ring of the newest size items. A size below 1 counts as 1. Memory grows with use up to that size.
func NewRing[T any](size int) *Ring[T] { return &Ring[T]{size: max(1, size)} }

// Add appends an item, drops the oldest if the ring is full, and returns the item's sequence number.
func (r *Ring[T]) Add(item T) (seq uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.items) < r.size {
		r.items = append(r.items, item)
	} else {
		r.items[r.next%uint64(r.size)] = item
	}
	r.next++
	return r.next - 1
}

// Len is the number of items kept now.
func (r *Ring[T]) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.items)
}

// Next is the sequence number that the next item will get; a reader that has seen everything holds the same number.
func (r *Ring[T]) Next() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next
}

// Snapshot is part of a ring at one moment. Items[i] has the sequence number First+i; Next = First+len(Items) is what to ask for
// the next time.
type Snapshot[T any] struct {
	Items       []T
	First, Next uint64
	Lost        uint64 // items from the number asked for on that the ring no longer has
}

// Snapshot copies the items from sequence number since on: 0 for all that are kept, the last Snapshot's Next for what is new. A since
// ahead of the ring (from another ring, say) gives no items and the ring's own Next.
func (r *Ring[T]) Snapshot(since uint64) Snapshot[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	oldest := r.next - uint64(len(r.items))
	s := Snapshot[T]{First: min(max(since, oldest), r.next), Next: r.next}
	if since < oldest {
		s.Lost = oldest - since
	}
	if n := s.Next - s.First; n > 0 {
		s.Items = make([]T, 0, n)
		for seq := s.First; seq < s.Next; seq++ {
			s.Items = append(s.Items, r.items[seq%uint64(r.size)])
		}
	}
	return s
}
