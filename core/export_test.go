package core

import (
	"context"
	"image"
	"testing"

	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/queue"
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

// TakeTemp takes room for temporary files, as other work does.
func (s *Service) TakeTemp(t *testing.T, n int64) (release func()) {
	t.Helper()
	give, err := s.scratch.Take("a test", n)
	if err != nil {
		t.Fatal(err)
	}
	return func() { give(); s.again() }
}

// SetVolume replaces what names the disk of a path.
func (s *Service) SetVolume(volume func(path string) string) { s.volume = volume }

// MemoryFor is the bound under which jobs may take so many bytes.
func MemoryFor(jobs int64) int64 {
	total := int64(LeastMemory)
	for (memory{total: total, cache: Tuning{Memory: total}.cache()}).jobs() < jobs {
		total += 1e6
	}
	return total
}

// JobsMemory is what all jobs together may take.
func (s *Service) JobsMemory() int64 { return s.memory().jobs() }

// WouldRun tells whether a job of so many bytes would be begun beside those that run.
func (s *Service) WouldRun(bytes int64) bool {
	return s.jobs.passable(&queue.Job{ID: "next"}, load{Memory: bytes})
}

// Occupy is a job that runs and was granted so many bytes.
func (s *Service) Occupy(bytes int64) (release func()) {
	a := s.jobs.admit(queue.Job{ID: "running"})
	s.jobs.grant(a, bytes)
	return func() { s.jobs.release("running") }
}
