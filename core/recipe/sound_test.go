package recipe_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/recipe"
)

// Records and presets from before layout and tracks were settings mean what they meant.
func TestSoundThatSaysNothingOfLayout(t *testing.T) {
	var r recipe.Recipe
	if err := json.Unmarshal([]byte(`{"name":"old","sound":{"mode":"light","loudness":-16,"codec":"aac"}}`), &r); err != nil {
		t.Fatal(err)
	}
	if r.Sound.Layout != recipe.LayoutFound || r.Sound.Tracks != recipe.TracksAll || r.Sound.Mode != recipe.SoundLight {
		t.Errorf("%+v", r.Sound)
	}
	r = recipe.Default()
	r.Sound.Layout, r.Sound.Tracks = "", ""
	if err := r.Validate(); err != nil || !r.Sound.KeepsLayout() || r.Sound.Keeps(1) {
		t.Errorf("%v, %+v", err, r.Sound)
	}
	for key, text := range map[string]string{"layout": `"found", "auto", "mono", "stereo", "5.1", "7.1"`, "tracks": `"all", "first", "copy"`} {
		_, err := recipe.Parse("mine.toml", []byte("[sound]\n"+key+" = \"quad\"\n"))
		if err == nil || !strings.HasSuffix(err.Error(), `mine.toml:2: sound.`+key+` = "quad" is not allowed; it may be `+text) {
			t.Error(err)
		}
	}
	if _, err := recipe.Parse("mine.toml", []byte("[sound]\nlayout = \"5.1\"\ntracks = \"first\"\ncodec = \"eac3\"\n")); err != nil {
		t.Error(err)
	}
}

func TestWhichTracksAreKept(t *testing.T) {
	for tracks, want := range map[recipe.Choice][2]bool{"": {}, recipe.TracksAll: {}, recipe.TracksFirst: {false, true}, recipe.TracksCopy: {true, true}} {
		s := recipe.Sound{Tracks: tracks}
		if got := [2]bool{s.Keeps(0), s.Keeps(1)}; got != want {
			t.Errorf("%q: %v", tracks, got)
		}
	}
}
