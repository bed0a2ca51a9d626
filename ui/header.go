package ui

import (
	"fmt"

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
	stop     *button
}

func newHeaderPanel(k keys, add, start, stop func()) *headerPanel {
	h := &headerPanel{
		headline: newText("", theme.ColorNameForeground, theme.SizeNameSubHeadingText),
		detail:   mutedText(""),
		add:      newButton("Add videos"+ellipsis, theme.ContentAddIcon(), k, add),
		start:    newButton("Start", theme.MediaPlayIcon(), k, start),
		stop:     newButton("Stop after this video", theme.MediaStopIcon(), k, stop),
	}
	h.headline.style.Bold = true
	words := container.NewVBox(h.headline, h.detail)
	buttons := container.NewHBox(h.stop, h.add, h.start)
	h.Root = newSurface(theme.ColorNameHeaderBackground, 0, fyne.NewSize(2*gap, gap),
		container.NewBorder(nil, nil, nil, container.NewVBox(layout.NewSpacer(), buttons, layout.NewSpacer()), words))
	h.Show(core.Snapshot{}, true)
	return h
}

// Show puts a snapshot on the screen. able tells whether videos can be restored on this computer as it is.
func (h *headerPanel) Show(s core.Snapshot, able bool) {
	c := tally(s.Jobs)
	headline, detail := c.words(s.Running)
	h.headline.SetText(headline)
	h.detail.SetText(detail)

	startable := c.of[core.Waiting]+c.of[core.Reading] > 0 && !s.Running
	moved := show(h.start, startable)
	moved = show(h.stop, s.Running && c.running != nil && c.of[core.Waiting] > 0) || moved
	enable(h.start, able)
	rank(h.start, widget.HighImportance)
	if startable {
		rank(h.add, widget.MediumImportance)
	} else if len(s.Jobs) == 0 {
		rank(h.add, widget.HighImportance)
	} else {
		rank(h.add, widget.MediumImportance)
	}
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

// tallied counts jobs by state.
type tallied struct {
	all     int
	of      map[core.State]int
	running *core.Job
}

func tally(jobs []core.Job) tallied {
	c := tallied{of: map[core.State]int{}}
	for i := range jobs {
		j := &jobs[i]
		c.of[j.State]++
		if j.State == core.Cancelled {
			continue
		}
		c.all++
		if j.State == core.Running && c.running == nil {
			c.running = j
		}
	}
	return c
}

func (c tallied) words(queueRuns bool) (headline, detail string) {
	waiting, reading, done, failed := c.of[core.Waiting], c.of[core.Reading], c.of[core.Done], c.of[core.Failed]
	switch {
	case c.running != nil:
		place := c.of[core.Done] + c.of[core.Failed] + 1
		return fmt.Sprintf("Restoring %d of %d", place, c.all), c.running.Name + " · " + progressWords(*c.running)
	case c.all == 0 && c.of[core.Cancelled] == 0:
		return "Tapelight", "Old tapes, clean and large"
	case reading > 0 && waiting == 0:
		return "Looking at " + count(reading, "video", "videos"), "This takes a moment and tells what each tape needs."
	case waiting > 0 && queueRuns:
		return count(waiting, "video", "videos") + " to go", "The next one starts in a moment."
	case waiting > 0:
		return count(waiting, "video", "videos") + " ready", "Choose on the right what kind of tape it is, then press Start."
	case failed > 0 && done > 0:
		return fmt.Sprintf("%d done, %d failed", done, failed), "The reason stands beside the video."
	case failed > 0:
		return count(failed, "video", "videos") + " failed", "The reason stands beside the video."
	case done > 0:
		return "All done", count(done, "video is", "videos are") + " restored."
	}
	return "Nothing to do", "Add videos, or try the cancelled ones again."
}
