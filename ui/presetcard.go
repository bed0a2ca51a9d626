package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core/recipe"
)

// presetCard is one recipe: its title, and when to use it.
type presetCard struct {
	widget.BaseWidget
	recipe              recipe.Recipe
	picker              *presetPicker
	title, about, badge *text
	rename, remove      *link // of one's own; nil for those of the program
	cardState
	hover bool
}

// cardState is how a card looks.
type cardState struct{ chosen, focused, off, edited, advised bool }

func newPresetCard(r recipe.Recipe, p *presetPicker) *presetCard {
	c := &presetCard{recipe: r, picker: p, title: boldText(r.Title), about: mutedText(oneLine(r.Description)),
		badge: newText("", theme.ColorNamePrimary, theme.SizeNameCaptionText)}
	c.about.grow, c.about.min = 2, 180
	c.badge.align = fyne.TextAlignTrailing
	if p.own(r) {
		c.rename = newLink(tr("Rename")+ellipsis, theme.DocumentCreateIcon(), p.kit, func() { p.rename(r) })
		c.remove = newLink(tr("Delete")+ellipsis, theme.DeleteIcon(), p.kit, func() { p.remove(r) })
		c.rename.tip, c.remove.tip = tr("F2, while the presets have the keyboard."), tr("The Delete key, while the presets have the keyboard.")
		c.rename.Hide()
		c.remove.Hide()
	}
	c.ExtendBaseWidget(c)
	return c
}

func (c *presetCard) set(s cardState) {
	if c.cardState == s {
		return
	}
	c.cardState = s
	badge := ""
	switch {
	case s.edited:
		badge = tr("changed")
	case s.advised:
		badge = tr("Recommended")
	case !c.recipe.BuiltIn:
		badge = tr("your own")
	}
	c.badge.SetText(badge)
	if c.rename != nil {
		c.rename.Hidden, c.remove.Hidden = !s.chosen, !s.chosen
	}
	c.Refresh()
}

// tools tells whether the card shows what can be done with it.
func (c *presetCard) tools() bool { return c.rename != nil && c.chosen }

// TappedSecondary offers what can be done with a preset of one's own.
func (c *presetCard) TappedSecondary(e *fyne.PointEvent) {
	cv := fyne.CurrentApp().Driver().CanvasForObject(c.picker)
	if c.rename == nil || cv == nil {
		return
	}
	r := c.recipe
	menu := fyne.NewMenu("", fyne.NewMenuItem(tr("Rename")+ellipsis, func() { c.picker.rename(r) }), fyne.NewMenuItem(tr("Delete")+ellipsis, func() { c.picker.remove(r) }))
	widget.ShowPopUpMenuAtPosition(menu, cv, e.AbsolutePosition)
}

func (c *presetCard) Tapped(*fyne.PointEvent) {
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c.picker); cv != nil {
		cv.Focus(c.picker)
	}
	c.picker.pick(c.recipe)
}

func (c *presetCard) MouseIn(*desktop.MouseEvent) {
	c.hover = true
	c.Refresh()
	tip := ""
	if !c.chosen {
		tip = c.recipe.Description
	}
	if c.advised && c.picker.why != "" {
		tip = strings.TrimSpace(trf("Recommended: %s", c.picker.why) + " " + tip)
	}
	c.picker.kit.tips.Enter(c, tip)
}
func (c *presetCard) MouseMoved(*desktop.MouseEvent) {}
func (c *presetCard) MouseOut()                      { c.hover = false; c.Refresh(); c.picker.kit.tips.Leave() }

func (c *presetCard) CreateRenderer() fyne.WidgetRenderer {
	r := &cardRenderer{c: c, ground: canvas.NewRectangle(nil), ring: canvas.NewCircle(nil), dot: canvas.NewCircle(nil)}
	r.ground.CornerRadius = 8
	r.ring.StrokeWidth = 1.5
	r.paint()
	return r
}

type cardRenderer struct {
	c         *presetCard
	ground    *canvas.Rectangle
	ring, dot *canvas.Circle
}

const cardPad, ringSize, badgeWidth float32 = 4, 14, 100

// MinSize of the chosen card has room for two lines, and for what can be done with one's own; of the others for one line.
func (r *cardRenderer) MinSize() fyne.Size {
	t, a := r.c.title.MinSize(), r.c.about.MinSize()
	if r.c.chosen {
		a.Height *= 2
	}
	if r.c.tools() {
		a.Height += linkHeight + cardPad
	}
	return fyne.NewSize(a.Width+3*gap+ringSize, t.Height+a.Height+2*cardPad)
}

func (r *cardRenderer) Layout(size fyne.Size) {
	c := r.c
	r.ground.Resize(size)
	t, a := c.title.MinSize(), c.about.MinSize()
	x := gap + ringSize + gap
	badge := float32(0)
	if c.badge.words != "" {
		badge = min(badgeWidth, size.Width/3)
	}
	c.title.Move(fyne.NewPos(x, cardPad))
	c.title.Resize(fyne.NewSize(size.Width-x-gap-badge, t.Height))
	c.badge.Move(fyne.NewPos(size.Width-gap-badge, cardPad))
	c.badge.Resize(fyne.NewSize(badge, t.Height))
	lines := float32(1)
	if c.chosen {
		lines = 2
	}
	c.about.Move(fyne.NewPos(x, cardPad+t.Height))
	c.about.Resize(fyne.NewSize(size.Width-x-gap, a.Height*lines+0.5))
	if c.tools() {
		for _, l := range []*link{c.rename, c.remove} {
			l.Move(fyne.NewPos(x, size.Height-cardPad-linkHeight))
			l.Resize(fyne.NewSize(l.MinSize().Width, linkHeight))
			x += l.MinSize().Width + gap/2
		}
	}
	top := cardPad + (t.Height-ringSize)/2
	r.ring.Move(fyne.NewPos(gap, top))
	r.ring.Resize(fyne.NewSquareSize(ringSize))
	r.dot.Move(fyne.NewPos(gap+4, top+4))
	r.dot.Resize(fyne.NewSquareSize(ringSize - 8))
}

func (r *cardRenderer) paint() {
	c := r.c
	ground, title := themed(colorSurface), theme.ColorNameForeground
	ring := themed(colorMuted)
	if c.off {
		title = colorMuted
	}
	if c.hover && !c.off {
		ground = over(themed(theme.ColorNameHover), ground)
	}
	if c.chosen {
		ground, ring = themed(colorRaised), themed(theme.ColorNamePrimary)
	}
	r.ground.FillColor, r.ground.StrokeWidth = ground, 0
	if c.focused {
		r.ground.StrokeWidth, r.ground.StrokeColor = 1.5, themed(theme.ColorNamePrimary)
	}
	r.ring.StrokeColor, r.dot.FillColor = ring, ring
	r.dot.Hidden = !c.chosen
	c.title.color = title
}

func (r *cardRenderer) Refresh() {
	r.paint()
	r.Layout(r.c.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *cardRenderer) Objects() []fyne.CanvasObject {
	o := []fyne.CanvasObject{r.ground, r.ring, r.dot, r.c.title, r.c.badge, r.c.about}
	if r.c.rename != nil {
		o = append(o, r.c.rename, r.c.remove)
	}
	return o
}
func (r *cardRenderer) Destroy() {}
