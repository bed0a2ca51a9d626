package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// bannerPanel says what this computer lacks for the work, and what to do about it. It isn't there when nothing is missing.
type bannerPanel struct {
	Root  *surface
	title *text
	lines *fyne.Container
	again *button
}

func newBannerPanel(k keys, again func()) *bannerPanel {
	b := &bannerPanel{title: boldText(""), lines: container.NewVBox(), again: newButton("Check again", theme.ViewRefreshIcon(), k, again)}
	icon := widget.NewIcon(theme.NewWarningThemedResource(theme.WarningIcon()))
	b.Root = newSurface(colorNotice, 0, fyne.NewSize(2*gap, gap), container.NewBorder(nil, nil,
		container.NewPadded(icon), container.NewVBox(layout.NewSpacer(), b.again, layout.NewSpacer()), container.NewVBox(b.title, b.lines)))
	b.Root.Hide()
	return b
}

// Checking shows that a check is under way.
func (b *bannerPanel) Checking() { b.again.SetText("Checking" + ellipsis); b.again.Disable() }

// Show puts a report on the screen.
func (b *bannerPanel) Show(r core.DoctorReport) {
	b.again.SetText("Check again")
	b.again.Enable()
	if r.OK {
		b.Root.Hide()
		return
	}
	b.lines.RemoveAll()
	title := "Something that Tapelight needs is missing on this computer"
	for _, c := range r.Checks {
		if c.OK || !c.Required {
			continue
		}
		if c.Name == "ffmpeg" {
			title = "Tapelight needs ffmpeg, and can't find it"
		}
		words := c.Detail
		if c.Name != "ffmpeg" {
			words = c.Name + ": " + words
		}
		if c.Hint != "" {
			words = strings.TrimSuffix(words, ".") + ". " + c.Hint
		}
		t := newText(oneLine(words), theme.ColorNameForeground, theme.SizeNameCaptionText)
		t.lines = 2
		b.lines.Add(t)
	}
	b.title.SetText(title)
	b.Root.Show()
}
