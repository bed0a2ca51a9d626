package core

import (
	"context"
	"image"

	"github.com/tapelight/tapelight/core/neural"
)

// SetFree replaces what tells the free space of a disk.
func (s *Service) SetFree(free func(path string) (uint64, error)) { s.free = free }

// SetEngines replaces the engines. Call it before anything is planned.
func (s *Service) SetEngines(e ...neural.Engine) { s.engines = e }

// ThumbnailCache is the cache of small pictures, for its bound.
type ThumbnailCache struct{ *thumbnails }

func NewThumbnailCache(limit int) ThumbnailCache { return ThumbnailCache{newThumbnails(limit)} }

func (c ThumbnailCache) Add(key string, m *image.NRGBA) { c.add(key, m) }

func (c ThumbnailCache) Has(key string) bool { _, ok := c.get(key); return ok }

func (c ThumbnailCache) Bytes() int { return c.bytes }

// FreeName and Expand are how outputs are numbered and folders walked.
var (
	FreeName = freeName
	Expand   = expand
	Sentence = sentence
)

// SetPower replaces what keeps the machine awake, and what follows the queue.
func (s *Service) SetPower(awake func(context.Context, string) (func(), error), follow func(context.Context, After) error) {
	s.keepAwake, s.perform = awake, follow
}

// TempUsed is how many bytes lie in temporary files.
func (s *Service) TempUsed() int64 { return s.scratch.Used() }
