package core_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
	"github.com/tapelight/tapelight/testdata/tape"
)

func TestPresets(t *testing.T) {
	s := newService(t)
	if _, err := s.Preset("vhs"); err != nil {
		t.Fatal(err)
	}
	own := recipe.Default()
	own.Name, own.Title, own.Picture.Denoise = "grandma", "Grandma's tapes", 80
	path, err := s.SavePreset(own)
	if err != nil || filepath.Dir(path) != s.PresetsDir() {
		t.Fatalf("saved to %s: %v", path, err)
	}
	if got, err := s.Preset("grandma"); err != nil || got.Picture.Denoise != 80 || got.BuiltIn {
		t.Errorf("%+v, %v", got, err)
	}
	if s.RenamePreset("vhs", "x") == nil || s.RenamePreset("grandma", "  ") == nil || s.RenamePreset("nobody", "x") == nil {
		t.Error("renamed: a built-in preset, one to nothing, or one that isn't there")
	}
	must(t, s.RenamePreset("grandma", " Granny's tapes "))
	if got, err := s.Preset("grandma"); err != nil || got.Title != "Granny's tapes" || got.Picture.Denoise != 80 || got.File != path {
		t.Errorf("renamed it is %+v, %v", got, err)
	}
	if err := s.DeletePreset("vhs"); err == nil {
		t.Error("a built-in preset was removed")
	}
	if err := s.DeletePreset("grandma"); err != nil || fileThere(path) {
		t.Errorf("removed: %v", err)
	}
	own.Name = "../outside"
	if _, err := s.SavePreset(own); err == nil {
		t.Error("a name that leaves the folder was taken")
	}
	if err := os.WriteFile(filepath.Join(s.PresetsDir(), "broken.toml"), []byte("[upscale]\nheight = 7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Presets(); err == nil || !slices.ContainsFunc(list, func(r recipe.Recipe) bool { return r.Name == "vhs" }) {
		t.Errorf("a broken preset: %v; %d others", err, len(list))
	}
	_, err = s.Preset("vsh")
	if err == nil || !strings.Contains(err.Error(), `no preset "vsh"`) || !strings.Contains(err.Error(), "broken.toml:2") || strings.Contains(err.Error(), "\n") {
		t.Errorf("an unknown preset: %v", err)
	}
}

func TestNetworkInfos(t *testing.T) {
	s := newService(t)
	if err := os.MkdirAll(s.NetworksDir(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.NetworksDir(), "mine.onnx"), []byte("not a network"), 0o644); err != nil {
		t.Fatal(err)
	}
	infos := map[string]core.NetworkInfo{}
	for _, n := range s.NetworkInfos() {
		infos[n.Name] = n
	}
	if n := infos["tape-fast"]; !n.BuiltIn || n.Error != "" || n.Scale != 2 || n.Layers == 0 || n.Channels == 0 || n.MACs == 0 || n.Gain == "" {
		t.Errorf("the built-in network is %+v", n)
	}
	if n := infos["mine"]; n.BuiltIn || n.Error == "" || n.Layers != 0 {
		t.Errorf("the broken network is %+v", n)
	}
}

// TestPlanCache holds plans against each other by identity.
func TestPlanCache(t *testing.T) {
	s := newService(t)
	path := copyFile(t, webcam(t), filepath.Join(t.TempDir(), "tape.mp4"))
	make := func(change func(*core.Request)) any {
		t.Helper()
		req := core.Request{Path: path, Recipe: fast(), Quick: true}
		req.Recipe.Sound.Mode = recipe.SoundLight
		change(&req)
		p, err := s.Plan(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	same := func(*core.Request) {}
	first := make(same)
	if make(same) != first {
		t.Error("the same request was planned again")
	}
	for name, change := range map[string]func(*core.Request){
		"full":   func(r *core.Request) { r.Quick = false },
		"height": func(r *core.Request) { r.Recipe.Upscale.Height = 240 },
		"output": func(r *core.Request) { r.OutDir = t.TempDir() },
		"part":   func(r *core.Request) { r.Length = 0.5 },
	} {
		if make(change) == first {
			t.Errorf("%s: got another request's plan", name)
		}
	}
	soon := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, soon, soon); err != nil {
		t.Fatal(err)
	}
	if make(same) == first {
		t.Error("a changed file got the old plan")
	}
}

// TestProbeTogether has several want the same capture at once, one of which gives up: it is read once.
func TestProbeTogether(t *testing.T) {
	s := newService(t)
	path := webcam(t)
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	var once sync.Once
	var work sync.WaitGroup
	work.Go(func() {
		_, err := s.Probe(ctx, path, func(string) { once.Do(func() { close(started) }) })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
	<-started
	got := make([]*source.Source, 4)
	for i := range got {
		work.Go(func() {
			var err error
			if got[i], err = s.Probe(t.Context(), path, nil); err != nil {
				t.Error(err)
			}
		})
	}
	cancel()
	work.Wait()
	for _, src := range got {
		if src == nil || src != got[0] {
			t.Errorf("they got %p", got)
		}
	}
}

func TestCheck(t *testing.T) {
	s := newService(t)
	for name, c := range map[string]struct {
		change func(*core.Request)
		want   string
	}{
		"height":    {func(r *core.Request) { r.Recipe.Upscale.Height = 100 }, "0 or 240 to 4320"},
		"encoder":   {func(r *core.Request) { r.Recipe.Output.Encoder = "divx" }, "known are x265"},
		"container": {func(r *core.Request) { r.Recipe.Output.Encoder, r.Recipe.Output.Container = "ffv1", "mp4" }, "choose mkv"},
		"network":   {func(r *core.Request) { r.Recipe.Upscale.Network = "brain" }, "known are progressive, tape-fast"},
		"engine":    {func(r *core.Request) { r.Engine = "steam" }, "known are auto, cpu"},
		"start":     {func(r *core.Request) { r.Start = math.NaN() }, "start"},
		"length":    {func(r *core.Request) { r.Length = -1 }, "length"},
		"threads":   {func(r *core.Request) { r.Threads = -1 }, "threads"},
		"batch":     {func(r *core.Request) { r.Batch = 1 << 20 }, "batch"},
	} {
		req := core.Request{Path: missingText(t), Recipe: fast()}
		if err := s.Check(req); err != nil {
			t.Fatal(err)
		}
		c.change(&req)
		if err := s.Check(req); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if _, err := s.Plan(t.Context(), req, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: planned with %v", name, err)
		}
	}
}

// TestOutputIsNeverTheCapture tries the capture's own name, and another name of the same file.
func TestOutputIsNeverTheCapture(t *testing.T) {
	s := newService(t)
	path := copyFile(t, webcam(t), filepath.Join(t.TempDir(), "tape.mkv"))
	link := filepath.Join(filepath.Dir(path), "link.mkv")
	if err := os.Link(path, link); err != nil {
		t.Skip(err)
	}
	for _, output := range []string{path, link, filepath.Dir(path) + "/./tape.mkv"} {
		_, err := s.Restore(t.Context(), core.Request{Path: path, Recipe: fast(), Output: output, Overwrite: true}, nil)
		if err == nil || !strings.Contains(err.Error(), "the capture itself") {
			t.Errorf("%s: %v", output, err)
		}
	}
}

// TestThumbnails makes one of each kind, at its aspect, and again from the cache.
func TestThumbnails(t *testing.T) {
	s := newService(t)
	for name, sample := range tape.For(t, 1, "ntsc-vhs", "pal-dv", "film-soft", "webcam", "archive-422", "odd-size") {
		m, err := s.Thumbnail(t.Context(), sample.Path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		src, err := s.Probe(t.Context(), sample.Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		b := m.Bounds()
		if want := 96 * src.Video.DAR.Float(); b.Dy() != 96 || math.Abs(float64(b.Dx())-want) > 2 {
			t.Errorf("%s: %v, want 96 lines of %.0f", name, b, want)
		}
		lo, hi := uint32(math.MaxUint32), uint32(0)
		for y := range b.Dy() {
			for x := range b.Dx() {
				_, g, _, _ := m.At(x, y).RGBA()
				lo, hi = min(lo, g), max(hi, g)
			}
		}
		if hi-lo < 0x4000 {
			t.Errorf("%s: the picture is flat", name)
		}
		if again, err := s.Thumbnail(t.Context(), sample.Path); err != nil || again != m {
			t.Errorf("%s: not from the cache: %v", name, err)
		}
	}
}
