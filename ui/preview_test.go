package ui

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// longJob is a job whose tape is 100 seconds long.
func longJob(id string, s core.State) core.Job {
	j := job(id, s)
	j.Duration = 100 * time.Second
	return j
}

// looked returns the previews asked for since it was last called.
func (b *bench) looked() string {
	b.backend.mu.Lock()
	defer b.backend.mu.Unlock()
	l := fmt.Sprint(b.backend.looked)
	b.backend.looked = nil
	return l
}

func TestPreviewFollowsSelectionRecipeAndTime(t *testing.T) {
	b := opened(t)
	unread := job("u", core.Reading)
	unread.Facts = ""
	b.showJobs(false, unread)
	if got := b.preview.message.words; got != "The preview comes when the video has been looked at." {
		t.Errorf("before the video was looked at: %q", got)
	}
	unread.State, unread.Error = core.Failed, unread.Path+": this is no video"
	b.showJobs(false, unread)
	if got := b.preview.message.words; got != "There is no preview: this is no video" {
		t.Errorf("of a video that can't be read: %q", got)
	}
	b.showJobs(false, longJob("a", core.Waiting), longJob("b", core.Waiting))
	b.pass()
	if got := b.looked(); got != "[/tapes/a.avi at 10.0 with 50]" {
		t.Errorf("at first: %s", got)
	}
	b.wantText("0:00:10 of 0:01:40", "Before", "After")
	b.showJobs(false, longJob("a", core.Waiting), longJob("b", core.Waiting))
	b.pass()
	if got := b.looked(); got != "[]" {
		t.Errorf("without a change it renders %s", got)
	}
	test.Tap(b.row("b"))
	b.recipe.edited(func(r *recipe.Recipe) { r.Picture.Denoise = 70 })
	b.recipe.edited(func(r *recipe.Recipe) { r.Picture.Denoise = 80 })
	b.pass()
	if got := b.looked(); got != "[/tapes/b.avi at 10.0 with 80]" {
		t.Errorf("after changes that follow each other: %s", got)
	}
	b.preview.line.Tapped(&fyne.PointEvent{Position: fyne.NewPos(b.preview.line.Size().Width/2, 5)})
	b.preview.line.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(b.preview.line.Size().Width, 5)}})
	b.pass()
	if got := b.looked(); got != "[/tapes/b.avi at 100.0 with 80]" {
		t.Errorf("after going to the end: %s", got)
	}
	b.preview.view.TypedKey(&fyne.KeyEvent{Name: fyne.KeyLeft})
	if got := b.looked(); got != "[/tapes/b.avi at 100.0 with 80]" {
		t.Errorf("one picture back: %s", got)
	}
	b.wantText("About 1 h 30 min, 2.0 GB")
}

func TestPreviewThatFailsSaysWhy(t *testing.T) {
	b := opened(t)
	b.backend.noFrame = errors.New("/tapes/a.avi: ffmpeg was not found")
	b.showJobs(false, longJob("a", core.Waiting))
	b.pass()
	if got := b.preview.message.words; got != "There is no preview of this moment: ffmpeg was not found" {
		t.Errorf("the preview says %q", got)
	}
	if b.preview.view.size() != (image.Point{}) {
		t.Error("an old picture stays")
	}
	b.backend.noFrame = core.ErrSuperseded
	b.preview.seek(3)
	b.pass()
	b.backend.noFrame = nil
	b.preview.seek(4)
	b.pass()
	if b.preview.shown == nil || b.preview.message.words != "" {
		t.Errorf("after that: %q", b.preview.message.words)
	}
}

func TestLateAnswersAreForgotten(t *testing.T) {
	b := opened(t)
	b.showJobs(false, longJob("a", core.Waiting))
	b.pass()
	shown := b.preview.shown
	b.preview.asked++
	b.preview.render(b.preview.asked - 1)
	if b.preview.shown != shown {
		t.Error("an answer that isn't wanted any more is shown")
	}
}

func TestComparerModes(t *testing.T) {
	b := opened(t)
	b.showJobs(false, longJob("a", core.Waiting))
	b.pass()
	v := b.preview.view
	w := v.Size().Width
	v.Tapped(&fyne.PointEvent{Position: fyne.NewPos(w/4, 9)})
	if d := v.clips[0].Size().Width - w/4; d > 1 || d < -1 {
		t.Errorf("before is %v wide, want a quarter of %v", v.clips[0].Size().Width, w)
	}
	v.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(w*0.75, 9)}, Dragged: fyne.NewDelta(w/2, 0)})
	v.DragEnd()
	if v.line < 0.74 || v.line > 0.76 {
		t.Errorf("the line is at %v", v.line)
	}
	b.tap("Side by side")
	if !v.clips[0].Visible() || !v.clips[1].Visible() || v.rule.Visible() || v.clips[1].Position().X < w/2 {
		t.Error("side by side isn't")
	}
	v.TypedKey(&fyne.KeyEvent{Name: fyne.KeyB})
	if v.clips[1].Visible() || !b.preview.modes[compareBefore].marked {
		t.Error("Before shows after, or its button isn't marked")
	}
	v.TypedKey(&fyne.KeyEvent{Name: fyne.KeyS})
	v.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(w/2, v.Size().Height/2)}, Scrolled: fyne.NewDelta(0, 5)})
	v.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(w/2, v.Size().Height/2)}, Scrolled: fyne.NewDelta(0, 5)})
	v.SetZoom(4)
	if e := v.extent(); e.Width != 4*320 {
		t.Errorf("at 4:1 the picture is %v wide", e.Width)
	}
	before := v.centre
	v.line = 0.9
	v.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(100, 100)}, Dragged: fyne.NewDelta(-64, 0)})
	v.DragEnd()
	if d := v.centre.X - before.X; d < 0.04 || d > 0.06 || v.line != 0.9 {
		t.Errorf("dragged by 64 of 1280, the centre went by %v and the line to %v", d, v.line)
	}
	v.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(100, 100)}, Dragged: fyne.NewDelta(99999, 0)})
	v.DragEnd()
	if o := v.origin(); o.X > 0.5 {
		t.Errorf("it can be dragged out of its place: it begins at %v", o.X)
	}
}

func TestPicturesAreSavedWithoutReplacingAny(t *testing.T) {
	b := opened(t)
	dir := t.TempDir()
	j := longJob("a", core.Waiting)
	j.Path = filepath.Join(dir, "a: b.avi")
	j.Name = "a: b.avi"
	b.showJobs(false, j)
	b.pass()
	b.preview.savePicture()
	b.preview.savePicture()
	for _, name := range []string{"a: b at 0-00-10.png", "a: b at 0-00-10 2.png"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	b.tap("Show in folder")
	if len(b.desk.shown) != 1 {
		t.Errorf("shown: %v", b.desk.shown)
	}
}

func TestPicturesAreCopied(t *testing.T) {
	b := opened(t)
	b.showJobs(false, longJob("a", core.Waiting))
	test.Tap(b.preview.copy)
	if b.desk.copied != nil {
		t.Error("a picture is copied before there is one")
	}
	b.pass()
	b.tap("Before")
	test.Tap(b.preview.copy)
	if m := b.desk.copied; m == nil || m.Bounds().Dx() != 320 {
		t.Fatal("nothing was copied")
	} else if r, _, _, _ := m.At(5, 5).RGBA(); r>>8 > 100 && r>>8 != 255 {
		t.Errorf("the picture after was copied: %d", r>>8)
	}
	b.wantText("The picture is on the clipboard.")
	b.desk.err = errors.New("no program for that")
	test.Tap(b.preview.copy)
	b.wantText("The picture can't be copied: no program for that")
}

func TestShrinkKeepsTheMean(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, h := rapid.IntRange(1, 40).Draw(rt, "w"), rapid.IntRange(1, 40).Draw(rt, "h")
		m := image.NewRGBA(image.Rect(0, 0, w, h))
		for i := range m.Pix {
			m.Pix[i] = rapid.Byte().Draw(rt, "v")
		}
		to := shrink(m, rapid.IntRange(1, 50).Draw(rt, "to w"), rapid.IntRange(1, 50).Draw(rt, "to h"))
		mean := func(p []uint8) (s float64) {
			for i := 0; i < len(p); i += 4 {
				s += float64(p[i])
			}
			return s / float64(len(p)/4)
		}
		if d := mean(m.Pix) - mean(to.Pix); d > 1 || d < -1 {
			rt.Fatalf("mean %v became %v", mean(m.Pix), mean(to.Pix))
		}
	})
	if shrink(image.NewRGBA(image.Rect(0, 0, 4, 4)), 0, 3) != nil {
		t.Error("a picture without size was made")
	}
}

func TestTimelineShowsTheNearestScene(t *testing.T) {
	b := opened(t)
	b.showJobs(false, longJob("a", core.Waiting))
	one, two := image.NewRGBA(image.Rect(0, 0, 4, 3)), image.NewRGBA(image.Rect(0, 0, 8, 6))
	l := b.preview.line
	l.SetScenes([]timelineScene{{10, one}, {90, two}})
	if n := l.wanted(); n < 3 || l.pics[0].Image != image.Image(one) || l.pics[n-1].Image != image.Image(two) {
		t.Error("the scenes are not where they belong")
	}
	l.Place(50, 0)
	for _, p := range l.pics {
		if p.Visible() {
			t.Error("another video shows the scenes of the one before")
		}
	}
}
