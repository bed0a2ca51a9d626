package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"slices"
	"sync"
	"time"

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
	added   core.Added
	set     map[string]recipe.Recipe // by SetRecipe
	refuse  bool
	noFrame error
	looked  []string // previews asked for
	advice  string   // the preset recommended for every video
	advised []string // videos that a preset was asked for
	strips  []string // videos whose scenes were asked for
	devices []core.Processor
	untuned error // what Tune answers
	sounds  []core.SoundView
	noSound error
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

// PreviewFrame makes a dark picture before and a bright one after.
func (f *fake) PreviewFrame(_ context.Context, req core.PreviewRequest) (*core.PreviewFrame, error) {
	f.mu.Lock()
	f.looked = append(f.looked, fmt.Sprintf("%s at %.1f with %d", req.Path, req.Time, req.Recipe.Picture.Denoise))
	f.mu.Unlock()
	if f.noFrame != nil {
		return nil, f.noFrame
	}
	fill := func(v uint8) *image.RGBA {
		m := image.NewRGBA(image.Rect(0, 0, 320, 240))
		for i := range m.Pix {
			m.Pix[i] = v
		}
		return m
	}
	return &core.PreviewFrame{Before: fill(40), After: fill(200), Time: req.Time, Index: int64(req.Time * 50), Total: 50000, Rate: 50}, nil
}

func (f *fake) PreviewClip(context.Context, core.PreviewRequest, func(core.Progress)) (*core.Clip, error) {
	return nil, errors.New("no clips here")
}
func (f *fake) SoundView(ctx context.Context, req core.PreviewRequest, progress func(string)) ([]core.SoundView, error) {
	f.note("sound of %s from %.0f, mode %s", req.Path, req.Time, req.Recipe.Sound.Mode)
	progress("Measuring the sound")
	return f.sounds, f.noSound
}
func (f *fake) Recommend(_ context.Context, path string) (core.Recommendation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.advised = append(f.advised, path)
	return core.Recommendation{Preset: f.advice, Why: "It is a disc."}, nil
}
func (f *fake) OpenSound(context.Context) (core.SoundOutput, error) { return nil, core.ErrNoSound }
func (f *fake) Scenes(_ context.Context, path string, n int, each func(core.Scene)) error {
	for _, i := range []int{0, n - 1} {
		each(core.Scene{Time: float64(i), Picture: image.NewNRGBA(image.Rect(0, 0, 4+i, 3))})
	}
	f.mu.Lock()
	f.strips = append(f.strips, path)
	f.mu.Unlock()
	return nil
}
func (f *fake) Estimate(_ context.Context, req core.Request) (core.Estimate, error) {
	return core.Estimate{Time: 90 * time.Minute, Size: 2e9, Basis: core.BasisMeasured}, nil
}
func (f *fake) NetworkInfos() []core.NetworkInfo {
	return []core.NetworkInfo{{Name: "tape-fast"}, {Name: "bad", Error: "x"}}
}
func (f *fake) SavePreset(r recipe.Recipe) (string, error) {
	f.note("save %s as %q", r.Name, r.Title)
	if f.bad != nil {
		return "", f.bad
	}
	f.presets = append(f.presets, r)
	return "/config/" + r.Name + ".toml", nil
}
func (f *fake) Presets() ([]recipe.Recipe, error) { return f.presets, f.bad }
func (f *fake) Add(paths []string, r recipe.Recipe, outDir string) (core.Added, error) {
	f.note("add %q as %s into %q", paths, r.Name, outDir)
	return f.added, nil
}
func (f *fake) Start() error                       { return f.each("start") }
func (f *fake) Stop() error                        { return f.each("stop") }
func (f *fake) Hold() error                        { return f.each("hold") }
func (f *fake) Pause(ids ...string) error          { return f.each("pause", ids...) }
func (f *fake) Resume(ids ...string) error         { return f.each("resume", ids...) }
func (f *fake) Cancel(ids ...string) error         { return f.each("cancel", ids...) }
func (f *fake) Retry(ids ...string) error          { return f.each("retry", ids...) }
func (f *fake) Remove(ids ...string) error         { return f.each("remove", ids...) }
func (f *fake) ClearFinished() error               { return f.each("clear") }
func (f *fake) Move(id string, _ core.Where) error { return f.each("move", id) }
func (f *fake) SetRecipe(id string, r recipe.Recipe) error {
	if f.refuse {
		return errors.New("refused")
	}
	f.mu.Lock()
	if f.set == nil {
		f.set = map[string]recipe.Recipe{}
	}
	f.set[id] = r
	f.mu.Unlock()
	return f.each("recipe", id+" "+r.Name)
}
func (f *fake) Duplicate(id string, r recipe.Recipe) (string, error) {
	return id + "-2", f.each("duplicate", id+" "+r.Name)
}
func (f *fake) SetAfter(a core.After) error { return f.each("after", string(a.Action)) }
func (f *fake) SetKeepAwake(on bool)        { f.note("awake %v", on) }
func (f *fake) SetDiskFloor(n int64)        { f.note("floor %d", n) }
func (f *fake) Tune(t core.Tuning) error {
	f.note("tune %+v", t)
	return f.untuned
}
func (f *fake) Processors(context.Context) []core.Processor { return f.devices }
func (f *fake) DeletePreset(name string) error {
	f.note("delete %s", name)
	if f.bad == nil {
		f.presets = slices.DeleteFunc(f.presets, func(r recipe.Recipe) bool { return r.Name == name })
	}
	return f.bad
}
func (f *fake) RenamePreset(name, title string) error {
	f.note("rename %s to %q", name, title)
	for i := range f.presets {
		if f.presets[i].Name == name && f.bad == nil {
			f.presets[i].Title = title
		}
	}
	return f.bad
}
func (f *fake) CancelAfter() error { return f.each("cancel after") }

// each notes what was done with each of the ids.
func (f *fake) each(what string, ids ...string) error {
	if len(ids) == 0 {
		f.note("%s", what)
	}
	for _, id := range ids {
		f.note("%s %s", what, id)
	}
	return nil
}
func (f *fake) Watch(context.Context) <-chan struct{}    { return f.watch }
func (f *fake) MonitorHistory() []core.Sample            { return nil }
func (f *fake) Doctor(context.Context) core.DoctorReport { return f.report }

func (f *fake) Snapshot() core.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, "snapshot")
	return f.snap
}

func (f *fake) MonitorSample() (core.Sample, bool) {
	f.sample.Time = f.sample.Time.Add(time.Second)
	return f.sample, f.sampled
}

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
	copied image.Image
}

func (d *fakeDesktop) PickVideos(string) ([]string, error)       { return d.videos, d.err }
func (d *fakeDesktop) PickFolder(string, string) (string, error) { return d.folder, d.err }
func (d *fakeDesktop) ShowInFolder(path string) error            { d.shown = append(d.shown, path); return d.err }
func (d *fakeDesktop) CopyPicture(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	d.copied, err = png.Decode(f)
	return errors.Join(err, d.err)
}
func (d *fakeDesktop) Open(path string) error { d.shown = append(d.shown, path); return d.err }
