package ui

import (
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// setRecipes remembers what the backend was given.
func (b *bench) setRecipes() map[string]recipe.Recipe {
	b.backend.mu.Lock()
	defer b.backend.mu.Unlock()
	return b.backend.set
}

func TestEditsAreHandedOnTogetherAndStay(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting))
	test.Tap(b.row("a"))
	noise := b.recipe.controls
	noise.networks.pick.SetSelected("No network, plainly")
	b.recipe.edited(func(r *recipe.Recipe) { r.Picture.Denoise = 80 })
	b.recipe.edited(func(r *recipe.Recipe) { r.Picture.Denoise = 85 })
	b.want() // not while one moves
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting))
	if b.recipe.draft.Picture.Denoise != 85 {
		t.Error("a snapshot takes away what is being set")
	}
	b.pass()
	b.want("recipe a vhs")
	got := b.setRecipes()["a"]
	if got.Picture.Denoise != 85 || got.Upscale.Network != recipe.NetworkNone {
		t.Errorf("handed on was %+v", got)
	}
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting)) // from before the change
	if b.recipe.draft.Picture.Denoise != 85 {
		t.Error("a late snapshot takes the change away")
	}
	if r := b.recipe.Recipe(); r.Picture.Denoise == 85 {
		t.Error("a change for one video changed the recipe of new ones")
	}
	b.tap("Reset")
	b.want("recipe a vhs")
	if got := b.setRecipes()["a"]; got.Picture.Denoise != 50 {
		t.Errorf("after Reset: %+v", got)
	}
}

func TestChangesOfTheRecipeForNewVideosAreRemembered(t *testing.T) {
	b := opened(t)
	b.recipe.edited(func(r *recipe.Recipe) { r.Output.Quality = 85 })
	b.pass()
	b.want()
	b.Add([]string{"/tapes"})
	if got := b.prefs.recipe(b.backend.presets); got.Output.Quality != 85 || got.Title != "VHS" {
		t.Errorf("remembered is %+v", got)
	}
	if c := b.recipe.picker.cards[0]; c.badge.words != "changed" {
		t.Errorf("the card's badge is %q", c.badge.words)
	}
	b.recipe.Advise("dvd", "")
	if c := b.recipe.picker.cards[1]; c.badge.words != "Recommended" {
		t.Errorf("the badge of the recommended card is %q", c.badge.words)
	}
}

func TestTheFittingPresetIsRecommended(t *testing.T) {
	b := opened(t, func(f *fake) { f.advice = "dvd" })
	unread := job("u", core.Reading)
	unread.Facts = ""
	b.showJobs(false, unread)
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting))
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting))
	c := b.recipe.picker.cards[1]
	if c.badge.words != "Recommended" || b.recipe.picker.chosen != "vhs" {
		t.Errorf("the badge is %q, chosen is %s", c.badge.words, b.recipe.picker.chosen)
	}
	c.MouseIn(nil)
	b.pass()
	if got := b.kit.tips.words.words; !strings.HasPrefix(got, "Recommended: It is a disc.") {
		t.Errorf("the hint says %q", got)
	}
	test.Tap(b.row("b"))
	if got := strings.Join(b.backend.advised, " "); got != "/tapes/a.avi /tapes/b.avi" {
		t.Errorf("asked about %s", got)
	}
	b.showJobs(false)
	if c.badge.words != "" {
		t.Error("with no video there is still a recommendation")
	}
}

func TestStartTakesTheLatestChange(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting))
	b.recipe.edited(func(r *recipe.Recipe) { r.Output.Quality = 85 })
	b.tap("Start")
	b.want("recipe a vhs", "start")
}

func TestWhatRunsIsShownButNotChanged(t *testing.T) {
	b := opened(t)
	b.showJobs(true, job("r", core.Running))
	test.Tap(b.row("r"))
	b.recipe.edited(func(r *recipe.Recipe) { r.Output.Quality = 5 })
	b.pass()
	b.want()
	if b.recipe.draft.Output.Quality == 5 {
		t.Error("a change is shown that can't be made")
	}
}

func TestEachOfDifferentRecipesGetsTheChange(t *testing.T) {
	b := opened(t)
	one, two := job("a", core.Waiting), job("b", core.Waiting)
	two.Recipe = b.backend.presets[1]
	b.showJobs(false, one, two)
	b.queue.list.selectAll()
	if b.recipe.picker.chosen != "" || !b.recipe.mixed {
		t.Error("a card is marked for videos with different recipes")
	}
	b.recipe.edited(func(r *recipe.Recipe) { r.Upscale.Height = 720 })
	b.pass()
	b.want("recipe a vhs", "recipe b dvd")
	for id, r := range b.setRecipes() {
		if r.Upscale.Height != 720 {
			t.Errorf("%s has %+v", id, r)
		}
	}
}

func TestRefusedChangeIsTakenBack(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting))
	test.Tap(b.row("a"))
	b.backend.refuse = true
	b.recipe.edited(func(r *recipe.Recipe) { r.Upscale.Height = 720 })
	b.pass()
	b.wantText("The recipe can't be changed: refused")
	if b.recipe.draft.Upscale.Height == 720 {
		t.Error("the panel shows what was refused")
	}
}

func TestFoldsOpenByKeyAndKeepTheirSummary(t *testing.T) {
	b := opened(t)
	f := b.recipe.controls.folds[3]
	if f.content.Visible() || f.summary.words != "MKV, x265" {
		t.Errorf("at first: open %v, %q", f.content.Visible(), f.summary.words)
	}
	f.head.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if !f.content.Visible() || f.head.Icon.Name() != theme.MenuDropDownIcon().Name() {
		t.Error("the section doesn't open")
	}
	b.recipe.controls.OfferEncoders(core.DoctorReport{Checks: []core.Check{{Name: "encoder x265", OK: true, Detail: "H.265"}, {Name: "encoder hevc_nvenc"}}})
	if got := strings.Join(b.recipe.controls.encoders.pick.Options, ","); got != "H.265" {
		t.Errorf("offered are %s", got)
	}
}

func TestOwnPresets(t *testing.T) {
	b := opened(t)
	b.recipe.edited(func(r *recipe.Recipe) { r.Output.Quality = 85 })
	b.tap("Save as a preset…")
	for _, o := range b.objects() {
		if f, ok := o.(*field); ok {
			f.SetText("Grandpa's Films")
		}
	}
	b.tap("Save")
	b.want(`save grandpa-s-films as "Grandpa's Films"`)
	b.wantText("Grandpa's Films", "Saved as “Grandpa's Films”.")
	if b.recipe.picker.chosen != "grandpa-s-films" || b.recipe.Recipe().Output.Quality != 85 {
		t.Errorf("chosen is %s", b.recipe.picker.chosen)
	}
	b.keepPreset(recipe.Default(), "VHS")
	b.want(`save vhs-own as "VHS"`)
}

func TestPresetNamesAreValid(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	rapid.Check(t, func(rt *rapid.T) {
		title := rapid.String().Draw(rt, "title")
		if got := presetName(title); !form.MatchString(got) {
			rt.Fatalf("%q became %q", title, got)
		}
	})
	if a, b := presetName("日本"), presetName("中国"); a == b {
		t.Errorf("two titles have one name: %s", a)
	}
}
