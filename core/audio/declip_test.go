package audio

import (
	"math"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// Clipped tops are found and rebuilt, at a level at which they have room, alone and beside a repair of ours.
func TestDeclip(t *testing.T) {
	const rate = 24000
	for _, noise := range []float64{0.0001, 0.008} {
		x := music(rate, 8, 4)
		peak := 0.0
		for _, v := range x {
			peak = max(peak, math.Abs(v))
		}
		for i := range x {
			x[i] *= 1.7 / peak
		}
		clean := append([]float64(nil), x...)
		hiss(x, noise, 1)
		for i := range x {
			x[i] = max(-1, min(1, x[i]))
		}
		out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, x)
		if !r.HasClipping() || len(steps) == 0 || steps[0].Name != StepDeclip || (noise > 0.001) != (len(steps) == 2) {
			t.Fatalf("noise of %g: %v: %+v", noise, r.Words(), steps)
		}
		var before, after, highest float64
		down := math.Pow(10, -declipRoom/20.0)
		for i, v := range clean {
			highest = max(highest, math.Abs(out[0][i]))
			if math.Abs(v) >= 1 {
				before += (x[i] - v) * (x[i] - v)
				after += (out[0][i]/down - v) * (out[0][i]/down - v)
			}
		}
		better := 10 * math.Log10(before/after)
		t.Logf("%.3f %% clipped: the error in the tops fell by %.1f dB; the highest is at %.2f", 100*r.ClippedShare, better, highest)
		if better < 10 || highest > 1 {
			t.Errorf("only %.1f dB better, the highest at %.2f", better, highest)
		}
	}
	if r := Chain(&Report{Rate: rate, Channels: 1, Samples: rate, DeadSide: -1, ClippedShare: 0.01, RumbleDBFS: floorDB}, Settings{Mode: Auto, Strength: map[StepName]float64{StepDeclip: 0}}, &ffmpeg.Loudness{Integrated: -16, TruePeak: 0}); len(r.Steps) != 0 {
		t.Errorf("%+v", r.Steps)
	}
}
