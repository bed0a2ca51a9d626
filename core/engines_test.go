package core_test

import (
	"testing"

	"github.com/tapelight/tapelight/core"
)

func TestEngineDevice(t *testing.T) {
	for text, want := range map[string][2]string{
		"": {}, "auto": {"auto", ""}, "cpu": {"cpu", ""}, "cuda": {"cuda", ""}, "cuda:0": {"cuda", "cuda:0"}, "cuda:0,1": {"cuda", "cuda:0,1"}, ":": {"", ":"},
	} {
		if engine, device := core.EngineDevice(text); engine != want[0] || device != want[1] {
			t.Errorf("%q: %q, %q", text, engine, device)
		}
	}
}
