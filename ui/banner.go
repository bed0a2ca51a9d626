package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// banner is a strip below the header that says one thing which concerns everything, with up to two things to do about it. It isn't there
// when there is nothing to say.
type banner struct {
	Root    *surface
	icon    *widget.Icon
	title   *text
	lines   *fyne.Container
	buttons *fyne.Container
	moved   func() // it takes room from the others, or gives it back
}

// offer is a button of a banner.
type offer struct {
	label string
	do    func()
}

func newBanner(moved func()) *banner {
	b := &banner{icon: widget.NewIcon(nil), title: boldText(""), lines: container.NewVBox(), buttons: container.NewHBox(), moved: moved}
	b.Root = newSurface(colorNotice, 0, fyne.NewSize(2*gap, gap/2), container.NewBorder(nil, nil,
		container.NewPadded(container.NewCenter(b.icon)), container.NewVBox(layout.NewSpacer(), b.buttons, layout.NewSpacer()),
		container.NewVBox(layout.NewSpacer(), b.title, b.lines, layout.NewSpacer())))
	b.Root.Hide()
	return b
}

// Say shows words; grave ones have a warning sign. The lines explain.
func (b *banner) Say(k *kit, grave bool, title string, lines []string, offers ...offer) {
	b.icon.SetResource(theme.NewThemedResource(theme.InfoIcon()))
	b.Root.color = colorRaised
	if grave {
		b.icon.SetResource(theme.NewWarningThemedResource(theme.WarningIcon()))
		b.Root.color = colorNotice
	}
	b.title.SetText(title)
	same := len(b.lines.Objects) == len(lines) && len(b.buttons.Objects) == len(offers)
	if !same {
		b.lines.RemoveAll()
		for range lines {
			t := newText("", theme.ColorNameForeground, theme.SizeNameCaptionText)
			t.lines = 2
			b.lines.Add(t)
		}
		b.buttons.RemoveAll()
		for _, o := range offers {
			b.buttons.Add(newButton(o.label, nil, k, o.do))
		}
	}
	for i, l := range lines {
		t := b.lines.Objects[i].(*text)
		if n := 1 + len([]rune(l))/110; t.lines != min(n, 2) {
			t.lines, same = min(n, 2), false
		}
		t.SetText(oneLine(l))
	}
	for i, o := range offers {
		button := b.buttons.Objects[i].(*button)
		button.OnTapped = o.do
		if button.Text != o.label {
			button.SetText(o.label)
		}
	}
	if !b.Root.Visible() || !same {
		b.Root.Show()
		b.Root.Refresh()
		b.moved()
	}
}

// Hush takes it away.
func (b *banner) Hush() {
	if b.Root.Visible() {
		b.Root.Hide()
		b.moved()
	}
}
