package ui

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/tapelight/tapelight/core/recipe"
)

// withOwn has a preset of the person's own, which is chosen.
func withOwn(t *testing.T) *bench {
	t.Helper()
	b := opened(t, func(f *fake) {
		r := recipe.Default()
		r.Name, r.Title, r.Description, r.File = "grandpa", "Grandpa's camcorder", "Your own, made from VHS.", "/config/grandpa.toml"
		f.presets = append(f.presets, r)
	})
	test.Tap(b.recipe.picker.cards[3])
	return b
}

func TestOwnPresetsAreRenamed(t *testing.T) {
	b := withOwn(t)
	b.tap("Rename…")
	b.wantText("Rename “Grandpa's camcorder”", "Grandpa's camcorder")
	f, ok := b.win.Canvas().Focused().(*field)
	if !ok {
		t.Fatal("the name has not got the keyboard")
	}
	test.Type(f, "Uncle's") // takes the place of what was there
	b.tap("Rename")
	b.want(`rename grandpa to "Uncle's"`)
	if card := b.recipe.picker.cards[3]; card.recipe.Title != "Uncle's" || !card.chosen || b.recipe.own.Title != "Uncle's" {
		t.Errorf("the card is %q, chosen %v; new videos get %q", card.recipe.Title, card.chosen, b.recipe.own.Title)
	}
	b.win.Canvas().Focus(b.recipe.picker)
	b.recipe.picker.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF2})
	b.win.Canvas().Focused().(*field).SetText("dvd, VIDEO")
	b.tap("Rename")
	b.wantText("The preset can't be renamed: “dvd, VIDEO” is another one's name")
	b.want()
}

func TestOwnPresetsAreDeleted(t *testing.T) {
	b := withOwn(t)
	b.win.Canvas().Focus(b.recipe.picker)
	b.recipe.picker.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	b.wantText("Delete the preset “Grandpa's camcorder”?")
	b.tap("Keep it")
	b.want()
	b.tap("Delete…")
	b.backend.bad = errors.New("the disk is read-only")
	b.tap("Delete")
	b.wantText("The preset can't be deleted: the disk is read-only")
	b.tap("OK")
	b.backend.bad = nil
	b.tap("Delete…")
	b.tap("Delete")
	b.want("delete grandpa", "delete grandpa")
	if n := len(b.recipe.picker.cards); n != 3 || b.recipe.own.Name != "vhs" || b.prefs.p.String(prefPreset) != "vhs" {
		t.Errorf("%d presets are left; new videos get %s", n, b.recipe.own.Name)
	}
}

func TestPresetsOfTheProgramStay(t *testing.T) {
	b := withOwn(t)
	test.Tap(b.recipe.picker.cards[0])
	for _, key := range []fyne.KeyName{fyne.KeyDelete, fyne.KeyF2} {
		b.recipe.picker.TypedKey(&fyne.KeyEvent{Name: key})
	}
	test.TapSecondary(b.recipe.picker.cards[0])
	if b.modal() || len(b.win.Canvas().Overlays().List()) > 0 || b.recipe.picker.cards[3].tools() {
		t.Error("what comes with the program can be renamed or deleted")
	}
	test.TapSecondary(b.recipe.picker.cards[3])
	if len(b.win.Canvas().Overlays().List()) != 1 {
		t.Error("there is no menu on a preset of one's own")
	}
}

func TestAPresetOfAFormerNameIsNotReplaced(t *testing.T) {
	b := withOwn(t)
	b.keepPreset(b.recipe.Recipe(), "Grandpa")
	b.want(`save grandpa-2 as "Grandpa"`)
}
