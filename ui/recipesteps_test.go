package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// repairs are the controls for single repairs that are to be seen, by their labels.
type repairs struct {
	slides map[string]*slider
	values map[string]*text
	ticks  map[string]*tick
}

// openRepairs opens the section for sound and the fold in it.
func openRepairs(b *bench) (r repairs) {
	b.t.Helper()
	b.recipe.controls.folds[2].Open(true)
	b.tap("Each repair")
	r = repairs{map[string]*slider{}, map[string]*text{}, map[string]*tick{}}
	var last []*text
	for _, o := range b.objects() {
		switch o := o.(type) {
		case *text:
			last = append(last, o)
		case *slider:
			label := last[len(last)-2].words
			r.slides[label], r.values[label] = o, last[len(last)-1]
		case *tick:
			r.ticks[o.Text] = o
		}
	}
	return r
}

func TestEachRepairHasItsControl(t *testing.T) {
	var known, shown []string
	for _, s := range recipe.SoundSteps() {
		known = append(known, s.Name)
	}
	for _, s := range soundSteps() {
		shown = append(shown, s.name)
	}
	slices.Sort(known)
	slices.Sort(shown)
	if !slices.Equal(known, shown) {
		t.Errorf("recipes know %v, the window shows %v", known, shown)
	}
	b := opened(t)
	if b.says("Each repair") {
		t.Error("it is to be seen though its section is closed")
	}
	at := openRepairs(b)
	b.wantText("as found best")
	for _, s := range soundSteps() {
		slide, tick := at.slides[s.label], at.ticks[s.label]
		switch {
		case (slide == nil) == (tick == nil):
			t.Errorf("%s has a slider: %v, and a box: %v", s.label, slide != nil, tick != nil)
		case slide != nil && (slide.Value != 100 || at.values[s.label].words != "as found best" || slide.tip == ""):
			t.Errorf("%s is shown at %g, %q", s.label, slide.Value, at.values[s.label].words)
		case tick != nil && (!tick.Checked || tick.tip == ""):
			t.Errorf("%s is not ticked", s.label)
		}
	}
	if s := at.slides["Mend the treble"]; s == nil || s.Value != 0 || at.values["Mend the treble"].words != "off" {
		t.Error("the treble is not off")
	}
}

func TestRepairsAreSet(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting))
	at := openRepairs(b)
	at.slides["Hiss and noise"].SetValue(60)
	at.slides["Hum"].SetValue(0)
	at.slides["Mend the treble"].SetValue(50)
	at.ticks["Fill dropouts"].Tapped(&fyne.PointEvent{})
	b.wantText("60 %", "left out", "50 %", "4 changed")
	b.pass()
	b.want("recipe a vhs")
	if got := b.setRecipes()["a"].Sound; got.Steps != "dropouts 0, dehum 0, denoise 60" || got.Treble != 50 {
		t.Errorf("%+v", got)
	}
	b.recipe.edited(func(r *recipe.Recipe) { r.Sound.Mode = recipe.SoundOff })
	b.wantText("not in use")
	b.tap("Reset")
	if got := b.recipe.draft.Sound; got.Steps != "" || got.Treble != 0 || at.slides["Hum"].Value != 100 || !at.ticks["Fill dropouts"].Checked {
		t.Errorf("after Reset: %+v", got)
	}
}

// Strengths between the slider's places are shown as they are, and stay while another is changed; each of several videos keeps its own.
func TestRepairsOfEachVideoStay(t *testing.T) {
	b := opened(t)
	one, two := job("a", core.Waiting), job("b", core.Waiting)
	one.Recipe.Sound.Steps, two.Recipe.Sound.Steps, two.Recipe.Sound.Treble = "denoise 63", "declip 0, de-ess 20", 70
	b.showJobs(false, one, two)
	b.queue.list.selectAll()
	at := openRepairs(b)
	b.pass()
	b.want() // looking changes nothing
	if got := at.values["Hiss and noise"].words; got != "63 %" {
		t.Errorf("shown is %q", got)
	}
	at.slides["Clicks"].SetValue(150)
	b.pass()
	b.want("recipe a vhs", "recipe b vhs")
	got := b.setRecipes()
	if a, b := got["a"].Sound, got["b"].Sound; a.Steps != "declick 150, denoise 63" || a.Treble != 0 || b.Steps != "declip 0, declick 150, de-ess 20" || b.Treble != 70 {
		t.Errorf("%+v, %+v", a, b)
	}
}
