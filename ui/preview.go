package ui

import (
	"context"
	"errors"
	"image"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// previewPanel shows a moment of one video, as it is and as the recipe makes it.
type previewPanel struct {
	Root    fyne.CanvasObject
	view    *comparer
	line    *timeline
	clock   *text
	state   *text // what goes on, over the picture
	message *text // why there is no picture
	modes   [4]*link
	zooms   [3]*link
	save    *link
	copy    *link
	play    *link

	kit   *kit
	doors doors
	on    previewActions

	subject  subject
	at       float64 // seconds
	shown    *core.PreviewFrame
	asked    int // requests made, so that a late answer is known by its number
	stopWait func()
	clip     clipState
	scenesOf string // the video whose scenes are on the strip, or on their way there
	noScenes func() // ends that
}

// subject is what the preview looks at.
type subject struct {
	path     string
	name     string
	recipe   recipe.Recipe
	duration time.Duration // 0 where not known yet
	fault    string        // why it could not be looked at
	read     bool          // the video has been looked at, so that a picture can be had
}

// previewActions is what the panel asks for. The first ones take a while and are called off the UI thread.
type previewActions struct {
	frame  func(context.Context, core.PreviewRequest) (*core.PreviewFrame, error)
	scenes func(ctx context.Context, path string, n int, each func(core.Scene)) error
	clip   func(context.Context, core.PreviewRequest, func(core.Progress)) (reel, error)
	sound  func(context.Context) (core.SoundOutput, error)
	save   func(m image.Image, name string) // a picture, and the name to give it
	copy   func(image.Image)
	failed func(what string, err error)
}

const (
	previewView  = "window"               // one picture is wanted at a time: a newer request ends the older
	previewDelay = 120 * time.Millisecond // how long a change waits for the next one
)

func newPreviewPanel(k *kit, d doors, on previewActions) *previewPanel {
	p := &previewPanel{kit: k, doors: d, on: on, clock: mutedText(""), state: mutedText(""), message: mutedText("")}
	p.view = newComparer(k, d.aside, d.enter, p.Step, p.modeChanged)
	p.line = newTimeline(k, p.seek)
	p.message.align, p.message.lines, p.message.min = fyne.TextAlignCenter, 3, 260
	p.state.min = 90
	p.clock.min, p.clock.align = 150, fyne.TextAlignTrailing

	mode := func(i compareMode, label, tip string) *link {
		p.modes[i] = newLink(label, nil, k, func() { p.view.SetMode(i) })
		p.modes[i].tip, p.modes[i].flat = tip, true
		return p.modes[i]
	}
	zoom := func(i int, z float32, label, tip string) *link {
		p.zooms[i] = newLink(label, nil, k, func() { p.view.SetZoom(z) })
		p.zooms[i].tip, p.zooms[i].flat = tip, true
		return p.zooms[i]
	}
	tool := func(icon fyne.Resource, tip string, f func()) *link {
		l := newLink("", icon, k, f)
		l.tip, l.flat = tip, true
		return l
	}
	p.copy = tool(theme.ContentCopyIcon(), tr("Copy this picture"), func() {
		if m, _ := p.picture(); m != nil {
			p.on.copy(m)
		}
	})
	p.save = tool(theme.DocumentSaveIcon(), tr("Save this picture as PNG"), p.savePicture)
	p.play = newLink(tr("5 seconds"), theme.MediaPlayIcon(), k, p.toggleClip)
	p.play.tip = tr("Renders five seconds from here, with sound, and plays them again and again. Before shows them as they are.")
	bar := container.NewHBox(
		mode(compareSlide, tr("Slider"), tr("Before at the left of the line, after at its right. Drag the line. (S)")),
		mode(compareSides, tr("Side by side"), tr("Before and after beside each other. (D)")),
		mode(compareBefore, tr("Before"), tr("The video as it is. (B)")),
		mode(compareAfter, tr("After"), tr("The video as it becomes. (A)")),
		layout.NewSpacer(),
		zoom(0, 0, tr("Fit"), tr("As large as fits. (0)")), zoom(1, 1, "1:1", tr("One pixel of the new picture for one of the screen; drag to look around. (1)")),
		zoom(2, 2, "2:1", tr("Twice as large. (2)")), p.play, p.copy, p.save)
	below := container.NewBorder(nil, nil, nil, p.clock, p.state)
	p.Root = container.NewBorder(bar, container.NewVBox(p.line, below), nil, nil,
		container.NewStack(p.view, container.NewCenter(p.message)))
	p.mark()
	p.Show(subject{})
	return p
}

// Show turns to a video and the recipe for it. The same again does nothing.
func (p *previewPanel) Show(s subject) {
	was := p.subject
	if s == was && s.path != "" {
		return
	}
	p.subject = s
	if s.path != was.path {
		p.stopClip()
		p.at, p.shown = s.duration.Seconds()/10, nil
		p.view.Set(nil, nil)
		p.line.Place(s.duration.Seconds(), p.at)
		p.tellClock()
	} else if s.duration != was.duration {
		if was.duration == 0 {
			p.at = s.duration.Seconds() / 10
		}
		p.line.Place(s.duration.Seconds(), p.at)
	}
	switch {
	case s.path == "":
		p.state.SetText("")
		p.say(tr("Choose a video at the left to see it before and after."))
	case !s.read && s.fault != "":
		p.state.SetText(s.name)
		p.say(trf("There is no preview: %s", s.fault))
	case !s.read:
		p.say(tr("The preview comes when the video has been looked at."))
	default:
		if p.shown == nil {
			p.say("")
		}
		p.wantScenes()
		if was.read != s.read || was.path != s.path || !alike(was.recipe, s.recipe) {
			p.stopClip()
			p.ask(previewDelay)
		}
	}
}

func (p *previewPanel) say(words string) { p.message.SetText(words) }

// seek goes to a moment.
func (p *previewPanel) seek(seconds float64) {
	p.at = seconds
	p.stopClip()
	p.tellClock()
	p.ask(previewDelay / 2)
}

// Step goes from picture to picture.
func (p *previewPanel) Step(by int) {
	if f := p.shown; f != nil && f.Rate > 0 {
		i := min(max(f.Index+int64(by), 0), max(f.Total-1, 0))
		p.at = (float64(i) + 0.5) / f.Rate
		p.line.Place(p.subject.duration.Seconds(), p.at)
		p.stopClip()
		p.ask(0)
	}
}

// ask wants a picture, unless something else is wanted within the delay.
func (p *previewPanel) ask(delay time.Duration) {
	if p.subject.path == "" || !p.subject.read {
		return
	}
	if p.stopWait != nil {
		p.stopWait()
	}
	p.asked++
	number := p.asked
	if delay == 0 {
		p.render(number)
		return
	}
	p.stopWait = p.kit.after(delay, func() { p.render(number) })
}

func (p *previewPanel) render(number int) {
	req := core.PreviewRequest{Path: p.subject.path, Recipe: p.subject.recipe, Time: p.at, View: previewView}
	p.state.SetText(tr("Rendering") + ellipsis)
	p.doors.spawn(func(ctx context.Context) {
		f, err := p.on.frame(ctx, req)
		p.doors.enter(func() {
			if number == p.asked && ctx.Err() == nil {
				p.arrived(f, err)
			}
		})
	})
}

func (p *previewPanel) arrived(f *core.PreviewFrame, err error) {
	if errors.Is(err, core.ErrSuperseded) {
		return // the newer one is on its way
	}
	p.state.SetText(p.subject.name)
	if err != nil {
		p.shown = nil
		p.view.Set(nil, nil)
		p.say(trf("There is no preview of this moment: %s", withoutPath(err.Error(), p.subject.path)))
		return
	}
	p.say("")
	p.shown = f
	if d := p.subject.duration; d > 0 {
		p.at = min(f.Time, d.Seconds())
	}
	p.view.Set(f.Before, f.After)
	p.tellClock()
}

func (p *previewPanel) tellClock() {
	if p.subject.duration == 0 {
		p.clock.SetText("")
		return
	}
	p.clock.SetText(trf("%s of %s", clockWords(p.at), clockWords(p.subject.duration.Seconds())))
}

// mark shows on the buttons how one looks at it.
func (p *previewPanel) mark() {
	for i, l := range p.modes {
		l.Mark(compareMode(i) == p.view.mode)
	}
	for i, z := range []float32{0, 1, 2} {
		p.zooms[i].Mark(z == p.view.zoom)
	}
}

// picture is what one would save or copy: after, or before where that alone is shown.
func (p *previewPanel) picture() (m image.Image, name string) {
	f := p.shown
	if f == nil {
		return nil, ""
	}
	name = pictureName(p.subject.name, f.Time)
	if p.view.mode == compareBefore {
		return f.Before, name
	}
	return f.After, name
}

func (p *previewPanel) savePicture() {
	if m, name := p.picture(); m != nil {
		p.on.save(m, name)
	}
}

// clockWords is h:mm:ss.t, to the tenth of a second.
func clockWords(seconds float64) string {
	tenths := int64(math.Max(seconds, 0)*10 + 0.5)
	d := core.Clock(time.Duration(tenths/10) * time.Second)
	if tenths%10 != 0 {
		d += "." + string(rune('0'+tenths%10))
	}
	return d
}
