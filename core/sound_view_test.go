package core_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// TestSoundView: what is found and done is said, hiss falls in pauses and what sounds stays; without treatment there is no after.
func TestSoundView(t *testing.T) {
	s := newService(t)
	path := filepath.Join(t.TempDir(), "tape.mkv")
	tapeSound{rate: 48000, channels: 2, seconds: soundSeconds, tracks: 2}.capture(t, path)
	req := core.PreviewRequest{Path: path, Recipe: recipe.Default(), Time: 99}
	var heard []string
	views, err := s.SoundView(t.Context(), req, func(w string) { heard = append(heard, w) })
	if err != nil || len(views) != 2 || len(heard) == 0 {
		t.Fatal(views, err, heard)
	}
	v := views[1]
	if v.Track != 2 || v.Channels != 2 || v.Rate != 48000 || v.Start != 0 || v.Length > soundSeconds+0.1 {
		t.Errorf("%+v", v)
	}
	if words := strings.Join(v.Found, " "); !strings.Contains(words, "Steady noise") || len(v.Done) == 0 {
		t.Errorf("found %q, done %q", v.Found, v.Done)
	}
	if len(v.Before) == 0 || len(v.After) != len(v.Before) {
		t.Fatalf("%d bands before, %d after", len(v.Before), len(v.After))
	}
	for i, b := range v.Before {
		a := v.After[i]
		if b.Hz > 4000 && b.Hz < 16000 && a.QuietDBFS > b.QuietDBFS-3 {
			t.Errorf("%.0f Hz: hiss of %.1f dB is %.1f dB after", b.Hz, b.QuietDBFS, a.QuietDBFS)
		}
		if b.Hz > 300 && b.Hz < 380 && (a.MeanDBFS < b.MeanDBFS-1 || a.MeanDBFS > b.MeanDBFS+1) {
			t.Errorf("%.0f Hz: the voice of %.1f dB is %.1f dB after", b.Hz, b.MeanDBFS, a.MeanDBFS)
		}
	}
	req.Recipe.Sound.Mode = recipe.SoundOff
	views, err = s.SoundView(t.Context(), req, nil)
	if err != nil || len(views) != 2 || views[0].After != nil || views[0].Done != nil || len(views[0].Before) == 0 {
		t.Errorf("%+v, %v", views, err)
	}
	req.Path = filepath.Join(t.TempDir(), "none.mkv")
	if _, err := s.SoundView(t.Context(), req, nil); err == nil {
		t.Error("a file that is not there has sound")
	}
}
