package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/tapelight/tapelight/core/recipe"
)

func TestSoundInWords(t *testing.T) {
	for want, s := range map[string]recipe.Sound{
		"cleaned where needed":       {Mode: recipe.SoundAuto},
		"cleaned where needed, mono": {Mode: recipe.SoundAuto, Layout: recipe.LayoutMono},
		"cleaned, 5.1":               {Mode: recipe.SoundVoice, Layout: recipe.Layout51, Tracks: recipe.TracksFirst},
		"as it is, stereo":           {Mode: recipe.SoundOff, Layout: recipe.LayoutStereo},
		"as it is":                   {Mode: recipe.SoundAuto, Layout: recipe.Layout71, Tracks: recipe.TracksCopy},
		"cleaned":                    {Mode: recipe.SoundLight, Layout: recipe.LayoutAuto},
	} {
		if got := soundWords(recipe.Recipe{Sound: s}); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}

// What is chosen in the section for sound is what the recipe says, and recipes that say nothing of layout and tracks are shown as the usual ones.
func TestChannelsAndTracksAreChosen(t *testing.T) {
	var r recipe.Recipe
	k := opened(t).kit
	c := &recipeControls{}
	parts := c.sound(k, func(e edit) { e(&r) })
	if len(parts) != 6 {
		t.Fatalf("%d settings", len(parts))
	}
	r.Sound = recipe.Default().Sound
	r.Sound.Layout, r.Sound.Tracks = "", ""
	c.Show(r)
	choices := map[string]*choice{}
	for _, o := range parts {
		for _, at := range o.(*fyne.Container).Objects {
			if p, ok := at.(*choice); ok {
				choices[p.Selected] = p
			}
		}
	}
	channels, tracks := choices["As on the tape"], choices["Work on all"]
	if channels == nil || tracks == nil {
		t.Fatalf("shown are %v", choices)
	}
	channels.SetSelected("One, where both sides are the same")
	tracks.SetSelected("Work on the first, copy the others")
	if r.Sound.Layout != recipe.LayoutAuto || r.Sound.Tracks != recipe.TracksFirst {
		t.Errorf("%+v", r.Sound)
	}
	r.Name = "x"
	r.Picture, r.Upscale, r.Output = recipe.Default().Picture, recipe.Default().Upscale, recipe.Default().Output
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
}
