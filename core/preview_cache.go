package core

import (
	"context"
	"runtime"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	previewBytes = 160 << 20 // of pictures kept, at most: about ten moments at 1440x1080, before, after and between
	previewsBusy = 2         // previews rendered at once
)

// previews is what a Service keeps for looking at tapes.
type previews struct {
	rendering chan struct{} // holds one for each preview being rendered
	pictures  *byteCache
	speeds    *speeds

	mu    sync.Mutex
	views map[string]*view
}

// view is the request that a place waits for.
type view struct{ cancel context.CancelCauseFunc }

func newPreviews(cacheDir string, bytes int) *previews {
	return &previews{rendering: make(chan struct{}, previewsBusy), views: map[string]*view{},
		pictures: newByteCache(bytes), speeds: newSpeeds(cacheDir, runtime.NumCPU())}
}

// begin makes a request the one that its view waits for. Its context ends with ctx, with the service, or with a newer request of the view.
func (v *previews) begin(ctx, service context.Context, name string) (inner context.Context, done func()) {
	inner, cancel := context.WithCancelCause(ctx)
	unwatch := context.AfterFunc(service, func() { cancel(context.Cause(service)) })
	mine := &view{cancel}
	if name != "" {
		v.mu.Lock()
		if older := v.views[name]; older != nil {
			older.cancel(ErrSuperseded)
		}
		v.views[name] = mine
		v.mu.Unlock()
	}
	return inner, func() {
		unwatch()
		cancel(nil)
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.views[name] == mine {
			delete(v.views, name)
		}
	}
}

// work waits for a place to render in.
func (v *previews) work(ctx context.Context) (release func(), err error) {
	return place(ctx, v.rendering)
}

func place(ctx context.Context, places chan struct{}) (release func(), err error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (v *previews) add(key string, value any, bytes int) { v.pictures.add(key, value, bytes) }

// cached finds a picture.
func cached[T any](v *previews, key string) (found T, ok bool) {
	any, ok := v.pictures.get(key)
	if !ok {
		return found, false
	}
	found, ok = any.(T)
	return found, ok
}

// byteCache keeps what was used last, up to so many bytes, and the newest whatever its size.
type byteCache struct {
	mu    sync.Mutex
	cache *lru.Cache[string, sized]
	bytes int
	limit int
}

type sized struct {
	value any
	bytes int
}

func newByteCache(limit int) *byteCache {
	c := &byteCache{limit: limit}
	c.cache, _ = lru.NewWithEvict(1<<16, func(_ string, v sized) { c.bytes -= v.bytes }) // fails for sizes below 1 only
	return c
}

func (c *byteCache) get(key string) (any, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.cache.Get(key)
	return v.value, ok
}

func (c *byteCache) add(key string, value any, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cache.Remove(key)
	c.bytes += bytes
	c.cache.Add(key, sized{value, bytes})
	c.trim()
}

// bound changes how much is kept.
func (c *byteCache) bound(limit int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limit = int(limit)
	c.trim()
}

func (c *byteCache) trim() {
	for c.bytes > c.limit && c.cache.Len() > 1 {
		c.cache.RemoveOldest()
	}
}
