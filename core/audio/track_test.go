package audio

import (
	"math"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// A track with everything wrong goes through the chain that its own measurement planned; measured again, it is mended, in time, and as long as before.
func TestWholeTrack(t *testing.T) {
	for _, rate := range []int{8000, 32000} {
		if testing.Short() && rate < 32000 {
			continue
		}
		seconds := 16.0
		clean := speech(rate, seconds, 5)
		x := append([]float64(nil), clean...)
		hum(x, rate, 50.9, map[int]float64{1: -42, 2: -48, 3: -46})
		crackle(x, rate, 40, 6)
		hiss(x, 0.003, 7)
		for i := range x {
			x[i] += 0.01
		}
		dead := make([]float64, len(x))
		hiss(dead, 0.0001, 8)
		out, steps, before := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, x, dead)
		if len(steps) != 5 {
			t.Errorf("%d Hz: %d steps of 5: %v", rate, len(steps), before.Words())
		}
		if math.Abs(before.HumHz-50.9) > 0.05 || before.DeadSide != 1 {
			t.Errorf("%d Hz: hum at %.2f, dead side %d", rate, before.HumHz, before.DeadSide)
		}
		if len(out[0]) != len(x) {
			t.Errorf("%d Hz: %d samples became %d", rate, len(x), len(out[0]))
		}
		if d := lag(clean[3*rate:4*rate], out[0][3*rate:], rate/50); math.Abs(float64(d)) > 0.001*float64(rate) {
			t.Errorf("%d Hz: %d samples late", rate, d)
		}
		skip := 2 * rate
		after := measured(t, rate, out[0][skip:], out[1][skip:])
		if after.HasHum() || after.HasDC() || after.DeadSide >= 0 || !after.DualMono {
			t.Errorf("%d Hz, afterwards: %v", rate, after.Words())
		}
		// At 8 kHz a click of two samples is as long as the prediction reaches, so some of its last sample stays.
		if after.HasClicks() && (rate >= 32000 || after.ClicksPerMinute > before.ClicksPerMinute/2) {
			t.Errorf("%d Hz: %.0f clicks a minute of %.0f are left", rate, after.ClicksPerMinute, before.ClicksPerMinute)
		}
		if down := before.Noise.FloorDBFS - after.Noise.FloorDBFS; down < 8 {
			t.Errorf("%d Hz: the noise floor went down by %.1f dB only", rate, down)
		}
		t.Logf("%d Hz: %v -> %v", rate, before.Words(), after.Words())
	}
}

// ffmpeg's own loudnorm in linear mode is one constant gain too, so the plan's plain gain is the same second pass; but loudnorm keeps to it only where
// every condition of its suits it.
func TestGainIsLinearLoudnorm(t *testing.T) {
	const rate = 24000
	x := speech(rate, 8, 1)
	path := writeWAV(t, rate, 1, interleave(x))
	l, err := tools(t).Loudness(t.Context(), path, 0, 0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	steps := Chain(measured(t, rate, x), Settings{Mode: Auto, TargetLUFS: -23}, &l).Steps
	if len(steps) != 1 {
		t.Fatal(steps)
	}
	ours, _ := through(t, path, rate, 1, steps[0].Filters)
	norm := ffmpeg.F("loudnorm", "I", -23, "TP", -1, "LRA", 50, "measured_I", l.Integrated, "measured_TP", l.TruePeak, "measured_LRA", l.Range, "measured_thresh", l.Threshold, "linear", true)
	theirs, _ := through(t, path, rate, 1, []ffmpeg.Filter{norm})
	if len(ours[0]) != len(theirs[0]) {
		t.Fatalf("%d and %d samples", len(ours[0]), len(theirs[0]))
	}
	d := make([]float64, len(x))
	for i := range d {
		d[i] = ours[0][i] - theirs[0][i]
	}
	if dbRMS(d) > -100 {
		t.Errorf("they differ by %.1f dBFS", dbRMS(d))
	}
}
