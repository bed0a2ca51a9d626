package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/source"
)

// size resolves the geometry: sample aspect to square pixels, even sizes all the way.
func (p *Plan) size(in Input) error {
	v, d, r := in.Source.Video, &p.Decode, in.Recipe
	w, h := v.Width, v.Height
	sar := v.SAR
	if v.Rotation == 90 || v.Rotation == 270 {
		w, h = h, w
		sar = source.Rational{Num: sar.Den, Den: sar.Num}
	}
	if sar.Den == 0 || sar.Num <= 0 {
		sar = source.Rational{Num: 1, Den: 1}
	}
	if w < 16 || h < 16 {
		return fmt.Errorf("its picture of %dx%d is too small", w, h)
	}
	// ITU-R BT.601 sampling: 720 samples are wider than the 4:3 (or 16:9) picture, which is the middle 704; the rest is blanking.
	if w == 720 && slices.Contains([]source.Rational{{Num: 10, Den: 11}, {Num: 12, Den: 11}, {Num: 40, Den: 33}, {Num: 16, Den: 11}}, sar) {
		d.CropWidth, w = 704, 704
		p.note("Sampled by BT.601: the picture is the middle 704 of 720 columns.")
	}
	d.PadRight, d.PadBottom = w&1, h&1
	pw, ph := w+w&1, h+h&1
	d.Out = frame.Format{Width: pw, Height: ph, Chroma: frame.YUV420, Depth: 10}
	if d.Companion != "" {
		d.Out.Height *= 2
	}
	if err := d.Out.Validate(); err != nil {
		return err
	}
	e := &p.Encode
	e.In = frame.Format{Width: pw * p.Network.Scale, Height: ph * p.Network.Scale, Chroma: frame.YUV420, Depth: 10}
	e.SARNum, e.SARDen = 1, 1
	if err := e.In.Validate(); err != nil {
		return fmt.Errorf("the network %s would make it too large: %w", p.Network.Name, err)
	}
	height := r.Upscale.Height
	if height == 0 {
		height = ph
	}
	height += height & 1
	width := float64(pw) * float64(sar.Num) / float64(sar.Den) * float64(height) / float64(ph)
	e.Width, e.Height = 2*int(math.Round(width/2)), height
	if err := (frame.Format{Width: e.Width, Height: e.Height, Chroma: frame.YUV420, Depth: 10}).Validate(); err != nil {
		return fmt.Errorf("the output would be %dx%d: %w", e.Width, e.Height, err)
	}
	if n := in.Network; n != nil && p.Network.Name == n.Name {
		p.Network.MACs = n.MACs(pw, ph)
	}
	return nil
}
