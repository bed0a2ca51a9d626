package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core/recipe"
)

// presetPicker offers recipes as cards of which one is chosen; up and down choose while it has the focus.
type presetPicker struct {
	widget.BaseWidget
	cards   []*presetCard
	chosen  string // a recipe's name, or ""
	focused bool
	off     bool
	changed func(recipe.Recipe) // by the person, not by Choose
	kit     *kit
}

func newPresetPicker(k *kit, changed func(recipe.Recipe)) *presetPicker {
	p := &presetPicker{changed: changed, kit: k}
	p.ExtendBaseWidget(p)
	return p
}

// SetPresets replaces the cards.
func (p *presetPicker) SetPresets(all []recipe.Recipe) {
	p.cards = nil
	for _, r := range all {
		p.cards = append(p.cards, newPresetCard(r, p))
	}
	p.Choose(p.chosen)
	p.Refresh()
}

// Choose marks the recipe of that name; "" or a name without a card marks none.
func (p *presetPicker) Choose(name string) {
	p.chosen = name
	p.mark()
}

// Chosen is the recipe of the marked card.
func (p *presetPicker) Chosen() (recipe.Recipe, bool) {
	for _, c := range p.cards {
		if c.recipe.Name == p.chosen {
			return c.recipe, true
		}
	}
	return recipe.Recipe{}, false
}

// SetOff shows the cards without letting them be chosen.
func (p *presetPicker) SetOff(off bool) {
	if p.off != off {
		p.off = off
		p.mark()
	}
}

func (p *presetPicker) mark() {
	for _, c := range p.cards {
		c.set(c.recipe.Name == p.chosen, p.focused && c.recipe.Name == p.chosen, p.off)
	}
}

func (p *presetPicker) pick(r recipe.Recipe) {
	if p.off || r.Name == p.chosen {
		return
	}
	p.Choose(r.Name)
	p.changed(r)
}

func (p *presetPicker) FocusGained()   { p.focused = true; p.mark() }
func (p *presetPicker) FocusLost()     { p.focused = false; p.mark() }
func (p *presetPicker) TypedRune(rune) {}
func (p *presetPicker) TypedKey(e *fyne.KeyEvent) {
	at := -1
	for i, c := range p.cards {
		if c.recipe.Name == p.chosen {
			at = i
		}
	}
	switch e.Name {
	case fyne.KeyDown:
		at = min(at+1, len(p.cards)-1)
	case fyne.KeyUp:
		at = max(at-1, 0)
	case fyne.KeyHome:
		at = 0
	case fyne.KeyEnd:
		at = len(p.cards) - 1
	default:
		p.kit.key(e)
		return
	}
	if at >= 0 && at < len(p.cards) {
		p.pick(p.cards[at].recipe)
	}
}

func (p *presetPicker) CreateRenderer() fyne.WidgetRenderer { return &pickerRenderer{p} }

type pickerRenderer struct{ p *presetPicker }

const cardGap float32 = 2

func (r *pickerRenderer) Layout(size fyne.Size) {
	y := float32(0)
	for _, c := range r.p.cards {
		h := c.MinSize().Height
		c.Move(fyne.NewPos(0, y))
		c.Resize(fyne.NewSize(size.Width, h))
		y += h + cardGap
	}
}

func (r *pickerRenderer) MinSize() fyne.Size {
	s := fyne.NewSize(0, 0)
	for _, c := range r.p.cards {
		m := c.MinSize()
		s.Width = max(s.Width, m.Width)
		s.Height += m.Height + cardGap
	}
	return s
}

func (r *pickerRenderer) Refresh() {
	r.Layout(r.p.Size())
	for _, c := range r.p.cards {
		c.Refresh()
	}
}

func (r *pickerRenderer) Objects() []fyne.CanvasObject {
	o := make([]fyne.CanvasObject, len(r.p.cards))
	for i, c := range r.p.cards {
		o[i] = c
	}
	return o
}

func (r *pickerRenderer) Destroy() {}

// presetCard is one recipe: its title, and when to use it.
type presetCard struct {
	widget.BaseWidget
	recipe                      recipe.Recipe
	picker                      *presetPicker
	title, about                *text
	chosen, focused, off, hover bool
}

func newPresetCard(r recipe.Recipe, p *presetPicker) *presetCard {
	c := &presetCard{recipe: r, picker: p, title: boldText(r.Title), about: mutedText(oneLine(r.Description))}
	c.about.lines, c.about.min = 2, 180
	c.ExtendBaseWidget(c)
	return c
}

func (c *presetCard) set(chosen, focused, off bool) {
	if c.chosen == chosen && c.focused == focused && c.off == off {
		return
	}
	c.chosen, c.focused, c.off = chosen, focused, off
	c.Refresh()
}

func (c *presetCard) Tapped(*fyne.PointEvent) {
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c.picker); cv != nil {
		cv.Focus(c.picker)
	}
	c.picker.pick(c.recipe)
}
func (c *presetCard) MouseIn(*desktop.MouseEvent)    { c.hover = true; c.Refresh() }
func (c *presetCard) MouseMoved(*desktop.MouseEvent) {}
func (c *presetCard) MouseOut()                      { c.hover = false; c.Refresh() }

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

const cardPad, ringSize float32 = 4, 14

func (r *cardRenderer) MinSize() fyne.Size {
	t, a := r.c.title.MinSize(), r.c.about.MinSize()
	return fyne.NewSize(a.Width+3*gap+ringSize, t.Height+a.Height+2*cardPad)
}

func (r *cardRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	t, a := r.c.title.MinSize(), r.c.about.MinSize()
	x := gap + ringSize + gap
	r.c.title.Move(fyne.NewPos(x, cardPad))
	r.c.title.Resize(fyne.NewSize(size.Width-x-gap, t.Height))
	r.c.about.Move(fyne.NewPos(x, cardPad+t.Height))
	r.c.about.Resize(fyne.NewSize(size.Width-x-gap, a.Height))
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
	return []fyne.CanvasObject{r.ground, r.ring, r.dot, r.c.title, r.c.about}
}
func (r *cardRenderer) Destroy() {}
