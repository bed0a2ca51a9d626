package core_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// TestANetworkOfOnesOwn: an RGB network of the compact family, as PyTorch exports it, dropped into the folder is listed, and restores a capture on the engine.
// That engines compute what the reference does, on YUV too, core/neural/cpu holds.
func TestANetworkOfOnesOwn(t *testing.T) {
	capture := webcam(t)
	s := newService(t)
	data, err := os.ReadFile("neural/testdata/compact2x.onnx")
	if err == nil {
		err = os.MkdirAll(s.NetworksDir(), 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(s.NetworksDir(), "mine.onnx"), data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	infos := s.NetworkInfos()
	i := slices.IndexFunc(infos, func(n core.NetworkInfo) bool { return n.Name == "mine" })
	if i < 0 || infos[i].Error != "" || infos[i].BuiltIn || infos[i].Scale != 2 || infos[i].MACs == 0 {
		t.Fatalf("%+v", infos)
	}
	req := core.Request{Path: capture, Recipe: fast(), OutDir: t.TempDir(), Length: 0.2, Quick: true}
	req.Recipe.Upscale.Network, req.Recipe.Upscale.Strength, req.Recipe.Upscale.Height = "mine", 0, 0
	plain, err := s.Plan(t.Context(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	if plain.Network.Name != recipe.NetworkNone {
		t.Errorf("at strength 0 the plan has %+v", plain.Network)
	}
	req.Recipe.Upscale.Strength = 100
	p, err := s.Plan(t.Context(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Network.Name != "mine" || p.Network.Scale != 2 || p.Network.Engine != "cpu" {
		t.Fatalf("the plan has %+v", p.Network)
	}
	result, err := s.Restore(t.Context(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Measure(t.Context(), core.MeasureRequest{A: capture, B: result.Output, Length: 0.2, AsTheyAre: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Its weights are random and small: what comes out is still the picture.
	if m.Pictures < 5 || m.PSNRAll == nil || *m.PSNRAll < 14 {
		t.Errorf("%d pictures, PSNR %v", m.Pictures, m.PSNRAll)
	}
}

// TestAutoNetwork: interlaced tape gets the better network, or the faster one beside a fast encoder; whole pictures their own.
func TestAutoNetwork(t *testing.T) {
	s := newService(t)
	tapes := tape.For(t, 1, "ntsc-vhs", "webcam", "film-hard")
	for _, c := range []struct {
		tape  string
		speed recipe.Choice
		want  string
	}{
		{"ntsc-vhs", recipe.SpeedSlow, "tape-quality"}, {"ntsc-vhs", recipe.SpeedMedium, "tape-quality"}, {"ntsc-vhs", recipe.SpeedFast, "tape-fast"},
		{"webcam", recipe.SpeedMedium, "progressive"}, {"film-hard", recipe.SpeedFast, "progressive"},
	} {
		req := core.Request{Path: tapes[c.tape].Path, Recipe: fast(), Engine: "cpu", Quick: true, OutDir: t.TempDir()}
		req.Recipe.Upscale.Network, req.Recipe.Upscale.Strength, req.Recipe.Output.Speed = recipe.NetworkAuto, 100, c.speed
		p, err := s.Plan(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.Network.Name != c.want {
			t.Errorf("%s, %s: %s, want %s", c.tape, c.speed, p.Network.Name, c.want)
		}
	}
}
