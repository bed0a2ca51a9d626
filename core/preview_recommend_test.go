package core_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/testdata/tape"
)

// TestRecommend names a preset for each kind of tape, says why in a sentence, and ends with its context.
func TestRecommend(t *testing.T) {
	s := newService(t)
	presets := map[string]bool{}
	list, err := s.Presets()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		presets[r.Name] = true
	}
	for name, want := range map[string]string{"ntsc-vhs": "vhs", "ntsc-bff": "vhs", "ntsc-unflagged": "vhs", "pal-dv": "video8", "film-soft": "dvd-film", "film-hard": "dvd-film",
		"webcam": "webcam", "progressive-flagged": "dvd-film"} {
		sample := tape.For(t, sampleSeconds, name)[name]
		got, err := s.Recommend(t.Context(), sample.Path)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %s, noise %.2f: %s", name, got.Preset, got.Noise, got.Why)
		if got.Preset != want {
			t.Errorf("%s is advised for %s, want %s", got.Preset, name, want)
		}
		if !presets[got.Preset] || !strings.HasSuffix(got.Why, ".") || strings.Contains(got.Why, "  ") {
			t.Errorf("%s: %+v", name, got)
		}
		if again, err := s.Recommend(t.Context(), sample.Path); err != nil || again != got {
			t.Errorf("%s: the second answer is %+v, %v", name, again, err)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	sample := tape.For(t, sampleSeconds, "archive-422")["archive-422"]
	if _, err := s.Recommend(over, sample.Path); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that had ended gave %v", err)
	}
}
