package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// tipDelay is how long the pointer rests on something before its hint appears.
const tipDelay = 600 * time.Millisecond

// tips shows one hint at a time, on a layer above the window's content. The layer takes no part in clicks or focus.
type tips struct {
	Root   *fyne.Container
	after  func(time.Duration, func()) func()
	bubble *surface
	words  *text
	owner  fyne.CanvasObject
	stop   func()
}

const tipWidth float32 = 300

func newTips(after func(time.Duration, func()) func()) *tips {
	t := &tips{after: after, words: newText("", theme.ColorNameForeground, theme.SizeNameCaptionText)}
	t.words.lines = 5
	t.bubble = newSurface(theme.ColorNameMenuBackground, 6, fyne.NewSize(gap, gap*0.75), t.words)
	t.bubble.Hide()
	t.Root = &fyne.Container{Objects: []fyne.CanvasObject{t.bubble}} // no layout: the bubble is put where it belongs
	return t
}

// Enter is to be called when the pointer comes onto o, Leave when it goes.
func (t *tips) Enter(o fyne.CanvasObject, words string) {
	t.Leave()
	if words == "" {
		return
	}
	t.owner = o
	t.stop = t.after(tipDelay, func() { t.show(o, words) })
}

// Leave hides the hint.
func (t *tips) Leave() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
	t.owner = nil
	if t.bubble.Visible() {
		t.bubble.Hide()
	}
}

func (t *tips) show(o fyne.CanvasObject, words string) {
	if t.owner != o {
		return
	}
	d := fyne.CurrentApp().Driver()
	if d.CanvasForObject(o) == nil || !o.Visible() {
		return
	}
	size, style := theme.Size(theme.SizeNameCaptionText), t.words.style
	measure := func(s string) float32 { return fyne.MeasureText(s, size, style).Width }
	lines := wrap(words, tipWidth, t.words.lines, measure)
	width := float32(0)
	for _, l := range lines {
		width = max(width, measure(l)+1)
	}
	high := fyne.MeasureText("M", size, style).Height * float32(len(lines))
	bubble := fyne.NewSize(width+2*t.bubble.pad.Width, high+2*t.bubble.pad.Height)
	at, room := d.AbsolutePositionForObject(o), t.Root.Size()
	at = at.Subtract(d.AbsolutePositionForObject(t.Root))
	at.Y += o.Size().Height + gap/2
	if at.Y+bubble.Height > room.Height {
		at.Y -= o.Size().Height + gap + bubble.Height
	}
	at.X = max(min(at.X, room.Width-bubble.Width-gap), gap)
	t.words.SetText(words)
	t.bubble.Move(at)
	t.bubble.Resize(bubble)
	t.bubble.Show()
}
