package neural

import (
	"errors"
	"fmt"
	"math"

	"github.com/tapelight/tapelight/core/frame"
)

// Bounds of what engines have to run. Files from outside are held to them before anything is allocated for them.
const (
	MaxChannels = 512 // of one layer, in or out
	MaxLayers   = 256
	MaxReach    = 8 // frames before or after the centre
)

// ErrClosed is returned by the methods of a session after Close.
var ErrClosed = errors.New("the session is closed")

// ErrFinished is returned by Push after Finish.
var ErrFinished = errors.New("no frame can follow: the stream was finished")

// FormatError says that a network cannot take frames of a format.
type FormatError struct {
	Network string
	Format  frame.Format
	Reason  string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("network %q cannot take %v frames: %s", e.Network, e.Format, e.Reason)
}

// Validate checks that the network is complete and within the bounds: sizes of all slices, channel counts that fit one another, finite
// weights. Engines may rely on it.
func (n *Network) Validate() error {
	fail := func(format string, a ...any) error {
		return fmt.Errorf("network %q: %s", n.Name, fmt.Sprintf(format, a...))
	}
	switch {
	case n.Grid != 1 && n.Grid != 2 && n.Grid != 4:
		return fail("grid %d is not 1, 2 or 4", n.Grid)
	case n.Scale < 1 || n.Scale > 4:
		return fail("scale %d is outside 1..4", n.Scale)
	case n.Planes != 1 && n.Planes != 3:
		return fail("%d planes, not 1 or 3", n.Planes)
	case n.RGB && n.Planes != 3:
		return fail("RGB with %d planes", n.Planes)
	case n.Planes == 3 && !n.RGB && n.Grid == 1:
		return fail("a grid of 1 cannot hold 4:2:0 chroma")
	case n.Base > Bicubic:
		return fail("unknown upsampling %d", n.Base)
	case n.BaseFrom > Companion || n.BaseFrom == Companion && !n.Companion:
		return fail("the base is taken from a companion picture that there is not")
	case len(n.Layers) == 0 || len(n.Layers) > MaxLayers:
		return fail("%d layers, outside 1..%d", len(n.Layers), MaxLayers)
	}
	for i, c := range n.Inputs {
		if c.Plane < 0 || c.Plane >= n.Planes || c.Picture > Companion || c.Picture == Companion && !n.Companion {
			return fail("input channel %d reads a plane or picture that there is not", i)
		}
		if g := n.GridStep(c.Plane); c.DX < 0 || c.DY < 0 || c.DX >= g || c.DY >= g {
			return fail("input channel %d reads outside its grid position", i)
		}
		if c.T < -MaxReach || c.T > MaxReach {
			return fail("input channel %d reads frame %+d, outside -%d..%d", i, c.T, MaxReach, MaxReach)
		}
	}
	in := len(n.Inputs)
	for i, l := range n.Layers {
		if err := l.validate(in); err != nil {
			return fail("layer %d: %v", i+1, err)
		}
		in = l.Out
	}
	if want := n.OutputChannels(); in != want {
		return fail("the last layer gives %d channels; %d planes at %d times the size take %d", in, n.Planes, n.Scale, want)
	}
	return nil
}

func (l *Layer) validate(in int) error {
	if l.In != in {
		return fmt.Errorf("takes %d channels and is given %d", l.In, in)
	}
	if l.In < 1 || l.In > MaxChannels || l.Out < 1 || l.Out > MaxChannels {
		return fmt.Errorf("%d to %d channels, outside 1..%d", l.In, l.Out, MaxChannels)
	}
	if len(l.Weight) != l.In*l.Out*9 || len(l.Bias) != l.Out {
		return fmt.Errorf("%d weights and %d biases for %d to %d channels", len(l.Weight), len(l.Bias), l.In, l.Out)
	}
	slopes := 0
	switch l.Act {
	case Linear, ReLU:
	case Leaky:
		slopes = 1
	case PReLU:
		slopes = l.Out
	default:
		return fmt.Errorf("unknown activation %d", l.Act)
	}
	if len(l.Slope) != slopes {
		return fmt.Errorf("%d slopes, not %d", len(l.Slope), slopes)
	}
	for _, s := range [][]float32{l.Weight, l.Bias, l.Slope} {
		for _, v := range s {
			if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
				return errors.New("a weight is not a finite number")
			}
		}
	}
	return nil
}

// Slopes is what negative values of each output channel are multiplied by, whatever the activation: one value per channel.
func (l *Layer) Slopes() []float32 {
	s := make([]float32, l.Out)
	for i := range s {
		switch l.Act {
		case Linear:
			s[i] = 1
		case Leaky:
			s[i] = l.Slope[0]
		case PReLU:
			s[i] = l.Slope[i]
		}
	}
	return s
}

// OutputChannels is how many channels the last layer must have: the sum of (Scale*G)² over the planes.
func (n *Network) OutputChannels() int {
	sum := 0
	for p := range n.Planes {
		g := n.Scale * n.GridStep(p)
		sum += g * g
	}
	return sum
}

// Chroma is the layout of the frames the network takes and gives.
func (n *Network) Chroma() frame.Chroma {
	switch {
	case n.RGB:
		return frame.RGB
	case n.Planes == 1:
		return frame.Mono
	}
	return frame.YUV420
}

// Formats derives from the format of input frames that of the picture in them (half as high for networks with a companion) and that of
// the output. It returns a *FormatError where the network cannot take such frames.
func (n *Network) Formats(in frame.Format) (picture, out frame.Format, err error) {
	fail := func(reason string) error { return &FormatError{Network: n.Name, Format: in, Reason: reason} }
	if err := in.Validate(); err != nil {
		return picture, out, fail(err.Error())
	}
	if in.Chroma != n.Chroma() {
		return picture, out, fail("it works on " + n.Chroma().String())
	}
	picture = in
	if n.Companion {
		picture.Height /= 2
		if in.Height%2 != 0 || n.Planes == 3 && !n.RGB && picture.Height%2 != 0 {
			return picture, out, fail("the picture and its companion cannot both lie in it, one above the other")
		}
	}
	out = picture
	out.Width *= n.Scale
	out.Height *= n.Scale
	if err := out.Validate(); err != nil {
		return picture, out, fail("the output would be too large: " + err.Error())
	}
	return picture, out, nil
}

// GridSize is the number of grid positions across and down a w by h picture. A picture that is no whole multiple of the grid is
// continued by its last column and row; what the network makes there is cut off.
func (n *Network) GridSize(w, h int) (gw, gh int) {
	return (w + n.Grid - 1) / n.Grid, (h + n.Grid - 1) / n.Grid
}
