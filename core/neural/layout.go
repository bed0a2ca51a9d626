package neural

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// layout is the JSON of "tapelight.layout".
type layout struct {
	Grid       int             `json:"grid"`
	Scale      int             `json:"scale"`
	Companion  bool            `json:"companion"`
	FlipBottom bool            `json:"flip_bottom"`
	Base       string          `json:"base"`
	BaseFrom   string          `json:"base_from"`
	Planes     int             `json:"planes"`
	RGB        bool            `json:"rgb"`
	Inputs     []layoutChannel `json:"inputs"`
}

type layoutChannel struct {
	Picture string `json:"picture"`
	T       int    `json:"t"`
	Plane   int    `json:"plane"`
	DY      int    `json:"dy"`
	DX      int    `json:"dx"`
}

var upsamplings = map[string]Upsampling{"": NoBase, "none": NoBase, "nearest": Nearest, "bilinear": Bilinear, "bicubic": Bicubic}
var pictures = map[string]Picture{"": Main, "main": Main, "companion": Companion}

// applyLayout fills in what tapelight.layout says. Unknown keys are refused: a newer layout must not be half understood.
func (n *Network) applyLayout(text string, f *feature) error {
	var l layout
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return &UnsupportedError{Op: "tapelight.layout", Reason: err.Error()}
	}
	base, okBase := upsamplings[l.Base]
	from, okFrom := pictures[l.BaseFrom]
	switch {
	case !okBase:
		return &UnsupportedError{Op: "tapelight.layout", Reason: fmt.Sprintf("base %q is not none, nearest, bilinear or bicubic", l.Base)}
	case !okFrom:
		return &UnsupportedError{Op: "tapelight.layout", Reason: fmt.Sprintf("base_from %q is not main or companion", l.BaseFrom)}
	case f.unshuffle != 1 || f.shuffle != 1 || f.added || f.clipped || f.pending != nil:
		return &UnsupportedError{Op: "pixel shuffle, Add or Clip", Reason: "with a tapelight.layout the graph is convolutions and activations alone"}
	case len(l.Inputs) != f.inputs:
		return &UnsupportedError{Op: "tapelight.layout", Reason: fmt.Sprintf("it describes %d input channels, the graph has %d", len(l.Inputs), f.inputs)}
	}
	n.Grid, n.Scale, n.Planes, n.RGB = l.Grid, l.Scale, l.Planes, l.RGB
	n.Companion, n.FlipBottom = l.Companion, l.FlipBottom
	n.Base, n.BaseFrom = base, from
	n.Inputs = make([]Channel, len(l.Inputs))
	for i, c := range l.Inputs {
		picture, ok := pictures[c.Picture]
		if !ok {
			return &UnsupportedError{Op: "tapelight.layout", Reason: fmt.Sprintf("picture %q is not main or companion", c.Picture)}
		}
		n.Inputs[i] = Channel{Picture: picture, T: c.T, Plane: c.Plane, DY: c.DY, DX: c.DX}
	}
	return nil
}
