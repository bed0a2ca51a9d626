package core

import (
	"context"
	"sync"
)

// turns lets one at a time do the work of a key, so that what several want at once is done once. The zero value is ready.
type turns struct {
	mu   sync.Mutex
	busy map[string]chan struct{}
}

// enter waits until nobody else is in with the key, or until ctx ends. Unless it fails, release must follow.
func (t *turns) enter(ctx context.Context, key string) (release func(), err error) {
	for {
		t.mu.Lock()
		ahead := t.busy[key]
		if ahead == nil {
			if t.busy == nil {
				t.busy = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			t.busy[key] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.busy, key)
				t.mu.Unlock()
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-ahead:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
