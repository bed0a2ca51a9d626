package core

import (
	"context"
	"path/filepath"

	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

// NetworkInfo is a network for people.
type NetworkInfo struct {
	Name     string `json:"name"`
	BuiltIn  bool   `json:"built_in"`
	Path     string `json:"path,omitempty"`
	Layers   int    `json:"layers"`
	Channels int    `json:"channels"` // of the widest layer
	Scale    int    `json:"scale"`
	Weights  int64  `json:"weights"` // numbers in it, four bytes each
	MACs     int64  `json:"macs"`    // multiply-adds for a 720x480 picture
	Gain     string `json:"gain,omitempty"`
	Licence  string `json:"licence,omitempty"`
	Error    string `json:"error,omitempty"` // why it can't be used
}

// NetworksDir is where the user's own networks are looked for.
func (s *Service) NetworksDir() string { return filepath.Join(s.opts.ConfigDir, "models") }

// NetworkInfos lists the built-in networks and the user's own with what they cost and bring.
func (s *Service) NetworkInfos() []NetworkInfo {
	var out []NetworkInfo
	for _, e := range s.Networks() {
		i := NetworkInfo{Name: e.Name, BuiltIn: e.BuiltIn, Path: e.Path}
		if n := e.Network; e.Err != nil {
			i.Error = e.Err.Error()
		} else {
			i.Layers, i.Scale, i.MACs, i.Gain, i.Licence = len(n.Layers), n.Scale, n.MACs(720, 480), n.Meta["gain"], n.Meta["licence"]
			for k, l := range n.Layers {
				i.Weights += int64(len(l.Weight) + len(l.Bias) + len(l.Slope))
				if k < len(n.Layers)-1 || k == 0 { // the last one's are the enlarged picture's samples
					i.Channels = max(i.Channels, l.Out)
				}
			}
		}
		out = append(out, i)
	}
	return out
}

// The networks that "auto" takes: for interlaced tape, of which the better one costs four times as much, which a graphics card does not feel, and which beside an
// encoder of medium speed adds a third to the whole at most; beside a fast one it would be the most of it. And for whole pictures: film, webcams, old web video.
const (
	fastTape = "tape-fast"
	bestTape = "tape-quality"
	wholes   = "progressive"
)

// What is larger than standard definition is left to the resampler: the networks were made for less, and cost by the area.
const (
	standardWidth  = 768
	standardHeight = 608 // of PAL with its hidden lines
)

// autoNetwork names the network that fits a capture; "" means the resampler alone.
func (s *Service) autoNetwork(ctx context.Context, req Request, src *source.Source) string {
	v := src.Video
	if v == nil || v.Width > standardWidth || v.Height > standardHeight {
		return ""
	}
	scan, _ := plan.ScanOf(req.Recipe, v)
	switch scan {
	case source.Interlaced:
		if e, err := s.engine(ctx, req.Engine); req.Recipe.Output.Speed == recipe.SpeedFast && (err != nil || e.Name() != "cuda") {
			return fastTape
		}
		return bestTape
	case source.Progressive, source.HardTelecine, source.SoftTelecine:
		return wholes
	}
	return ""
}
