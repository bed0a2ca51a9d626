package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"sync"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// fake is a backend that does what it is told and remembers it.
type fake struct {
	mu      sync.Mutex
	calls   []string
	snap    core.Snapshot
	sample  core.Sample
	sampled bool
	entries []core.LogEntry
	report  core.DoctorReport
	watch   chan struct{}
	presets []recipe.Recipe
	bad     error
}

func newFake() *fake {
	mk := func(name, title, about string) recipe.Recipe {
		r := recipe.Default()
		r.Name, r.Title, r.Description, r.BuiltIn = name, title, about, true
		return r
	}
	return &fake{report: core.DoctorReport{OK: true}, watch: make(chan struct{}, 1), presets: []recipe.Recipe{
		mk("vhs", "VHS", "Home recordings and films on VHS, S-VHS or Betamax: interlaced, noisy, smeared colour."),
		mk("dvd", "DVD, video", "DVDs of television and camcorder footage."),
		mk("clean", "Clean digital", "Good digital sources that only need to be larger."),
	}}
}

func (f *fake) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
}

// said returns what was asked of the backend since it was last called.
func (f *fake) said() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.calls
	f.calls = nil
	return c
}

func (f *fake) Presets() ([]recipe.Recipe, error) { return f.presets, f.bad }
func (f *fake) Add(paths []string, r recipe.Recipe, outDir string) []string {
	f.note("add %q as %s into %q", paths, r.Name, outDir)
	return nil
}
func (f *fake) Start()                                   { f.note("start") }
func (f *fake) Stop()                                    { f.note("stop") }
func (f *fake) Cancel(id string)                         { f.note("cancel %s", id) }
func (f *fake) Retry(id string)                          { f.note("retry %s", id) }
func (f *fake) Remove(id string)                         { f.note("remove %s", id) }
func (f *fake) ClearFinished()                           { f.note("clear") }
func (f *fake) SetRecipe(id string, r recipe.Recipe)     { f.note("recipe %s %s", id, r.Name) }
func (f *fake) Watch(context.Context) <-chan struct{}    { return f.watch }
func (f *fake) MonitorHistory() []core.Sample            { return nil }
func (f *fake) Doctor(context.Context) core.DoctorReport { return f.report }

func (f *fake) Snapshot() core.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, "snapshot")
	return f.snap
}

func (f *fake) MonitorSample() (core.Sample, bool) { return f.sample, f.sampled }

func (f *fake) Log(since uint64) []core.LogEntry {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.entries[min(since, uint64(len(f.entries))):]
}

func (f *fake) Thumbnail(_ context.Context, path string) (image.Image, error) {
	if path == "" {
		return nil, errors.New("no picture")
	}
	img := image.NewNRGBA(image.Rect(0, 0, 8, 6))
	for i := range 48 {
		img.Set(i%8, i/8, color.NRGBA{uint8(i * 5), 90, 120, 255})
	}
	return img, nil
}

// fakeDesktop answers as it is told.
type fakeDesktop struct {
	videos []string
	folder string
	err    error
	shown  []string
}

func (d *fakeDesktop) PickVideos(string) ([]string, error)       { return d.videos, d.err }
func (d *fakeDesktop) PickFolder(string, string) (string, error) { return d.folder, d.err }
func (d *fakeDesktop) ShowInFolder(path string) error            { d.shown = append(d.shown, path); return d.err }
func (d *fakeDesktop) Open(path string) error                    { d.shown = append(d.shown, path); return d.err }
