package neural

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestShippedAgreesWithPyTorch holds each shipped network, as the reader sees it and the reference computes it, against outputs that PyTorch gave
// when the network was exported.
func TestShippedAgreesWithPyTorch(t *testing.T) {
	files, err := filepath.Glob("../../resources/models/*.onnx")
	if err != nil || len(files) == 0 {
		t.Fatalf("no networks found: %v", err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".onnx")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(strings.TrimSuffix(path, ".onnx") + ".check.json")
			if err != nil {
				t.Fatal(err)
			}
			var check struct {
				Seed           uint32
				W, H, Channels int
				Outputs        []struct {
					C, Y, X int
					Value   float64
				}
			}
			if err := json.Unmarshal(text, &check); err != nil {
				t.Fatal(err)
			}
			n, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := check.Seed
			var in []grid
			for range check.Channels {
				g := newGrid(check.W, check.H)
				for i := range g.v {
					s = s*1664525 + 1013904223
					g.v[i] = float64(s>>8)/(1<<24) - 0.5
				}
				in = append(in, g)
			}
			for i := range n.Layers {
				in = convolve(&n.Layers[i], in)
			}
			if len(check.Outputs) < 10 {
				t.Fatalf("only %d outputs to compare", len(check.Outputs))
			}
			worst := 0.0
			for _, o := range check.Outputs {
				worst = max(worst, math.Abs(in[o.C].v[o.Y*check.W+o.X]-o.Value))
			}
			t.Logf("largest difference: %.2g", worst)
			if worst > 1e-5 {
				t.Errorf("differs from PyTorch by %.2g", worst)
			}
		})
	}
}

func TestStrength(t *testing.T) {
	n, err := ReadFile("../../resources/models/tape-fast.onnx")
	if err != nil {
		t.Fatal(err)
	}
	half, none := n.AtStrength(50), n.AtStrength(0)
	last := len(n.Layers) - 1
	for i, w := range n.Layers[last].Weight {
		if half.Layers[last].Weight[i] != w/2 || none.Layers[last].Weight[i] != 0 {
			t.Fatalf("weight %d is %g at 50 %% and %g at 0 %%, the whole is %g", i, half.Layers[last].Weight[i], none.Layers[last].Weight[i], w)
		}
	}
	if n.AtStrength(100) != n {
		t.Error("a network at full strength is another one")
	}
}
