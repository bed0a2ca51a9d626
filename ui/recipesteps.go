package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/tapelight/tapelight/core/recipe"
)

// soundStep is a step of the sound's repair as it is called in the window.
type soundStep struct{ name, label, tip string }

// soundSteps have those that people know first.
func soundSteps() []soundStep {
	return []soundStep{
		{"dehum", tr("Hum"), tr("Dehum: the tone of the mains and its harmonics, followed as the tape's speed wanders.")},
		{"denoise", tr("Hiss and noise"), tr("Denoise. Less keeps more of the air in music; more than usual can make voices sound watery.")},
		{"high-pass", tr("Rumble"), tr("High-pass filter. The more, the deeper notes go with it.")},
		{"declick", tr("Clicks"), tr("Declick. More finds fainter clicks, and may take the beat of a drum for one.")},
		{"de-ess", tr("Sharp S sounds"), tr("De-esser: voices whose hisses are sharp are made softer there.")},
		{"dropouts", tr("Fill dropouts"), tr("Moments of 2 to 30 ms in which the sound is gone.")},
		{"declip", tr("Rebuild clipped peaks"), tr("Declip: peaks that were cut off at full scale. All gets 6 dB quieter to give them room, before its loudness is set.")},
		{"channels", tr("Mend a dead or reversed side"), tr("Where one side is dead the other goes on both; where the sides have opposite polarity one is turned.")},
		{"azimuth", tr("Bring both sides into step"), tr("Azimuth: the head stood askew, so that one side is late by some microseconds, which dulls the sound in mono.")},
	}
}

// steps are the strengths of the sound's repairs, folded: few people want them. Steps that are done or not have a box to tick, the others a slider.
func (c *recipeControls) steps(k *kit, changed func(edit)) fyne.CanvasObject {
	graded := map[string]recipe.SoundStep{}
	for _, s := range recipe.SoundSteps() {
		if s.Graded {
			graded[s.Name] = s
		}
	}
	box := container.NewVBox()
	add := func(a *amount, get func(recipe.Recipe) int) {
		box.Add(a.Root)
		c.show = append(c.show, func(r recipe.Recipe) { a.Set(get(r)) })
	}
	var ticks []fyne.CanvasObject
	for _, s := range soundSteps() {
		set := func(percent int) {
			changed(func(r *recipe.Recipe) { r.Sound.Steps = r.Sound.Steps.With(s.name, percent) })
		}
		if step, ok := graded[s.name]; ok {
			add(newAmount(s.label, s.tip, k, 0, step.Most, 10, percentWords, set), func(r recipe.Recipe) int { return r.Sound.Steps.Of(s.name) })
			continue
		}
		t := newTick(s.label, s.tip, k, nil)
		c.show = append(c.show, func(r recipe.Recipe) {
			t.OnChanged = nil
			t.SetChecked(r.Sound.Steps.Of(s.name) > 0)
			t.OnChanged = func(on bool) { set(map[bool]int{true: 100}[on]) }
		})
		ticks = append(ticks, t)
	}
	add(newAmount(tr("Mend the treble"), tr("Raises treble that is weaker than usual, or lowers it where it is stronger, by 6 dB at most. It raises the noise that is left, too."), k, 0, 100, 10,
		func(v int) string {
			if v == 0 {
				return tr("off")
			}
			return fmt.Sprintf("%d %%", v)
		},
		func(v int) { changed(func(r *recipe.Recipe) { r.Sound.Treble = v }) }), func(r recipe.Recipe) int { return r.Sound.Treble })
	for _, t := range ticks {
		box.Add(t)
	}
	box.Add(space(gap / 2))
	f := newFold(tr("Each repair"), k, box, c.unfolded)
	c.show = append(c.show, func(r recipe.Recipe) { f.summary.SetText(stepsWords(r.Sound)) })
	return f.Root
}

// percentWords is a strength against what the mode would do.
func percentWords(v int) string {
	switch v {
	case 0:
		return tr("left out")
	case 100:
		return tr("as found best")
	}
	return fmt.Sprintf("%d %%", v)
}

// stepsWords is the summary beside the heading.
func stepsWords(s recipe.Sound) string {
	if s.Mode == recipe.SoundOff || s.Tracks == recipe.TracksCopy {
		return tr("not in use")
	}
	n := 0
	for range s.Steps.All() {
		n++
	}
	if s.Treble > 0 {
		n++
	}
	if n == 0 {
		return tr("as found best")
	}
	return count(n, "%d changed", "%d changed")
}
