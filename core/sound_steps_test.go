package core_test

import (
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// A track with every defect shows that the steps a recipe can set are those of the chain, in its order; that 0 leaves each of them out and no other; and
// that what a recipe calls graded has degrees, up to the most that it may be set to, and nothing else has.
func TestStepsOfTheChainCanBeSet(t *testing.T) {
	wreck := &audio.Report{Rate: 48000, Channels: 2, Samples: 48000 * 600, DeadSide: -1, Inverted: true, Azimuth: audio.Azimuth{Known: true, Microseconds: 90},
		ClippedShare: 0.01, ClicksPerMinute: 50, DropoutsPerMinute: 9, RumbleDBFS: -40, BassDBFS: -60, HumHz: 50, Hum: []audio.Line{{Harmonic: 1, Hz: 50, LevelDBFS: -40, ProminenceDB: 30}},
		Noise: audio.Noise{Known: true, FloorDBFS: -50, SNRDB: 30}, Content: audio.Content{Known: true, Speech: 1}, Treble: audio.Treble{Vowels: -20, Sibilant: 10, LackDB: 8}}
	elsewhere := []audio.StepName{audio.StepTreble, audio.StepLoudness, audio.StepResample} // these have settings of their own
	chain := func(strength map[audio.StepName]float64) audio.Repair {
		return audio.Chain(wreck, audio.Settings{Mode: audio.Auto, Treble: 0.5, Rate: 44100, Strength: strength}, nil)
	}
	names := func(r audio.Repair) (out []string) {
		for _, s := range r.Steps {
			if !slices.Contains(elsewhere, s.Name) {
				out = append(out, string(s.Name))
			}
		}
		return out
	}
	usual := chain(nil)
	var all []string
	for _, s := range recipe.SoundSteps() {
		all = append(all, s.Name)
	}
	if got := names(usual); !slices.Equal(got, all) || len(usual.Steps) != len(all)+len(elsewhere) {
		t.Fatalf("the chain is %v, a recipe can set %v", got, all)
	}
	for i, s := range recipe.SoundSteps() {
		at := func(percent int) audio.Repair {
			return chain(map[audio.StepName]float64{audio.StepName(s.Name): float64(percent) / 100})
		}
		if got, want := names(at(0)), slices.Delete(slices.Clone(all), i, i+1); !slices.Equal(got, want) {
			t.Errorf("without %s the chain is %v", s.Name, got)
		}
		same := func(a, b int) bool { return reflect.DeepEqual(at(a).Program, at(b).Program) }
		if same(50, 100) == s.Graded {
			t.Errorf("%s at 50 is as at 100: %v", s.Name, !s.Graded)
		}
		if more := !same(200, 100); more != (s.Most > 100) {
			t.Errorf("%s at 200 is as at 100: %v, and at most it is %d", s.Name, !more, s.Most)
		}
	}
}

func stepNames(p *plan.Plan) (names []string) {
	for _, s := range p.Sound[0].Steps {
		names = append(names, s.Name)
	}
	return names
}

// What a recipe says of single steps is in the plan, in what is shown of the sound, and in the output; plans of other strengths are others.
func TestStrengthOfSoundSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	s := newService(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "tape.mkv")
	tapeSound{rate: 48000, channels: 1, seconds: soundSeconds}.capture(t, path)
	ask := func(steps recipe.Steps) (core.Request, *plan.Plan) {
		t.Helper()
		r := quick("none")
		r.Sound.Loudness, r.Sound.Steps, r.Sound.Codec = 0, steps, recipe.CodecFLAC
		req := core.Request{Path: path, Recipe: r, Output: filepath.Join(dir, "out.mkv"), Overwrite: true}
		p, err := s.Plan(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		return req, p
	}
	humLevel := func(steps recipe.Steps) float64 {
		t.Helper()
		req, _ := ask(steps)
		if _, err := s.Restore(t.Context(), req, nil); err != nil {
			t.Fatal(err)
		}
		x := sound(t, req.Output, 0)
		from := int(1.7 * tape.SampleRate)
		return lineLevel(x[from:from+tape.SampleRate/2], soundHum)
	}

	_, usual := ask("")
	if got := stepNames(usual); !slices.Contains(got, "dehum") || !slices.Contains(got, "denoise") {
		t.Fatalf("usual are %v", got)
	}
	if text := usual.Text(); strings.Contains(text, "as asked for") {
		t.Error(text)
	}
	_, gentle := ask("dehum 50, denoise 60")
	if got, want := gentle.Sound[0].Program.Denoise.Reduction, 0.6*usual.Sound[0].Program.Denoise.Reduction; math.Abs(got-want) > 1e-9 {
		t.Errorf("noise is lowered by %.2f dB, not by %.2f", got, want)
	}
	if got := gentle.Sound[0].Program.Dehum.Depth; got != 0.5 {
		t.Errorf("hum is taken away by %g", got)
	}
	req, without := ask("dehum 0, denoise 60")
	if got := stepNames(without); slices.Contains(got, "dehum") || !slices.Contains(got, "denoise") {
		t.Errorf("left out was dehum, and what is done is %v", got)
	}
	if text := without.Text(); !strings.Contains(text, "as asked for, where they are needed: no dehum, denoise at 60 %\n") {
		t.Error(text)
	}
	views, err := s.SoundView(t.Context(), core.PreviewRequest{Path: path, Recipe: req.Recipe}, nil)
	if err != nil || len(views) != 1 || len(views[0].Done) != len(without.Sound[0].Steps) || strings.Contains(strings.Join(views[0].Done, " "), "Hum") {
		t.Errorf("%v, %+v", err, views)
	}
	if all, none := humLevel("denoise 0"), humLevel("dehum 0, denoise 0"); none < all+20 {
		t.Errorf("hum is at %.1f dB where it is taken away, and at %.1f dB where it is to stay", all, none)
	}
}

// The clip that a preview plays is made by the same steps.
func TestClipsFollowTheStrengthOfSoundSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	s := newService(t)
	path := filepath.Join(t.TempDir(), "tape.mkv")
	tapeSound{rate: 48000, channels: 1, seconds: soundSeconds}.capture(t, path)
	var hum [2]float64
	for i, steps := range []recipe.Steps{"", "dehum 0, denoise 0"} {
		r := quick("none")
		r.Sound.Loudness, r.Sound.Steps = 0, steps
		clip, err := s.PreviewClip(t.Context(), core.PreviewRequest{Path: path, Recipe: r, Length: soundSeconds}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer clip.Close()
		player, err := clip.Play(t.Context(), core.SideAfter, clip.Width, clip.Height, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer player.Close()
		var x []float32
		block := make([]byte, 1<<14)
		for {
			n, err := player.Samples(block)
			for k := 0; k+4 <= n; k += 4 { // the left side
				x = append(x, float32(int16(uint16(block[k])|uint16(block[k+1])<<8))/32768)
			}
			if err != nil {
				break
			}
		}
		from := int(1.7 * tape.SampleRate)
		if len(x) < from+tape.SampleRate/2 {
			t.Fatalf("only %d samples", len(x))
		}
		hum[i] = lineLevel(x[from:from+tape.SampleRate/2], soundHum)
	}
	if hum[1] < hum[0]+20 {
		t.Errorf("hum is at %.1f dB where it is taken away, and at %.1f dB where it is to stay", hum[0], hum[1])
	}
}
