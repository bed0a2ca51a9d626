package ui

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// update writes the golden files anew: CGO_ENABLED=0 go test ./ui -update
var update = flag.Bool("update", false, "write testdata/*.xml anew")

type bench struct {
	*Window
	t       *testing.T
	backend *fake
	desk    *fakeDesktop
	win     fyne.Window
	timers  []*timer
}

// timer is something that is to happen later.
type timer struct {
	d time.Duration
	f func()
}

// pass lets the time pass that things wait for, once.
func (b *bench) pass() {
	due := b.timers
	b.timers = nil
	for _, t := range due {
		if t.f != nil {
			t.f()
		}
	}
}

// opened makes the window with everything running inline, at the smallest size that must work.
func opened(t *testing.T, change ...func(*fake)) *bench {
	t.Helper()
	app := test.NewTempApp(t)
	win := test.NewTempWindow(t, nil)
	f, d := newFake(), &fakeDesktop{}
	for _, c := range change {
		c(f)
	}
	inline := func(f func()) { f() }
	b := &bench{t: t, backend: f, desk: d, win: win}
	after := func(d time.Duration, f func()) func() {
		timer := &timer{d, f}
		b.timers = append(b.timers, timer)
		return func() { timer.f = nil }
	}
	b.Window = build(app, win, f, d, doors{inline, inline, inline, after, func(f func(context.Context)) { f(t.Context()) }})
	win.Resize(fyne.NewSize(1280, 720))
	f.said()
	return b
}

// job makes a job whose ID is its name.
func job(id string, s core.State) core.Job {
	f := newFake()
	return core.Job{ID: id, Name: id + ".avi", Path: "/tapes/" + id + ".avi", Recipe: f.presets[0], State: s, Facts: "NTSC, interlaced, 0:58:12, stereo"}
}

func (b *bench) showJobs(running bool, jobs ...core.Job) {
	mode := core.Stopped
	if running {
		mode = core.Started
	}
	b.Show(core.Snapshot{Jobs: jobs, Mode: mode, Running: running})
}

func (b *bench) want(calls ...string) {
	b.t.Helper()
	if got := fmt.Sprint(b.backend.said()); got != fmt.Sprint(calls) {
		b.t.Errorf("the backend was asked for %v, want %v", got, calls)
	}
}

// objects are all visible objects of the window, those of dialogs last.
func (b *bench) objects() []fyne.CanvasObject {
	var all []fyne.CanvasObject
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		all = append(all, o)
		switch c := o.(type) {
		case *fyne.Container:
			for _, in := range c.Objects {
				walk(in)
			}
		case fyne.Widget:
			for _, in := range test.WidgetRenderer(c).Objects() {
				walk(in)
			}
		}
	}
	walk(b.win.Content())
	for _, o := range b.win.Canvas().Overlays().List() {
		walk(o)
	}
	return all
}

// says tells whether text stands anywhere in the window.
func (b *bench) says(text string) bool {
	for _, o := range b.objects() {
		if c, ok := o.(*canvas.Text); ok && c.Text == text {
			return true
		}
	}
	return false
}

func (b *bench) wantText(texts ...string) {
	b.t.Helper()
	for _, s := range texts {
		if !b.says(s) {
			b.t.Errorf("nothing in the window says %q", s)
		}
	}
}

// tap presses the last visible button or link of that label: dialogs come last.
func (b *bench) tap(label string) {
	b.t.Helper()
	var found fyne.Tappable
	for _, o := range b.objects() {
		switch w := o.(type) {
		case *button:
			if w.Text == label {
				found = w
			}
		case *widget.Button:
			if w.Text == label {
				found = w
			}
		case *link:
			if w.label == label {
				found = w
			}
		}
	}
	if found == nil {
		b.t.Fatalf("there is no button %q", label)
	}
	test.Tap(found)
}

// firstButton is the first visible button of that label.
func (b *bench) firstButton(label string) *button {
	b.t.Helper()
	for _, o := range b.objects() {
		if w, ok := o.(*button); ok && w.Text == label {
			return w
		}
	}
	b.t.Fatalf("there is no button %q", label)
	return nil
}

// buttonWithTip is the visible button with that hint.
func (b *bench) buttonWithTip(tip string) *button {
	b.t.Helper()
	for _, o := range b.objects() {
		if w, ok := o.(*button); ok && w.tip == tip {
			return w
		}
	}
	b.t.Fatalf("there is no button that says %q", tip)
	return nil
}

// row is the one of that job.
func (b *bench) row(id string) *row {
	b.t.Helper()
	for r := range b.queue.rows {
		if r.job.ID == id {
			return r
		}
	}
	b.t.Fatalf("there is no row of %s", id)
	return nil
}

// golden compares an object's markup with testdata/name.xml.
func golden(t *testing.T, name string, o fyne.CanvasObject, size fyne.Size) {
	t.Helper()
	w := test.NewTempWindow(t, container.NewStack(o))
	w.SetPadded(false)
	w.Resize(size)
	got := test.RenderToMarkup(w.Canvas())
	file := filepath.Join("testdata", name+".xml")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; if it is meant to, run the tests with -update and look at the difference. Got:\n%s", file, got)
	}
}
