package audio

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// damaged is a report with everything wrong, so that every step is on.
func damaged(rate int) *Report {
	r := &Report{Rate: rate, Channels: 2, Samples: int64(10 * rate), DeadSide: -1, Inverted: true, ClicksPerMinute: 30, HumHz: 59.3, RumbleDBFS: -40, BassDBFS: -50,
		Levels: []Channel{{RMSDBFS: -20, DC: 0.01}, {RMSDBFS: -20}}, Noise: Noise{Known: true, FloorDBFS: -50, SNRDB: 30}}
	for k := 1; k <= 6; k++ {
		r.Hum = append(r.Hum, Line{Harmonic: k, Hz: 59.3 * float64(k), LevelDBFS: -45, ProminenceDB: 30})
	}
	for i := range r.Noise.Bands {
		r.Noise.Bands[i] = -50 - float64(i)
	}
	return r
}

// A pulse goes through every step and comes out where it went in; the track is as long as it was, to the sample.
func TestChainKeepsSyncAndLength(t *testing.T) {
	for _, rate := range []int{8000, 44100, 48000, 96000} {
		for _, n := range []int{rate / 5, 2*rate + 137} {
			filters, steps := Chain(damaged(rate), Settings{Mode: Strong}, &ffmpeg.Loudness{Integrated: -30, TruePeak: -20, Range: 5, Threshold: -40})
			if len(steps) != 6 {
				t.Fatalf("%d steps are on, want all 6: %+v", len(steps), steps)
			}
			x := make([]float64, n)
			// A pulse of 5 ms, longer than a click, with its middle at half the length.
			mid, half := n/2, rate/400
			for i := -half; i <= half; i++ {
				x[mid+i] = 0.5 * math.Cos(math.Pi*float64(i)/float64(2*half)) * math.Cos(2*math.Pi*1000*float64(i)/float64(rate))
			}
			out, _ := through(t, writeWAV(t, rate, 2, interleave(x, x)), rate, 2, filters)
			if len(out[0]) != n || len(out[1]) != n {
				t.Errorf("%d Hz: %d samples in, %d out", rate, n, len(out[0]))
			}
			if d := lag(x, out[0], rate/20); math.Abs(float64(d))/float64(rate) > 0.0005 {
				t.Errorf("%d Hz, %d samples: the pulse comes %d samples late", rate, n, d)
			}
		}
	}
}

// lag of y behind x by the peak of their correlation.
func lag(x, y []float64, most int) int {
	best, at := 0.0, 0
	for d := -most; d <= most; d++ {
		s := 0.0
		for i := range x {
			if j := i + d; j >= 0 && j < len(y) && x[i] != 0 {
				s += x[i] * y[j]
			}
		}
		if math.Abs(s) > best {
			best, at = math.Abs(s), d
		}
	}
	return at
}

// The delays that the chain compensates are those of the ffmpeg in use: a difference here means sound out of sync.
func TestFilterDelays(t *testing.T) {
	for _, rate := range []int{8000, 22050, 44100, 48000, 96000} {
		x := make([]float64, rate)
		hiss(x, 0.1, 1)
		path := writeWAV(t, rate, 1, interleave(x))
		for _, c := range []struct {
			filter ffmpeg.Filter
			delay  int
		}{
			{ffmpeg.HighPass(20), 0},
			{ffmpeg.Notch(60, 3), 0},
			{ffmpeg.Declick(50), 0},
			{ffmpeg.Denoise(0.01, -80, [15]float64{}), ffmpeg.DenoiseDelay(rate)},
			{ffmpeg.Denoise(6, -70, [15]float64{3, -3}), ffmpeg.DenoiseDelay(rate)},
			{ffmpeg.Gain(-3), 0},
		} {
			out, _ := through(t, path, rate, 1, []ffmpeg.Filter{c.filter})
			if d := lag(x[rate/4:rate/2], out[0][rate/4:], rate/30); d != c.delay {
				t.Errorf("%d Hz: %s comes %d samples late, not %d", rate, c.filter, d, c.delay)
			}
		}
	}
}

// What is undamaged comes out as it was, bit by bit: the chain is empty.
func TestUndamagedStaysUntouched(t *testing.T) {
	for _, rate := range []int{8000, 48000} {
		for name, x := range map[string][]float64{"speech": speech(rate, 20, 3), "music": music(rate, 20, 3)} {
			y := append([]float64(nil), x...)
			hiss(y, 0.0001, 4) // -80 dBFS: a good converter's own noise
			out, _, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, y, x)
			for _, mode := range Modes {
				if filters, steps := Chain(r, Settings{Mode: mode, KeepLoudness: true}, nil); filters != nil || len(steps) != 0 {
					t.Errorf("%s at %d Hz, %s: %+v %v", name, rate, mode, steps, r.Words())
				}
			}
			for c, in := range [][]float64{y, x} {
				for i := range in {
					if float32(in[i]) != float32(out[c][i]) {
						t.Fatalf("%s: sample %d changed from %v to %v", name, i, in[i], out[c][i])
					}
				}
			}
			if !strings.Contains(strings.Join(r.Words(), " "), "No damage") {
				t.Error(r.Words())
			}
		}
	}
}

// Hiss in pauses goes down by 8 dB at least, and the sound is nearer to the clean one than before, for white and for dull hiss.
func TestDenoise(t *testing.T) {
	const rate = 48000
	for _, c := range []struct {
		name  string
		base  []float64
		noise func([]float64)
		gain  float64 // dB of signal to noise won, at least
	}{
		{"speech, white hiss", speech(rate, 20, 1), func(x []float64) { hiss(x, 0.003, 1) }, 4},
		{"speech, loud hiss", speech(rate, 20, 1), func(x []float64) { hiss(x, 0.01, 1) }, 4},
		{"speech, dull hiss", speech(rate, 20, 1), func(x []float64) { dullHiss(x, 0.006) }, 3},
		{"music, white hiss", music(rate, 20, 1), func(x []float64) { hiss(x, 0.002, 1) }, 4},
	} {
		x := append([]float64(nil), c.base...)
		c.noise(x)
		out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, x)
		if len(steps) != 1 || steps[0].Name != StepDenoise {
			t.Errorf("%s: %+v", c.name, steps)
			continue
		}
		snr := func(y []float64) float64 {
			d := make([]float64, len(y))
			for i := range d {
				d[i] = y[i] - c.base[i]
			}
			return dbRMS(c.base) - dbRMS(d)
		}
		won := snr(out[0]) - snr(x)
		t.Logf("%s: floor found at %.1f dBFS, signal to noise %.1f -> %.1f dB", c.name, r.Noise.FloorDBFS, snr(x), snr(out[0]))
		if won < c.gain {
			t.Errorf("%s: only %.1f dB won", c.name, won)
		}
		if p := pauses(c.base, rate); p != nil {
			var before, after []float64
			for _, i := range p {
				before, after = append(before, x[i]), append(after, out[0][i])
			}
			down := dbRMS(before) - dbRMS(after)
			t.Logf("%s: pauses %.1f -> %.1f dBFS", c.name, dbRMS(before), dbRMS(after))
			if down < 8 && c.name != "speech, dull hiss" || down < 6 {
				t.Errorf("%s: pauses are only %.1f dB down", c.name, down)
			}
		}
	}
}

func dullHiss(x []float64, rms float64) {
	n := make([]float64, len(x))
	hiss(n, rms, 9)
	var a, b float64
	for i := range n {
		a += 0.6 * (n[i] - a)
		b += 0.6 * (a - b)
		x[i] += b
	}
}

// pauses are the samples of true silence that are 100 ms away from any sound.
func pauses(x []float64, rate int) []int {
	var out []int
	quiet := 0
	for i, v := range x {
		if v != 0 {
			quiet = 0
			continue
		}
		if quiet++; quiet > rate/5 {
			out = append(out, i-rate/10)
		}
	}
	return out
}

func TestDeclick(t *testing.T) {
	const rate = 48000
	for name, base := range map[string][]float64{"speech": speech(rate, 20, 1), "music": music(rate, 20, 1)} {
		x := append([]float64(nil), base...)
		at := crackle(x, rate, 60, 3)
		out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, x)
		if math.Abs(r.ClicksPerMinute/3-float64(len(at))) > 0.2*float64(len(at)) {
			t.Errorf("%s: %.1f clicks found of %d", name, r.ClicksPerMinute/3, len(at))
		}
		if len(steps) != 1 || steps[0].Name != StepDeclick {
			t.Fatalf("%s: %+v", name, steps)
		}
		mended := 0
		for _, i := range at {
			if math.Abs(out[0][i]-base[i]) < 0.03 {
				mended++
			}
		}
		t.Logf("%s: %d of %d clicks mended", name, mended, len(at))
		if mended*20 < len(at)*19 {
			t.Errorf("%s: only %d of %d clicks mended", name, mended, len(at))
		}
	}
}

func TestChannelRepair(t *testing.T) {
	const rate = 16000
	x := speech(rate, 15, 1)
	hiss(x, 0.0001, 1)
	zero, minus := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		minus[i] = -x[i]
	}
	for _, c := range []struct {
		name string
		l, r []float64
		dead int
		inv  bool
		dual bool
	}{
		{"left dead", zero, x, 0, false, false},
		{"right dead", x, zero, 1, false, false},
		{"inverted", x, minus, -1, true, false},
		{"dual mono", x, x, -1, false, true},
		{"stereo", x, speech(rate, 15, 2), -1, false, false},
	} {
		out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, c.l, c.r)
		if r.DeadSide != c.dead || r.Inverted != c.inv || r.DualMono != c.dual {
			t.Errorf("%s: dead %d, inverted %v, dual mono %v, correlation %.2f", c.name, r.DeadSide, r.Inverted, r.DualMono, r.Correlation)
		}
		if fixed := c.dead >= 0 || c.inv; fixed != (len(steps) == 1) {
			t.Errorf("%s: %+v", c.name, steps)
			continue
		}
		if c.name == "stereo" {
			continue
		}
		for i := range x {
			if float32(out[0][i]) != float32(x[i]) || float32(out[1][i]) != float32(x[i]) {
				t.Fatalf("%s: sample %d is %v, %v, want %v", c.name, i, out[0][i], out[1][i], x[i])
			}
		}
	}
}

func TestRumbleAndDC(t *testing.T) {
	const rate = 16000
	x := speech(rate, 20, 1)
	for i := range x {
		x[i] += 0.02
	}
	out, steps, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, x)
	if !r.HasDC() || r.HasRumble() || len(steps) != 1 {
		t.Fatalf("%v %+v", r.Words(), steps)
	}
	if m := mean64(out[0][rate:]); math.Abs(m) > 1e-4 {
		t.Errorf("offset left: %g", m)
	}
	x = speech(rate, 20, 1)
	tone(x, rate, 13, 0.02, 0)
	tone(x, rate, 19, 0.02, 0.3)
	out, steps, r = apply(t, rate, Settings{Mode: Voice, KeepLoudness: true}, x)
	if !r.HasRumble() || len(steps) != 1 {
		t.Fatalf("%v %+v", r.Words(), steps)
	}
	if down := level(x, rate, 13) - level(out[0][rate:], rate, 13); down < 20 {
		t.Errorf("rumble is only %.1f dB down", down)
	}
}

func mean64(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}

// Loudness: the planned gain lands on the target, never over the peak limit, and a track near the target is left alone.
func TestLoudness(t *testing.T) {
	const rate = 48000
	tl := tools(t)
	x := speech(rate, 20, 1)
	path := writeWAV(t, rate, 1, interleave(x))
	r := measured(t, rate, x)
	before, err := tl.Loudness(t.Context(), path, 0, 0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []float64{-30, -23, -16, before.Integrated + 0.6} {
		filters, steps := Chain(r, Settings{Mode: Auto, TargetLUFS: target}, &before)
		after, err := tl.Loudness(t.Context(), path, 0, 0, 0, filters)
		if err != nil {
			t.Fatal(err)
		}
		if near := math.Abs(target-before.Integrated) <= 1; near != (len(steps) == 0) {
			t.Errorf("target %.1f from %.1f: %+v", target, before.Integrated, steps)
		}
		if after.TruePeak > -0.9 {
			t.Errorf("peak at %.1f dBTP", after.TruePeak)
		}
		held := after.TruePeak > -1.1 || len(steps) == 0
		if math.Abs(after.Integrated-target) > 0.15 && !held {
			t.Errorf("asked for %.1f LUFS, got %.1f (peak %.1f)", target, after.Integrated, after.TruePeak)
		}
		t.Logf("%.1f LUFS, %.1f dBTP -> asked %.1f, got %.1f LUFS, %.1f dBTP", before.Integrated, before.TruePeak, target, after.Integrated, after.TruePeak)
	}
	inf := math.Inf(-1)
	for _, l := range []*ffmpeg.Loudness{{Integrated: inf, TruePeak: inf}, {Integrated: -75, TruePeak: -60}, {Integrated: -20, TruePeak: 1}, nil} {
		if _, steps := Chain(r, Settings{Mode: Auto}, l); len(steps) != 0 {
			t.Errorf("%+v: %+v", l, steps)
		}
	}
	if _, steps := Chain(r, Settings{Mode: Auto, KeepLoudness: true}, &ffmpeg.Loudness{Integrated: -30, TruePeak: -20}); len(steps) != 0 {
		t.Errorf("loudness was to be kept: %+v", steps)
	}
}

// Off does nothing, whatever is wrong; a strength of 0 takes its step out, and more strength never weakens it.
func TestSettings(t *testing.T) {
	r := damaged(48000)
	if f, s := Chain(r, Settings{Mode: Off}, &ffmpeg.Loudness{Integrated: -30, TruePeak: -20}); f != nil || s != nil {
		t.Error(f, s)
	}
	_, all := Chain(r, Settings{Mode: Auto}, nil)
	for _, step := range all {
		_, less := Chain(r, Settings{Mode: Auto, Strength: map[StepName]float64{step.Name: 0}}, nil)
		if len(less) != len(all)-1 {
			t.Errorf("without %s: %d steps", step.Name, len(less))
		}
	}
	f, s := Chain(r, Settings{Mode: Off, Rate: 44100}, nil)
	if len(f) != 1 || s[0].Name != StepResample {
		t.Error(f, s)
	}
	var names []string
	for _, s := range all {
		names = append(names, string(s.Name))
	}
	if got := fmt.Sprint(names); got != "[high-pass declick dehum channels denoise]" {
		t.Error("order:", got)
	}
}
