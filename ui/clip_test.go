package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core"
)

// fakeReel has films of a few pictures whose first byte is their number.
type fakeReel struct {
	pictures int
	sound    bool
	played   []core.Side
	open     int
	bad      error
	closed   bool
}

func (r *fakeReel) Play(_ context.Context, side core.Side, w, h int, _ float64) (film, error) {
	r.played = append(r.played, side)
	if r.bad != nil {
		return nil, r.bad
	}
	r.open++
	return &fakeFilm{reel: r}, nil
}
func (r *fakeReel) Size() image.Point { return image.Pt(64, 48) }
func (r *fakeReel) Sound() bool       { return r.sound }
func (r *fakeReel) Close() error      { r.closed = true; return nil }

type fakeFilm struct {
	reel        *fakeReel
	shown, said int
}

func (f *fakeFilm) Rate() float64 { return 25 }
func (f *fakeFilm) Next(m *image.RGBA) error {
	if f.shown == f.reel.pictures {
		return io.EOF
	}
	m.Pix[0] = uint8(f.shown)
	f.shown++
	return nil
}
func (f *fakeFilm) Samples(b []byte) (int, error) {
	if f.said == 3 {
		return 0, io.EOF
	}
	f.said++
	return len(b), nil
}
func (f *fakeFilm) Close() { f.reel.open-- }

// speaker counts what is played on it.
type speaker struct {
	bytes   int
	drained bool
	closed  bool
}

func (s *speaker) Write(b []byte) (int, error) { s.bytes += len(b); return len(b), nil }
func (s *speaker) Drain() error                { s.drained = true; return nil }
func (s *speaker) Close() error                { s.closed = true; return nil }

// stage runs a projector by a clock of its own; slow is what each picture takes to get onto the screen, beyond waiting.
func stage(r *fakeReel, out core.SoundOutput, noSound error) (p *projector, shown *[]int, clock *time.Time) {
	at, seen := time.Unix(0, 0), []int{}
	return &projector{reel: r, size: image.Pt(8, 6), now: func() time.Time { return at },
		wait:  func(_ context.Context, d time.Duration) { at = at.Add(d) },
		sound: func(context.Context) (core.SoundOutput, error) { return out, noSound },
		show:  func(m *image.RGBA, done func()) { seen = append(seen, int(m.Pix[0])); done() }}, &seen, &at
}

func TestProjectorKeepsTimeAndPlaysTheSound(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	r, out := &fakeReel{pictures: 5, sound: true}, &speaker{}
	p, shown, at := stage(r, out, nil)
	var pics [playBuffers]*image.RGBA
	for i := range pics {
		pics[i] = image.NewRGBA(image.Rect(0, 0, 8, 6))
	}
	if err := p.once(t.Context(), &pics); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(*shown) != "[0 1 2 3 4]" || at.Sub(time.Unix(0, 0)) != 160*time.Millisecond {
		t.Errorf("shown %v in %v", *shown, at.Sub(time.Unix(0, 0)))
	}
	if out.bytes != 3*soundBlock || !out.drained || !out.closed || r.open != 0 {
		t.Errorf("%d bytes of sound, drained %v, closed %v; %d films are open", out.bytes, out.drained, out.closed, r.open)
	}
}

func TestProjectorLeavesLatePicturesOut(t *testing.T) {
	r := &fakeReel{pictures: 6}
	p, shown, at := stage(r, nil, core.ErrNoSound)
	show := p.show
	p.show = func(m *image.RGBA, done func()) {
		show(m, done)
		if m.Pix[0] == 1 {
			*at = at.Add(130 * time.Millisecond) // the screen was busy
		}
	}
	var pics [playBuffers]*image.RGBA
	for i := range pics {
		pics[i] = image.NewRGBA(image.Rect(0, 0, 8, 6))
	}
	if err := p.once(t.Context(), &pics); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(*shown); got != "[0 1 4 5]" {
		t.Errorf("shown %s", got)
	}
	*shown = nil
	p.show = show
	slow := p.now
	p.now = func() time.Time { *at = at.Add(100 * time.Millisecond); return slow() } // a machine that never keeps up
	if err := p.once(t.Context(), &pics); err != nil || len(*shown) < 2 {
		t.Errorf("a slow machine shows %v (%v)", *shown, err)
	}
	p.now = slow
	held := 0
	p.show = func(*image.RGBA, func()) { held++ } // the screen never takes it
	if err := p.once(t.Context(), &pics); err != nil || held != 1 {
		t.Errorf("%d pictures wait for a busy screen, want 1 (%v)", held, err)
	}
}

func TestProjectorLoopsUntilItIsStopped(t *testing.T) {
	r := &fakeReel{pictures: 2, sound: true}
	p, shown, _ := stage(r, nil, core.ErrNoSound)
	ctx, cancel := context.WithCancel(t.Context())
	show := p.show
	p.show = func(m *image.RGBA, done func()) {
		if show(m, done); len(*shown) == 7 {
			cancel()
		}
	}
	if err := p.Run(ctx); err != nil {
		t.Error(err)
	}
	if len(r.played) != 4 || r.open != 0 {
		t.Errorf("played %d times, %d open", len(r.played), r.open)
	}
	r.bad = errors.New("gone")
	if err := p.Run(t.Context()); err == nil {
		t.Error("a clip that can't be played is played forever")
	}
	if err := (&projector{reel: &fakeReel{}, now: time.Now}).Run(t.Context()); err == nil {
		t.Error("an empty clip is played forever")
	}
}

func TestClipButton(t *testing.T) {
	b := opened(t)
	b.showJobs(false, longJob("a", core.Waiting))
	b.pass()
	b.tap("5 seconds")
	b.wantText("The five seconds can't be rendered: no clips here")
	b.tap("OK")
	r := &fakeReel{pictures: 1, bad: errors.New("gone")}
	var asked core.PreviewRequest
	b.preview.on.clip = func(_ context.Context, req core.PreviewRequest, progress func(core.Progress)) (reel, error) {
		asked = req
		progress(core.Progress{Frames: 9, Total: 9})
		progress(core.Progress{Frames: 0, Total: 9})
		if !strings.HasPrefix(b.preview.state.words, "Rendering 5 seconds: 50") {
			t.Errorf("while it renders: %q", b.preview.state.words)
		}
		return r, nil
	}
	b.tap("5 seconds")
	b.wantText("The clip can't be played: gone")
	b.tap("OK")
	if asked.Time != 10 || len(r.played) != 1 || r.played[0] != core.SideAfter {
		t.Errorf("asked for %v, played %v", asked.Time, r.played)
	}
	b.tap("Before")
	b.tap("5 seconds")
	b.tap("OK")
	if len(r.played) != 2 || r.played[1] != core.SideBefore || r.closed {
		t.Errorf("the same clip again: played %v, closed %v", r.played, r.closed)
	}
	b.preview.seek(50)
	b.preview.on.clip = func(context.Context, core.PreviewRequest, func(core.Progress)) (reel, error) {
		return nil, core.ErrSuperseded
	}
	b.tap("5 seconds")
	if !r.closed || b.preview.clip.stop != nil {
		t.Error("a clip of another moment is kept, or something still goes on")
	}
}

func TestStopEndsRendering(t *testing.T) {
	b := opened(t)
	b.showJobs(false, longJob("a", core.Waiting))
	b.pass()
	r := &fakeReel{pictures: 1}
	b.preview.on.clip = func(ctx context.Context, _ core.PreviewRequest, _ func(core.Progress)) (reel, error) {
		test.Tap(b.preview.play) // "Stop", while it renders
		<-ctx.Done()
		return r, nil // ready in the same moment
	}
	b.tap("5 seconds")
	if !r.closed || b.preview.clip.reel != nil || b.preview.play.label != "5 seconds" {
		t.Error("a clip that was called off is kept")
	}
}

func TestScenesAreFetchedOnceForEachVideo(t *testing.T) {
	b := opened(t)
	b.showJobs(false, longJob("a", core.Waiting), longJob("b", core.Waiting))
	b.showJobs(false, longJob("a", core.Waiting), longJob("b", core.Waiting))
	test.Tap(b.row("b"))
	if got := fmt.Sprint(b.backend.strips); got != "[/tapes/a.avi /tapes/b.avi]" {
		t.Errorf("scenes were fetched of %s", got)
	}
	if len(b.preview.line.scenes) != 2 {
		t.Errorf("%d scenes are on the strip", len(b.preview.line.scenes))
	}
}
