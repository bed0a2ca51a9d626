package ui

import (
	"context"
	"image"
	"slices"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
)

// thumbs fetches small pictures on a few goroutines of its own, those asked for last first: they are the ones on the screen.
type thumbs struct {
	load  func(context.Context, string) (image.Image, error)
	ready func(path string, img image.Image) // on a goroutine of thumbs

	mu     sync.Mutex
	kept   *lru.Cache[string, image.Image] // nil images: there is none to be had
	wanted []string
	asked  map[string]bool

	wake chan struct{}
	wg   sync.WaitGroup
}

const (
	thumbsKept   = 256
	thumbsWanted = 64
	thumbWorkers = 2
)

func newThumbs(load func(context.Context, string) (image.Image, error), ready func(string, image.Image)) *thumbs {
	kept, err := lru.New[string, image.Image](thumbsKept)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &thumbs{load: load, ready: ready, kept: kept, asked: map[string]bool{}, wake: make(chan struct{}, thumbWorkers)}
}

// Run works until ctx ends.
func (t *thumbs) Run(ctx context.Context) {
	for range thumbWorkers {
		t.wg.Go(func() {
			for {
				for t.one(ctx) {
				}
				select {
				case <-ctx.Done():
					return
				case <-t.wake:
				}
			}
		})
	}
	t.wg.Wait()
}

// one fetches the picture that was asked for last; false when none is wanted or ctx has ended.
func (t *thumbs) one(ctx context.Context) bool {
	t.mu.Lock()
	if len(t.wanted) == 0 || ctx.Err() != nil {
		t.mu.Unlock()
		return false
	}
	last := len(t.wanted) - 1
	path := t.wanted[last]
	t.wanted = t.wanted[:last]
	t.mu.Unlock()

	img, err := t.load(ctx, path)
	if err != nil {
		img = nil
	}
	t.mu.Lock()
	delete(t.asked, path)
	if ctx.Err() == nil {
		t.kept.Add(path, img)
	}
	t.mu.Unlock()
	if ctx.Err() == nil {
		t.ready(path, img)
	}
	return true
}

// Get is the picture if it is there already; otherwise it is fetched, and ready called. It never waits.
func (t *thumbs) Get(path string) image.Image {
	t.mu.Lock()
	defer t.mu.Unlock()
	if img, ok := t.kept.Get(path); ok {
		return img
	}
	if t.asked[path] {
		return nil
	}
	if len(t.wanted) == thumbsWanted { // scrolled past long ago
		delete(t.asked, t.wanted[0])
		t.wanted = slices.Delete(t.wanted, 0, 1)
	}
	t.wanted, t.asked[path] = append(t.wanted, path), true
	select {
	case t.wake <- struct{}{}:
	default:
	}
	return nil
}
