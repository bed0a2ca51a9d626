package ui

import (
	"fmt"
	"strings"
	"unicode"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"

	"github.com/tapelight/tapelight/core/recipe"
)

// savePreset asks for a name and keeps the recipe under it.
func (w *Window) savePreset(r recipe.Recipe) {
	about := mutedText(tr("It appears among the presets. Files of your own presets can be copied to other computers."))
	about.lines, about.min = 2, 340
	name := newField(tr("For example: Grandpa's camcorder"), w.kit, nil)
	d := dialog.NewCustomConfirm(tr("Save as a preset"), tr("Save"), tr("Cancel"), container.NewVBox(about, name), func(yes bool) {
		if title := strings.TrimSpace(name.Text); yes && title != "" {
			w.keepPreset(r, title)
		}
	}, w.win)
	name.OnSubmitted = func(string) { d.Confirm() }
	w.ask(d)
	w.win.Canvas().Focus(name)
}

func (w *Window) keepPreset(r recipe.Recipe, title string) {
	r.Title, r.Description, r.BuiltIn, r.Order, r.File = title, trf("Your own, made from %s.", r.Title), false, 0, ""
	r.Name = presetName(title)
	if old, ok := w.recipe.preset(r.Name); ok && old.BuiltIn { // it must not take the place of one that ships with the program
		r.Name += "-own"
	}
	for i, name := 2, r.Name; ; i++ { // nor of another of one's own, which was renamed
		if old, ok := w.recipe.preset(r.Name); !ok || old.Title == title {
			break
		}
		r.Name = fmt.Sprintf("%s-%d", name, i)
	}
	w.later(func() {
		if _, err := w.backend.SavePreset(r); err != nil {
			w.fail(tr("The preset can't be saved"), err)
			return
		}
		w.reloadPresets(func(own recipe.Recipe) recipe.Recipe {
			if len(w.recipe.chosen) == 0 {
				own = r
				w.ownRecipe(r)
			}
			return own
		}, trf("Saved as “%s”.", shortPath(title, 40)))
	})
}

// reloadPresets shows the presets as they are now. own makes the recipe for new videos of what it was; words say what has been done. It runs off the UI
// thread, own on it.
func (w *Window) reloadPresets(own func(recipe.Recipe) recipe.Recipe, words string) {
	all, bad := w.backend.Presets()
	w.enter(func() {
		w.recipe.Flush()
		w.recipe.SetPresets(all, bad, own(w.recipe.own))
		w.notices.Tell(words)
	})
}

// presetName makes a preset's name of its title: 1 to 64 small letters, digits and hyphens.
func presetName(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case (unicode.IsSpace(r) || unicode.IsPunct(r)) && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		case r > 127 && unicode.IsLetter(r): // other letters by their number, so that different titles stay different
			b.WriteString(base36(r))
		}
	}
	name := strings.Trim(b.String(), "-")
	if len(name) > 60 {
		name = name[:60]
	}
	return orElse(name, "own")
}

func base36(r rune) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	s := ""
	for ; r > 0; r /= 36 {
		s = string(digits[r%36]) + s
	}
	return s
}
