package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// headerPanel says in one line where everything stands and offers the next step, one step at a time in the accent colour.
type headerPanel struct {
	Root     fyne.CanvasObject
	headline *text
	detail   *text
	add      *button
	start    *button
	pause    *button
	stop     *button
}

func newHeaderPanel(k *kit, add, start, pause, stop func()) *headerPanel {
	h := &headerPanel{
		headline: newText("", theme.ColorNameForeground, theme.SizeNameSubHeadingText),
		detail:   mutedText(""),
		add:      newButton(tr("Add videos")+ellipsis, theme.ContentAddIcon(), k, add),
		start:    newButton(tr("Start"), theme.MediaPlayIcon(), k, start),
		pause:    hinted(newButton(tr("Pause"), theme.MediaPauseIcon(), k, pause), tr("Lets go of the work. It goes on where it was.")),
		stop:     hinted(newButton(tr("Stop after this video"), theme.MediaStopIcon(), k, stop), tr("The one that runs is finished; no other is started.")),
	}
	h.headline.style.Bold = true
	words := container.NewVBox(h.headline, h.detail)
	buttons := container.NewHBox(h.stop, h.add, h.pause, h.start)
	h.Root = newSurface(theme.ColorNameHeaderBackground, 0, fyne.NewSize(2*gap, gap),
		container.NewBorder(nil, nil, nil, container.NewVBox(layout.NewSpacer(), buttons, layout.NewSpacer()), words))
	h.Show(core.Snapshot{}, true)
	return h
}

// Show puts a snapshot on the screen. able tells whether videos can be restored on this computer as it is.
func (h *headerPanel) Show(s core.Snapshot, able bool) {
	c := tally(s.Jobs)
	headline, detail := c.words(s.Mode)
	h.headline.SetText(headline)
	h.detail.SetText(detail)

	label := tr("Start")
	if s.Mode == core.Held || c.running != nil || c.begun {
		label = tr("Go on")
	}
	moved := h.start.Text != label
	if moved {
		h.start.SetText(label)
	}
	moved = show(h.start, c.startable(s.Mode)) || moved
	moved = show(h.pause, c.pausable(s.Mode)) || moved
	moved = show(h.stop, s.Mode == core.Started && c.running != nil && c.of[core.Waiting] > 0) || moved
	enable(h.start, able)
	rank(h.start, widget.HighImportance)
	if moved {
		h.Root.Refresh()
	}
}

// show tells whether anything had to be done.
func show(b *button, visible bool) bool {
	if b.Visible() == visible {
		return false
	}
	if visible {
		b.Show()
	} else {
		b.Hide()
	}
	return true
}

func enable(b *button, on bool) {
	switch {
	case on && b.Disabled():
		b.Enable()
	case !on && !b.Disabled():
		b.Disable()
	}
}

func rank(b *button, i widget.Importance) {
	if b.Importance != i {
		b.Importance = i
		b.Refresh()
	}
}
