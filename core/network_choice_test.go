package core_test

import (
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// card is an engine that says it is a graphics card's.
type card struct{ *gate }

func (card) Name() string { return "cuda" }

// TestAutoTakesTheBetterNetworkOnCards: what costs four times as much is left to those who can pay.
func TestAutoTakesTheBetterNetworkOnCards(t *testing.T) {
	capture := tape.For(t, sampleSeconds, "ntsc-vhs")["ntsc-vhs"].Path
	s := newService(t)
	plain := newGate()
	s.SetEngines(card{newGate()}, plain)
	for engine, want := range map[string]string{"auto": "tape-quality", "cuda": "tape-quality", plain.Name(): "tape-fast"} {
		req := core.Request{Path: capture, Recipe: fast(), OutDir: t.TempDir(), Engine: engine, Quick: true}
		req.Recipe.Upscale.Network = recipe.NetworkAuto
		p, err := s.Plan(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.Network.Name != want {
			t.Errorf("%s: auto takes %s, want %s", engine, p.Network.Name, want)
		}
	}
}
