package recipe_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/recipe"
)

func TestStepsAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]recipe.Steps{
		"":                                "",
		" ":                               "",
		"denoise 60, de-ess 0":            "denoise 60, de-ess 0",
		"de-ess=0,denoise=60":             "denoise 60, de-ess 0",
		" de-ess : 0 % ,\tdenoise\t060% ": "denoise 60, de-ess 0",
		"denoise 100":                     "",
		"dropouts 0, declip 0, dehum 100": "declip 0, dropouts 0",
		"declick 200, high-pass: 1, azimuth 0, channels 0": "declick 200, high-pass 1, channels 0, azimuth 0",
	} {
		if got, err := recipe.ParseSteps(text); err != nil || got != want {
			t.Errorf("%q became %q, want %q: %v", text, got, want, err)
		}
	}
}

func TestWrongStepsAreNamed(t *testing.T) {
	for text, value := range map[string]string{
		"denoize 60":             `"denoize 60"`,
		"dehum 50, denoise 201":  `"denoise 201"`,
		"denoise -1":             `"denoise -1"`,
		"denoise":                `"denoise"`,
		"denoise60":              `"denoise60"`,
		"denoise 6.5":            `"denoise 6.5"`,
		"denoise 99999999999":    `"denoise 99999999999"`,
		"dehum 120":              `"dehum 120"`,
		"declip 50":              `"declip 50"`,
		"denoise 60,":            `"denoise 60,"`,
		"denoise 60, denoise 60": `"denoise" twice`,
		"treble 50":              `"treble 50"`,
		"denoise 60; de-ess 0":   `"denoise 60; de-ess 0"`,
	} {
		_, err := recipe.ParseSteps(text)
		fe, ok := errors.AsType[*recipe.FieldError](err)
		if !ok || fe.Key != "sound.steps" || fe.Value != value || !strings.HasSuffix(fe.Allowed, `: declip, dropouts, channels, azimuth 0 or 100; declick, high-pass, denoise, de-ess 0 to 200; dehum 0 to 100`) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		"[sound]\nmode = \"auto\"\nsteps = \"denoize 60\"\n": `mine.toml:3: sound.steps = "denoize 60" is not allowed; it may be steps with their per cent, as in "denoise 60, de-ess 0": declip, `,
		"sound.treble = 101\n":                               "mine.toml:1: sound.treble = 101 is not allowed; it may be 0 to 100",
	} {
		if _, err := recipe.Parse("mine.toml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v", err)
		}
	}
}

// Presets and records that say nothing of steps and treble mean the usual repair, and are written as before.
func TestNothingIsWrittenWhereNoStepIsSet(t *testing.T) {
	r := recipe.Default()
	dir := t.TempDir()
	path, err := recipe.Save(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	record, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(file), string(record)} {
		if strings.Contains(text, "steps") || strings.Contains(text, "treble") {
			t.Error(text)
		}
	}
	var old recipe.Recipe
	if err := json.Unmarshal(record, &old); err != nil || old != r {
		t.Errorf("%v, %+v", err, old)
	}
	for _, s := range recipe.SoundSteps() {
		if p := old.Sound.Steps.Of(s.Name); p != 100 {
			t.Errorf("%s is at %d", s.Name, p)
		}
	}
}

// What means the same is equal, wherever it was read.
func TestStepsAreKeptInOneForm(t *testing.T) {
	r, err := recipe.Parse("mine.toml", []byte("[sound]\nsteps = \"de-ess: 0, denoise: 60, dehum: 100\"\ntreble = 50\n"))
	if err != nil || r.Sound.Steps != "denoise 60, de-ess 0" || r.Sound.Treble != 50 {
		t.Fatalf("%v, %+v", err, r.Sound)
	}
	var s recipe.Sound
	if err := json.Unmarshal([]byte(`{"mode":"auto","loudness":-16,"codec":"auto","steps":"de-ess=0,denoise=60","treble":50}`), &s); err != nil || s != r.Sound {
		t.Errorf("%v, %+v", err, s)
	}
	r.Sound.Steps = "de-ess nothing"
	if err := r.Validate(); err == nil || r.Sound.Steps.Canonical() != r.Sound.Steps || r.Sound.Steps.Of("de-ess") != 100 {
		t.Errorf("%v, %+v", err, r.Sound)
	}
}

func TestStepsAreBroughtIntoTheirRange(t *testing.T) {
	for _, c := range []struct {
		from    recipe.Steps
		name    string
		percent int
		want    recipe.Steps
	}{
		{"", "denoise", 300, "denoise 200"}, {"denoise 20", "denoise", 100, ""}, {"", "dehum", 150, ""}, {"dehum 50", "declip", 40, "declip 0, dehum 50"},
		{"declip 0", "declip", 50, ""}, {"denoise 20", "nonsense", 5, "denoise 20"}, {"", "de-ess", -5, "de-ess 0"}, {"nonsense", "de-ess", 5, "de-ess 5"},
	} {
		if got := c.from.With(c.name, c.percent); got != c.want {
			t.Errorf("%q with %s at %d is %q, want %q", c.from, c.name, c.percent, got, c.want)
		}
	}
}

// Whatever is set, in whatever order, is what is read, also by way of a preset and a record.
func TestStepsThereAndBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := map[string]int{}
		var s recipe.Steps
		var written []string
		for _, step := range rapid.Permutation(recipe.SoundSteps()).Draw(rt, "order") {
			percent := rapid.IntRange(0, step.Most).Draw(rt, step.Name)
			if !step.Graded {
				percent = 100 * (percent % 2)
			}
			want[step.Name], s = percent, s.With(step.Name, percent)
			written = append(written, step.Name+rapid.SampledFrom([]string{" ", "=", ": "}).Draw(rt, "sign")+fmt.Sprint(percent))
		}
		parsed, err := recipe.ParseSteps(strings.Join(written, ","))
		if err != nil || parsed != s || s.Canonical() != s {
			rt.Fatalf("%q, %q: %v", s, parsed, err)
		}
		for name, percent := range want {
			if got := s.Of(name); got != percent {
				rt.Fatalf("%s is %d in %q, want %d", name, got, s, percent)
			}
		}
		maps.DeleteFunc(want, func(_ string, p int) bool { return p == 100 })
		if got := maps.Collect(s.All()); !maps.Equal(got, want) {
			rt.Fatalf("%q lists %v, want %v", s, got, want)
		}
		r := recipe.Default()
		r.Sound.Steps, r.Sound.Treble = s, rapid.IntRange(0, 100).Draw(rt, "treble")
		path, err := recipe.Save(t.TempDir(), r)
		if err != nil {
			rt.Fatal(err)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			rt.Fatal(err)
		}
		record, err := json.Marshal(r)
		if err != nil {
			rt.Fatal(err)
		}
		var again recipe.Recipe
		preset, err := recipe.Parse(path, file)
		if err != nil || json.Unmarshal(record, &again) != nil || preset.Sound != r.Sound || again != r {
			rt.Fatalf("%+v, %+v: %v", preset.Sound, again.Sound, err)
		}
	})
}

func FuzzParseSteps(f *testing.F) {
	for _, s := range []string{"", "denoise 60, de-ess 0", "declip=0,dehum: 50 %", "denoise 060", "denoise 60,,", "d\x00", "denoise\u00a060"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := recipe.ParseSteps(text)
		if err != nil {
			if fe, ok := errors.AsType[*recipe.FieldError](err); !ok || s != "" || fe.Error() == "" {
				t.Fatalf("%q: %q, %v", text, s, err)
			}
			return
		}
		if again, err := recipe.ParseSteps(string(s)); err != nil || again != s {
			t.Fatalf("%q became %q, and that %q: %v", text, s, again, err)
		}
		var names []string
		for name, percent := range s.All() {
			if names = append(names, name); percent == 100 || percent < 0 || percent > 200 {
				t.Fatalf("%q has %s at %d", s, name, percent)
			}
		}
		var order []string
		for _, step := range recipe.SoundSteps() {
			if slices.Contains(names, step.Name) {
				order = append(order, step.Name)
			}
		}
		if !slices.Equal(names, order) {
			t.Fatalf("%q is out of order", s)
		}
	})
}

// The passage on steps in the README is a preset as it stands.
func TestStepsInTheReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	at := slices.Index(lines, "    [sound]")
	if at < 0 || at+3 > len(lines) {
		t.Fatal("the README has no such passage")
	}
	r, err := recipe.Parse("mine.toml", []byte(strings.Join(lines[at:at+3], "\n")))
	if err != nil || r.Sound.Steps != "dehum 50, denoise 60, de-ess 0" || r.Sound.Treble != 50 {
		t.Errorf("%v, %+v", err, r.Sound)
	}
}
