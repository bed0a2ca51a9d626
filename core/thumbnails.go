package core

import (
	"context"
	"fmt"
	"image"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/tapelight/tapelight/core/source"
)

// thumbnailBytes is how much memory pictures of tapes may take.
const thumbnailBytes = 32 << 20

// thumbnails is a cache bounded by bytes.
type thumbnails struct {
	mu    sync.Mutex
	cache *lru.Cache[string, *image.NRGBA]
	bytes int
	limit int
}

func newThumbnails(limit int) *thumbnails {
	t := &thumbnails{limit: limit}
	t.cache, _ = lru.NewWithEvict(1<<16, func(_ string, m *image.NRGBA) { t.bytes -= len(m.Pix) }) // fails for sizes below 1 only
	return t
}

func (t *thumbnails) get(key string) (*image.NRGBA, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cache.Get(key)
}

func (t *thumbnails) add(key string, m *image.NRGBA) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cache.Remove(key)
	t.cache.Add(key, m)
	t.bytes += len(m.Pix)
	for t.bytes > t.limit && t.cache.Len() > 1 {
		t.cache.RemoveOldest()
	}
}

// Thumbnail is a small picture of a capture, from a tenth of its length in, at its display aspect. It runs ffmpeg unless the picture is cached:
// call it from a goroutine that may wait.
func (s *Service) Thumbnail(ctx context.Context, path string) (picture image.Image, err error) {
	defer s.guard(path, &err)
	key, err := identity(path)
	if err != nil {
		return nil, err
	}
	if m, ok := s.thumbnails.get(key); ok {
		return m, nil
	}
	src, err := s.Probe(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	const height = 96
	width := shownWidth(src, height)
	pix, err := t.Picture(ctx, path, src.Video.Index, src.Duration/10, width, height)
	if err != nil {
		return nil, fmt.Errorf("make a small picture of %s: %w", path, err)
	}
	m := &image.NRGBA{Pix: pix, Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
	s.thumbnails.add(key, m)
	return m, nil
}

// shownWidth is how wide a small picture of a capture is, at its display aspect.
func shownWidth(src *source.Source, height int) int {
	d := src.Video.DAR.Float()
	if r := src.Video.Rotation; d > 0 && (r == 90 || r == 270) {
		d = 1 / d
	}
	if d <= 0.2 || d >= 5 {
		d = 4.0 / 3
	}
	return int(float64(height)*d+1) &^ 1
}
