package recipe_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/recipe"
)

func builtIn(t *testing.T) []recipe.Recipe {
	t.Helper()
	all, err := recipe.Load(os.DirFS("../../resources/presets"), "")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBuiltInPresets(t *testing.T) {
	var names []string
	for _, r := range builtIn(t) {
		names = append(names, r.Name)
		if r.Title == "" || r.Description == "" || !r.BuiltIn {
			t.Errorf("preset %s has no title or description, or is not marked as built in", r.Name)
		}
	}
	if got, want := strings.Join(names, " "), "vhs video8 dvd dvd-film webcam clean animation"; got != want {
		t.Errorf("presets are %q, want %q", got, want)
	}
}

func TestErrorsNameFileLineAndRange(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "title = \"x\"\n[picture]\ndenoize = 3\n", `mine.toml:3: there is no setting "picture.denoize"`},
		{"unknown table", "[pictures]\ndenoise = 3\n", `mine.toml:1: there is no setting "pictures"`},
		{"out of range", "\n[upscale]\n# tall\nheight = 99999\n", "mine.toml:4: upscale.height = 99999 is not allowed; it may be 0 or 240 to 4320"},
		{"dotted key", "upscale.height = 10\n", "mine.toml:1: upscale.height = 10 is not allowed; it may be 0 or 240 to 4320"},
		{"bad word", "[sound]\nmode = \"loud\"\n", `mine.toml:2: sound.mode = "loud" is not allowed; it may be "auto", "off", "light", "voice", "music", "strong"`},
		{"wrong type", "[picture]\ndenoise = \"much\"\n", "mine.toml:2:11: "},
		{"not TOML", "[picture\n", "mine.toml:1:"},
		{"bad name", "name = \"A B\"\n", `mine.toml:1: name = "A B" is not allowed`},
	} {
		_, err := recipe.Parse("mine.toml", []byte(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestUsersPresets(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("mine.toml", "title = \"Mine\"\n[picture]\ndenoise = 7\n")
	write("vhs.toml", "title = \"My VHS\"\norder = 1\n")
	write("broken.toml", "[picture]\ndenoise = -1\n")
	all, err := recipe.Load(fstest.MapFS{"vhs.toml": {Data: []byte("title = \"VHS\"\norder = 1\n")}, "dvd.toml": {Data: []byte("order = 2\n")}}, dir)
	var fe *recipe.FieldError
	if !errors.As(err, &fe) || fe.Line != 2 || filepath.Base(fe.File) != "broken.toml" {
		t.Errorf("the broken preset is not reported by file and line: %v", err)
	}
	var got []string
	for _, r := range all {
		got = append(got, r.Title)
	}
	if s := strings.Join(got, ","); s != "My VHS,dvd,Mine" {
		t.Errorf("presets are %s", s)
	}
}

func TestSaveAndLoadAgain(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := recipe.Default()
		r.Name = rapid.StringMatching(`[a-z0-9][a-z0-9_-]{0,10}`).Draw(rt, "name")
		r.Title = rapid.String().Draw(rt, "title")
		r.Picture.Denoise = rapid.IntRange(0, 100).Draw(rt, "denoise")
		r.Sound.Loudness = rapid.Float64Range(-36, -9).Draw(rt, "loudness")
		dir := t.TempDir()
		if _, err := recipe.Save(dir, r); err != nil {
			rt.Fatal(err)
		}
		all, err := recipe.Load(fstest.MapFS{}, dir)
		if err != nil || len(all) != 1 {
			rt.Fatalf("%d presets, %v", len(all), err)
		}
		got := all[0]
		got.File, got.Order = "", r.Order
		if r.Title == "" {
			r.Title = r.Name
		}
		if got != r {
			rt.Fatalf("saved %+v, loaded %+v", r, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("title = \"x\"\n[picture]\ndenoise = 3\n"))
	f.Add([]byte("upscale.height = 10\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := recipe.Parse("f.toml", text)
		if err == nil && r.Validate() != nil {
			t.Fatalf("parsed, but not valid: %v", r.Validate())
		}
	})
}
