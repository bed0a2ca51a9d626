package ui

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"github.com/tapelight/tapelight/core/recipe"
)

// renamePreset asks for another title of a preset of the person's own.
func (w *Window) renamePreset(r recipe.Recipe) {
	name := newField("", w.kit, nil)
	name.SetText(r.Title)
	about := mutedText(tr("Videos in the list keep the name that they were added with."))
	about.min = 340
	d := dialog.NewCustomConfirm(trf("Rename “%s”", shortPath(r.Title, 40)), tr("Rename"), tr("Cancel"), container.NewVBox(about, name), func(yes bool) {
		if title := strings.TrimSpace(name.Text); yes && title != "" && title != r.Title {
			w.giveTitle(r, title)
		}
	}, w.win)
	name.OnSubmitted = func(string) { d.Confirm() }
	w.ask(d)
	w.win.Canvas().Focus(name)
	name.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

func (w *Window) giveTitle(r recipe.Recipe, title string) {
	for _, other := range w.recipe.presets {
		if other.Name != r.Name && strings.EqualFold(other.Title, title) {
			w.fail(tr("The preset can't be renamed"), errors.New(trf("“%s” is another one's name", title)))
			return
		}
	}
	w.later(func() {
		if err := w.backend.RenamePreset(r.Name, title); err != nil {
			w.fail(tr("The preset can't be renamed"), err)
			return
		}
		w.reloadPresets(func(own recipe.Recipe) recipe.Recipe {
			if own.Name == r.Name {
				own.Title = title
				w.ownRecipe(own)
			}
			return own
		}, trf("It is called “%s” now.", shortPath(title, 40)))
	})
}

// deletePreset asks whether a preset of the person's own is to go.
func (w *Window) deletePreset(r recipe.Recipe) {
	d := dialog.NewConfirm(trf("Delete the preset “%s”?", shortPath(r.Title, 40)), tr("It can't be brought back. Videos in the list keep its settings."), func(yes bool) {
		if yes {
			w.dropPreset(r)
		}
	}, w.win)
	d.SetConfirmText(tr("Delete"))
	d.SetDismissText(tr("Keep it"))
	w.ask(d)
}

func (w *Window) dropPreset(r recipe.Recipe) {
	w.later(func() {
		if err := w.backend.DeletePreset(r.Name); err != nil {
			w.fail(tr("The preset can't be deleted"), err)
			return
		}
		w.reloadPresets(func(own recipe.Recipe) recipe.Recipe {
			if own.Name != r.Name {
				return own
			}
			for _, first := range w.recipe.presets { // new videos get the first of those that are left
				if first.Name != r.Name {
					w.ownRecipe(first)
					return first
				}
			}
			return own
		}, trf("“%s” is deleted.", shortPath(r.Title, 40)))
	})
}
