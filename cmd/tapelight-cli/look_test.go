package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/recipe"
)

func TestPresets(t *testing.T) {
	dir := home(t)
	own := filepath.Join(dir, "tapelight", "presets")
	if err := os.MkdirAll(own, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, "mine.toml"), []byte("title = \"M\\u001b[2Jine\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := call(t, "presets"); r.code != exitOK || !strings.Contains(r.stdout, "vhs          VHS") || !strings.Contains(r.stdout, "M?[2Jine (your own)") || !strings.Contains(r.stdout, own) {
		t.Errorf("%+v", r)
	}
	var list []struct {
		Name    string
		BuiltIn bool `json:"built_in"`
	}
	r := call(t, "presets", "--json")
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil || len(list) < 3 || list[0].Name != "vhs" || !list[0].BuiltIn {
		t.Errorf("%v: %+v", err, list)
	}
	if err := os.WriteFile(filepath.Join(own, "bad.toml"), []byte("nonsense = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := call(t, "presets"); r.code != exitFailed || !strings.Contains(r.stderr, "bad.toml:1") || !strings.Contains(r.stdout, "vhs  ") {
		t.Errorf("with a broken preset: %+v", r)
	}
}

func TestModels(t *testing.T) {
	dir := home(t)
	own := filepath.Join(dir, "tapelight", "models")
	if err := os.MkdirAll(own, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, "mine.onnx"), []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := call(t, "models")
	if r.code != exitOK || !strings.Contains(r.stdout, "tape-fast") || !strings.Contains(r.stdout, " dB") || !strings.Contains(r.stdout, "mine           can't be used: ") {
		t.Errorf("%+v", r)
	}
	var list []struct {
		Name, Gain, Error string
		Weights, MACs     int64
	}
	r = call(t, "models", "--json")
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil || len(list) < 2 || list[0].Name != "mine" || list[0].Error == "" {
		t.Fatalf("%v: %s", err, r.stdout)
	}
	for _, n := range list[1:] {
		if n.Error != "" || n.Gain == "" || n.Weights == 0 || n.MACs == 0 {
			t.Errorf("built-in: %+v", n)
		}
	}
}

func TestDoctor(t *testing.T) {
	home(t)
	webcam(t) // skips where there is no ffmpeg
	type report struct {
		OK     bool
		Checks []struct{ Name, Detail, Hint string }
	}
	var good, bad report
	r := call(t, "doctor", "--json")
	if err := json.Unmarshal([]byte(r.stdout), &good); err != nil || !good.OK || r.code != exitOK {
		t.Errorf("%v: %+v", err, r)
	}
	t.Setenv("PATH", "")
	t.Setenv("TAPELIGHT_FFMPEG", "")
	r = call(t, "doctor", "--json")
	if err := json.Unmarshal([]byte(r.stdout), &bad); err != nil || bad.OK || r.code != exitFailed || bad.Checks[0].Hint == "" {
		t.Errorf("%v: %+v", err, r)
	}
	if r := call(t, "doctor"); r.code != exitFailed || !strings.Contains(r.stdout, "FAIL  ffmpeg               ffmpeg was not found") {
		t.Errorf("%+v", r)
	}
}

// TestProbeAndPlan look at a capture under a hostile name, beside one that is not there.
func TestProbeAndPlan(t *testing.T) {
	home(t)
	data, err := os.ReadFile(webcam(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "-y\n\x1b[31m%d\u202e.mp4")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Skip(err)
	}
	var src struct {
		Path  string
		Video struct{ Width int }
	}
	r := call(t, "probe", path)
	if err := json.Unmarshal([]byte(r.stdout), &src); err != nil || src.Path != path || src.Video.Width == 0 || r.code != exitOK {
		t.Errorf("%v: %+v", err, r)
	}
	r = call(t, "plan", path+" gone\n", path)
	shown := filepath.Join(filepath.Dir(path), "-y??[31m%d?")
	if r.code != exitFailed || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, shown) || !strings.Contains(r.stdout, shown+".mp4") || strings.ContainsAny(r.stdout+r.stderr, "\x1b\u202e") {
		t.Errorf("%+v", r)
	}
	var p struct {
		Output string
		Frames int
	}
	r = call(t, "plan", "--json", "--container", "mov", path)
	if err := json.Unmarshal([]byte(r.stdout), &p); err != nil || !strings.HasSuffix(p.Output, ".restored.mov") || p.Frames == 0 {
		t.Errorf("%v: %+v", err, r)
	}
}

// TestStrengthOfSoundSteps is about --sound-steps and --treble, in all the forms in which they may be written.
func TestStrengthOfSoundSteps(t *testing.T) {
	home(t)
	path := webcam(t)
	for _, c := range []struct {
		args   []string
		steps  recipe.Steps
		treble int
	}{
		{nil, "", 0},
		{[]string{"--sound-steps", "de-ess=0,denoise=60"}, "denoise 60, de-ess 0", 0},
		{[]string{"--sound-steps", "dehum 50, denoise: 100 %", "--treble", "50"}, "dehum 50", 50},
		{[]string{"--sound-steps", "", "--treble", "0"}, "", 0},
	} {
		r := call(t, append([]string{"plan", "--json", "--network", "none", path}, c.args...)...)
		var p struct{ Recipe recipe.Recipe }
		if err := json.Unmarshal([]byte(r.stdout), &p); err != nil || p.Recipe.Sound.Steps != c.steps || p.Recipe.Sound.Treble != c.treble {
			t.Errorf("%q: %v, %+v", c.args, err, p.Recipe.Sound)
		}
	}
	if r := call(t, "plan", "--network", "none", "--sound-steps", "denoise=60", path); !strings.Contains(r.stdout, "as asked for, where they are needed: denoise at 60 %") {
		t.Errorf("%+v", r)
	}
}
