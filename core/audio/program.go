package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/tapelight/tapelight/core/audio/masknet"
	"github.com/tapelight/tapelight/core/ffmpeg"
)

// Program is a repair that is done by ourselves, as data. Its steps run in the order of the fields.
type Program struct {
	Rate     int `json:"rate"`
	Channels int `json:"channels"`

	Before   []ffmpeg.Filter `json:"before,omitempty"` // by the decoder, before anything else
	Declick  *Declick        `json:"declick,omitempty"`
	LowCut   float64         `json:"low_cut,omitempty"`  // Hz: takes away what lies below; 0: nothing
	Dropouts bool            `json:"dropouts,omitempty"` // fills them
	Dehum    *Dehum          `json:"dehum,omitempty"`
	Sides    Sides           `json:"sides,omitempty"`
	Align    *Align          `json:"align,omitempty"`
	Denoise  *Denoise        `json:"denoise,omitempty"`
	Tone     *Tone           `json:"tone,omitempty"`
	GainDB   float64         `json:"gain_db,omitempty"` // at the end
}

// Sides is the repair of two channels.
type Sides string

const (
	LeftOnBoth  Sides = "left on both"
	RightOnBoth Sides = "right on both"
	TurnRight   Sides = "right turned"
)

// sidesStage mends what is wrong between two channels.
type sidesStage struct{ what Sides }

func (s sidesStage) add(in, out planes) planes {
	l, r := in[0], in[1]
	switch s.what {
	case LeftOnBoth:
		r = l
	case RightOnBoth:
		l = r
	}
	out[0], out[1] = append(out[0], l...), append(out[1], r...)
	if s.what == TurnRight {
		turned := out[1][len(out[1])-len(r):]
		for i := range turned {
			turned[i] = -turned[i]
		}
	}
	return out
}

func (s sidesStage) end(out planes) planes { return out }

func (p *Program) stages() ([]stage, error) {
	if p.Rate < 1000 || p.Rate > 768000 || p.Channels < 1 || p.Channels > 64 {
		return nil, fmt.Errorf("restore sound: %d channels at %d samples a second is not a sound format", p.Channels, p.Rate)
	}
	var s []stage
	if c := p.Declick; c != nil {
		if !(c.Ratio >= 4) {
			return nil, fmt.Errorf("restore sound: what is %g times its surroundings is no click", c.Ratio)
		}
		s = append(s, newDeclickStage(p.Rate, p.Channels, *c))
	}
	if p.LowCut != 0 {
		if !(p.LowCut >= 2 && p.LowCut < 0.1*float64(p.Rate)) {
			return nil, fmt.Errorf("restore sound: %g Hz is no limit for rumble", p.LowCut)
		}
		s = append(s, newEvenPass(p.Rate, p.Channels, p.LowCut))
	}
	if p.Dropouts {
		s = append(s, newInpaintStage(p.Rate, p.Channels))
	}
	if h := p.Dehum; h != nil {
		if !(h.Hz > 10 && h.Hz < 0.2*float64(p.Rate)) || len(h.Levels) != len(h.Harmonics) {
			return nil, fmt.Errorf("restore sound: hum at %g Hz with %d harmonics makes no sense", h.Hz, len(h.Harmonics))
		}
		s = append(s, newDehummer(p.Rate, p.Channels, *h))
	}
	if p.Sides != "" {
		if p.Channels != 2 {
			return nil, fmt.Errorf("restore sound: %q is for two channels, there are %d", p.Sides, p.Channels)
		}
		s = append(s, sidesStage{p.Sides})
	}
	if a := p.Align; a != nil {
		if p.Channels != 2 || !(math.Abs(a.Microseconds) <= azimuthMost*1e6) {
			return nil, fmt.Errorf("restore sound: a delay of %g µs between the first two of %d channels can't be taken back", a.Microseconds, p.Channels)
		}
		s = append(s, newAlignStage(p.Rate, a.Microseconds*1e-6*float64(p.Rate)))
	}
	if d := p.Denoise; d != nil {
		if d.Window < 64 || d.Window > 1<<16 || d.Window&(d.Window-1) != 0 || len(d.Print) == 0 || d.Side != nil && len(d.Side) == 0 || !(d.Reduction >= 0) ||
			d.Long != 0 && (d.Long < d.Window || d.Long > 1<<16 || d.Long&(d.Long-1) != 0) || !(d.Steady >= 0 && d.Steady < 1) ||
			!(d.Dry >= 0 && d.Dry <= 1) || d.Network && d.Window != masknet.Window {
			return nil, errors.New("restore sound: the noise to be lowered is not described")
		}
		var net *masknet.Network
		if d.Network {
			var err error
			if net, err = masknet.Shipped(); err != nil {
				return nil, fmt.Errorf("restore sound: %w", err)
			}
		}
		s = append(s, newDenoiser(p.Rate, p.Channels, *d, net))
	}
	if t := p.Tone; t != nil {
		if !(math.Abs(t.ShelfDB) <= 24) || !(t.LimitHz >= 0) || !(t.DeEss <= 20) {
			return nil, fmt.Errorf("restore sound: a shelf of %g dB up to %g Hz, hisses of %g dBFS at most make no sense", t.ShelfDB, t.LimitHz, t.DeEss)
		}
		s = append(s, newToneStage(p.Rate, p.Channels, *t))
	}
	return s, nil
}

// Process reads in to its end and hands what it becomes to write, interleaved as it came, sample for sample: nothing is added, lost or late. Memory is
// bounded (some 20 MB for two channels). The samples given to write are valid until it returns. Broken samples become silence.
func (p *Program) Process(ctx context.Context, in Reader, write func([]float32) error) error {
	stages, err := p.stages()
	if err != nil {
		return err
	}
	n := p.Channels
	between := make([]planes, len(stages)+1)
	for i := range between {
		between[i] = newPlanes(n)
	}
	gain := math.Pow(10, p.GainDB/20)
	var back []float32
	give := func() error {
		last := between[len(stages)]
		back = back[:0]
		for i := range last.len() {
			for c := range last {
				back = append(back, float32(gain*last[c][i]))
			}
		}
		last.empty()
		if len(back) == 0 {
			return nil
		}
		return write(back)
	}
	// pass sends what waits before stage from on through the rest.
	pass := func(from int) {
		for i := from; i < len(stages); i++ {
			between[i+1] = stages[i].add(between[i], between[i+1])
			between[i].empty()
		}
	}
	buf := make([]float32, blockFrames*n)
	held := 0
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("restore sound: %w", err)
		}
		got, err := in.Read(buf[held:])
		held += got
		whole := held / n * n
		for i, v := range buf[:whole] {
			if v != v || math.Abs(float64(v)) > brokenSample {
				v = 0
			}
			between[0][i%n] = append(between[0][i%n], float64(v))
		}
		held = copy(buf, buf[whole:held])
		pass(0)
		if err := give(); err != nil {
			return fmt.Errorf("restore sound: %w", err)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("restore sound: %w", err)
		}
	}
	for i, s := range stages {
		for more := true; more; {
			if long, ok := s.(longStage); ok {
				between[i+1], more = long.endPart(between[i+1])
			} else {
				between[i+1], more = s.end(between[i+1]), false
			}
			pass(i + 1)
			if err := give(); err != nil {
				return fmt.Errorf("restore sound: %w", err)
			}
		}
	}
	return nil
}
