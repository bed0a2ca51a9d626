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

// TestAutoUsesNoMoreOfANetworkThanTheNoiseCallsFor: a worn tape gets all of it, a quiet one a part, and who names a network gets what they ask for.
func TestAutoUsesNoMoreOfANetworkThanTheNoiseCallsFor(t *testing.T) {
	s := newService(t)
	tapes := tape.For(t, 1, "ntsc-vhs", "pal-dv")
	for _, c := range []struct {
		tape, network string
		least, most   int
	}{
		{"ntsc-vhs", recipe.NetworkAuto, 90, 100}, {"pal-dv", recipe.NetworkAuto, 40, 75}, {"pal-dv", "tape-fast", 100, 100},
	} {
		req := core.Request{Path: tapes[c.tape].Path, Recipe: fast(), Engine: "cpu", Quick: true, OutDir: t.TempDir()}
		req.Recipe.Upscale.Network, req.Recipe.Upscale.Strength = c.network, 100
		for range 2 { // measured, and remembered
			p, err := s.Plan(t.Context(), req, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Network.Strength; got < c.least || got > c.most {
				t.Errorf("%s, %s: %d %% of the network, want %d to %d", c.tape, c.network, got, c.least, c.most)
			}
			req.Recipe.Output.Quality-- // another plan of the same capture
		}
	}
}
