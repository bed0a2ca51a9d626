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
		r.Noise.Sum[i], r.Noise.Difference[i] = r.Noise.Bands[i], r.Noise.Bands[i]
	}
	return r
}

// A pulse goes through every step and comes out where it went in; the track is as long as it was, to the sample.
func TestChainKeepsSyncAndLength(t *testing.T) {
	for _, rate := range []int{8000, 44100, 96000} {
		for _, n := range []int{rate / 5, 2*rate + 137} {
			repair := Chain(damaged(rate), Settings{Mode: Strong}, nil)
			if len(repair.Steps) != 6 {
				t.Fatalf("%d steps are on, want all 6: %+v", len(repair.Steps), repair.Steps)
			}
			x := make([]float64, n)
			// A pulse of 5 ms, longer than a click, with its middle at half the length.
			mid, half := n/2, rate/400
			for i := -half; i <= half; i++ {
				x[mid+i] = 0.5 * math.Cos(math.Pi*float64(i)/float64(2*half)) * math.Cos(2*math.Pi*1000*float64(i)/float64(rate))
			}
			minus := make([]float64, n) // the report says that the sides are opposite
			for i, v := range x {
				minus[i] = -v
			}
			out := repaired(t, rate, repair, x, minus)
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
	first, last := 0, len(x) // of what is not silent
	for first < last && x[first] == 0 {
		first++
	}
	for last > first && x[last-1] == 0 {
		last--
	}
	best, at := 0.0, 0
	for d := -most; d <= most; d++ {
		s := 0.0
		for i := first; i < last; i++ {
			if j := i + d; j >= 0 && j < len(y) {
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
	for _, rate := range []int{8000, 44100, 96000} {
		x := make([]float64, rate)
		hiss(x, 0.1, 1)
		path := writeWAV(t, rate, 1, interleave(x))
		for _, c := range []struct {
			filter ffmpeg.Filter
			delay  int
		}{
			{ffmpeg.HighPass(20), 0},
			{ffmpeg.Declip(), 0},
			{ffmpeg.Gain(-3), 0},
		} {
			out, _ := through(t, path, rate, 1, []ffmpeg.Filter{c.filter})
			if d := lag(x[rate/4:rate/4+rate/20], out[0][rate/4:], rate/30); d != c.delay {
				t.Errorf("%d Hz: %s comes %d samples late, not %d", rate, c.filter, d, c.delay)
			}
		}
	}
}

// What is undamaged comes out as it was, bit by bit: the chain is empty.
func TestUndamagedStaysUntouched(t *testing.T) {
	for _, rate := range []int{8000, 32000} {
		if testing.Short() && rate > 8000 {
			continue
		}
		for name, x := range map[string][]float64{"speech": speech(rate, 12, 3), "music": music(rate, 12, 3)} {
			y := append([]float64(nil), x...)
			hiss(y, 0.0001, 4) // -80 dBFS: a good converter's own noise
			out, _, r := apply(t, rate, Settings{Mode: Auto, KeepLoudness: true}, y, x)
			for _, mode := range Modes {
				if c := Chain(r, Settings{Mode: mode, KeepLoudness: true}, nil); c.Filters != nil || c.Program != nil || len(c.Steps) != 0 {
					t.Errorf("%s at %d Hz, %s: %+v %v", name, rate, mode, c.Steps, r.Words())
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

// Loudness: the planned gain lands on the target, never over the peak limit, and a track near the target is left alone.
func TestLoudness(t *testing.T) {
	const rate = 24000
	tl := tools(t)
	x := speech(rate, 12, 1)
	path := writeWAV(t, rate, 1, interleave(x))
	r := measured(t, rate, x)
	before, err := tl.Loudness(t.Context(), path, 0, 0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []float64{-30, -23, -16, before.Integrated + 0.6} {
		c := Chain(r, Settings{Mode: Auto, TargetLUFS: target}, &before)
		filters, steps := c.Filters, c.Steps
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
		if steps := Chain(r, Settings{Mode: Auto}, l).Steps; len(steps) != 0 {
			t.Errorf("%+v: %+v", l, steps)
		}
	}
	if steps := Chain(r, Settings{Mode: Auto, KeepLoudness: true}, &ffmpeg.Loudness{Integrated: -30, TruePeak: -20}).Steps; len(steps) != 0 {
		t.Errorf("loudness was to be kept: %+v", steps)
	}
}

// Off does nothing, whatever is wrong; a strength of 0 takes its step out, and more strength never weakens it.
func TestSettings(t *testing.T) {
	r := damaged(48000)
	if c := Chain(r, Settings{Mode: Off}, &ffmpeg.Loudness{Integrated: -30, TruePeak: -20}); c.Filters != nil || c.Program != nil || c.Steps != nil {
		t.Error(c)
	}
	all := Chain(r, Settings{Mode: Auto}, nil).Steps
	for _, step := range all {
		less := Chain(r, Settings{Mode: Auto, Strength: map[StepName]float64{step.Name: 0}}, nil).Steps
		if len(less) != len(all)-1 {
			t.Errorf("without %s: %d steps", step.Name, len(less))
		}
	}
	if c := Chain(r, Settings{Mode: Off, Rate: 44100}, nil); len(c.Filters) != 1 || c.Steps[0].Name != StepResample {
		t.Error(c)
	}
	var names []string
	for _, s := range all {
		names = append(names, string(s.Name))
	}
	if got := fmt.Sprint(names); got != "[declick high-pass dehum channels denoise loudness]" {
		t.Error("order:", got)
	}
}
