package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core/recipe"
)

// presetPicker offers recipes as cards of which one is chosen; up and down choose while it has the focus, F2 renames and Delete removes one's own.
type presetPicker struct {
	widget.BaseWidget
	cards   []*presetCard
	chosen  string // a recipe's name, or ""
	advised string // the one that suits the tape, or ""
	why     string // that one does
	edited  bool   // the chosen one has been changed since
	focused bool
	off     bool
	changed func(recipe.Recipe) // by the person, not by Choose
	kit     *kit

	rename, remove func(recipe.Recipe) // ask about a preset of one's own; nil where that can't be done
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

// Mark says which one suits the tape ("" for none), and whether the chosen one has been changed since.
func (p *presetPicker) Mark(advised string, edited bool) {
	if p.advised != advised || p.edited != edited {
		p.advised, p.edited = advised, edited
		p.mark()
		p.Refresh()
	}
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

// own tells whether a preset can be renamed and removed.
func (p *presetPicker) own(r recipe.Recipe) bool {
	return !r.BuiltIn && p.rename != nil && p.remove != nil
}

func (p *presetPicker) mark() {
	for _, c := range p.cards {
		chosen := c.recipe.Name == p.chosen
		c.set(cardState{chosen, p.focused && chosen, p.off, chosen && p.edited, c.recipe.Name == p.advised})
	}
}

func (p *presetPicker) pick(r recipe.Recipe) {
	if p.off || r.Name == p.chosen && !p.edited {
		return
	}
	p.edited = false
	p.Choose(r.Name)
	p.Refresh()
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
	case fyne.KeyF2, fyne.KeyDelete:
		if at < 0 || !p.own(p.cards[at].recipe) {
			return // what the list would do with Delete is not meant here
		}
		if r := p.cards[at].recipe; e.Name == fyne.KeyF2 {
			p.rename(r)
		} else {
			p.remove(r)
		}
		return
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
