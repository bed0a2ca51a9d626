package audio

import (
	"math"
	"strings"
	"testing"
)

// Speech, music and hiss are told apart, under hiss too.
func TestContent(t *testing.T) {
	const rate = 16000
	noise := make([]float64, 12*rate)
	hiss(noise, 0.05, 1)
	for name, x := range map[string][]float64{"speech": speech(rate, 12, 1), "music": music(rate, 12, 1), "noise": noise} {
		hiss(x, 0.005, 2)
		c := measured(t, rate, x).Content
		var want Content
		switch want.Known = true; name {
		case "speech":
			want.Speech = 1
		case "music":
			want.Music = 1
		}
		if !c.Known || math.Abs(c.Speech-want.Speech) > 0.3 || math.Abs(c.Music-want.Music) > 0.3 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if c := measured(t, rate, noise[:rate]).Content; c.Known {
		t.Errorf("one second can't tell: %+v", c)
	}
}

// lowPass is a windowed sinc of 255 taps.
func lowPass(x []float64, rate int, hz float64) []float64 {
	const half = 127
	taps := make([]float64, 2*half+1)
	for i := range taps {
		at := 2 * hz / float64(rate) * float64(i-half)
		taps[i] = 2 * hz / float64(rate) * (0.5 + 0.5*math.Cos(math.Pi*float64(i-half)/(half+1)))
		if at != 0 {
			taps[i] *= math.Sin(math.Pi*at) / (math.Pi * at)
		}
	}
	out := make([]float64, len(x))
	for i := range x {
		for j, v := range taps {
			if k := i + j - half; k >= 0 && k < len(x) {
				out[i] += v * x[k]
			}
		}
	}
	return out
}

// Where the band ends is measured, and a band that ends where the rate does has no limit.
func TestBandLimit(t *testing.T) {
	const rate = 32000
	x := make([]float64, 3*rate)
	hiss(x, 0.05, 1)
	if r := measured(t, rate, x); r.HasLimit() {
		t.Errorf("a limit at %.0f Hz where there is none", r.Treble.LimitHz)
	}
	for _, hz := range []float64{5000, 10000} {
		r := measured(t, rate, lowPass(x, rate, hz))
		if !r.HasLimit() || math.Abs(r.Treble.LimitHz/hz-1) > 0.1 {
			t.Errorf("the limit at %.0f Hz is taken for %.0f", hz, r.Treble.LimitHz)
		}
		if !strings.Contains(strings.Join(r.Nature(), " "), "linear track") {
			t.Error(r.Nature())
		}
	}
}

// Hisses of a voice that are too strong come down to where they don't hurt, vowels stay, and usual ones are left alone.
func TestDeEss(t *testing.T) {
	const rate = 24000
	usual := speech(rate, 12, 1)
	if r := measured(t, rate, usual); r.HasSibilance() {
		t.Errorf("usual speech hisses: %+v", r.Treble)
	}
	x := append([]float64(nil), usual...)
	burst := make([]float64, rate/8)
	hiss(burst, 0.3, 1)
	low := lowPass(burst, rate, 5000)
	var at []int
	for i := rate; i+len(burst) < len(x); i += rate * 6 / 10 {
		for j, v := range burst {
			x[i+j] += (v - low[j]) * math.Pow(math.Sin(math.Pi*float64(j)/float64(len(burst))), 2)
		}
		at = append(at, i)
	}
	s := Settings{Mode: Auto, KeepLoudness: true}
	out, steps, r := apply(t, rate, s, x)
	if !r.HasSibilance() || len(steps) != 1 || steps[0].Name != StepDeEss {
		t.Fatalf("%v %+v %+v", r.Words(), r.Treble, steps)
	}
	high := func(y []float64) (sum float64) {
		for _, i := range at {
			part := y[i : i+len(burst)]
			for j, v := range lowPass(part, rate, 5000) {
				sum += math.Pow(part[j]-v, 2)
			}
		}
		return 10 * math.Log10(sum)
	}
	if down := high(x) - high(out[0]); down < 4 || down > deEssMost {
		t.Errorf("hisses are %.1f dB down", down)
	} else {
		t.Logf("%.1f dB beside the vowels; %.1f dB down", r.Treble.Sibilant, down)
	}
	from, to := at[0]+len(burst)+rate/50, at[1]-rate/50
	var off float64
	for i := from; i < to; i++ {
		off = max(off, math.Abs(out[0][i]-x[i]))
	}
	if off > 1e-5 {
		t.Errorf("what lies between hisses changed by %g", off)
	}
	if steps := Chain(r, Settings{Mode: Auto, KeepLoudness: true, Strength: map[StepName]float64{StepDeEss: 0}}, nil).Steps; len(steps) != 0 {
		t.Errorf("de-essing was not wanted: %+v", steps)
	}
}

// Dull sound gets its treble back as far as six decibels, up to where it reaches, and only where that is asked for.
func TestTreble(t *testing.T) {
	const rate = 24000
	x := music(rate, 12, 1)
	hiss(x, 0.0002, 1)
	x = lowPass(x, rate, 7000)
	r := measured(t, rate, x)
	if r.Treble.LackDB < lackLimit {
		t.Fatalf("%+v", r.Treble)
	}
	wanted := Settings{Mode: Auto, KeepLoudness: true, Strength: map[StepName]float64{StepDenoise: 0}}
	if c := Chain(r, wanted, nil); c.Program != nil {
		t.Errorf("nothing was asked for: %+v", c.Steps)
	}
	wanted.Treble = 1
	c := Chain(r, wanted, nil)
	if c.Program == nil || c.Program.Tone == nil || c.Program.Tone.ShelfDB > shelfMost || c.Program.Tone.ShelfDB < lackLimit {
		t.Fatalf("%+v", c)
	}
	for hz, gain := range map[float64]float64{440: 0, 2000: 0, 6200: c.Program.Tone.ShelfDB, 11000: 0} {
		y := make([]float64, 2*rate)
		tone(y, rate, hz, 0.1, 0)
		if got := level(processed(t, c.Program, y)[0], rate, hz) - level(y, rate, hz); math.Abs(got-gain) > 0.5 {
			t.Errorf("%.0f Hz: %+.1f dB, want %+.1f", hz, got, gain)
		}
	}
}
