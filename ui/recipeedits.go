package ui

import "github.com/tapelight/tapelight/core/recipe"

// picked takes a preset for what the panel is about.
func (p *recipePanel) picked(r recipe.Recipe) {
	p.edits = nil // they were of the recipe before
	p.mixed = false
	p.change(func(to *recipe.Recipe) { *to = r })
	p.Flush()
}

func (p *recipePanel) resetDraft() {
	if base, ok := p.preset(p.draft.Name); ok {
		p.picked(base)
	}
}

// edited takes one change; changes that follow soon are handed on together.
func (p *recipePanel) edited(e edit) {
	if p.frozen {
		p.paint() // back to what it is
		return
	}
	p.change(e)
	if p.stopEdit != nil {
		p.stopEdit()
	}
	p.stopEdit = p.kit.after(editDelay, p.Flush)
}

func (p *recipePanel) change(e edit) {
	e(&p.draft)
	p.edits = append(p.edits, e)
	p.paint()
}

// Flush hands on what has been changed.
func (p *recipePanel) Flush() {
	if p.stopEdit != nil {
		p.stopEdit()
		p.stopEdit = nil
	}
	edits := p.edits
	if len(edits) == 0 {
		return
	}
	p.edits = nil
	all := func(r *recipe.Recipe) {
		for _, e := range edits {
			e(r)
		}
	}
	if len(p.chosen) == 0 {
		p.own = p.draft
		p.on.own(p.own)
		p.on.apply(all, nil)
		return
	}
	p.awaited = true
	p.on.apply(all, changeable(p.chosen))
}

// Refused says that what was handed on could not be done: the jobs tell how they are.
func (p *recipePanel) Refused() {
	p.awaited = false
	p.ShowSelection(p.chosen)
}
