package audio

import (
	"context"
	"errors"
	"math"
	"runtime"
	"testing"

	"pgregory.net/rapid"
)

// What a denoiser gets that has nothing to take away comes out as it was, and as much of it, whatever its length and window.
func TestDenoiserLosesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 9000).Draw(rt, "n")
		channels := rapid.IntRange(1, 3).Draw(rt, "channels")
		window := rapid.SampledFrom([]int{64, 256, 1024}).Draw(rt, "window")
		long := window * rapid.SampledFrom([]int{0, 2, 4}).Draw(rt, "long")
		x := make([][]float64, channels)
		for c := range x {
			x[c] = make([]float64, n)
			hiss(x[c], 0.1, uint64(c))
		}
		p := &Program{Rate: 8000, Channels: channels, Denoise: &Denoise{Reduction: 20, Window: window, Long: long, Print: []Point{{1000, -180}}}}
		y := processed(t, p, x...)
		for c := range x {
			if len(y[c]) != n {
				rt.Fatalf("%d samples became %d", n, len(y[c]))
			}
			for i := range x[c] {
				if math.Abs(y[c][i]-x[c][i]) > 1e-4 {
					rt.Fatalf("sample %d changed from %g to %g", i, x[c][i], y[c][i])
				}
			}
		}
	})
}

// Hum is taken out of any length without losing a sample, also where there is none.
func TestDehummerLosesNothing(t *testing.T) {
	for _, rate := range []int{8000, 22050} {
		all := speech(rate, 48, 1)[rate:]
		for _, n := range []int{0, 1, 7, rate / 3, 2 * rate, 5*rate + 1, 45 * rate} {
			x := all[:n]
			p := &Program{Rate: rate, Channels: 2, Dehum: &Dehum{Hz: 60, Harmonics: []int{1, 2}, Levels: []Point{{60, -40}, {120, -45}}, Depth: 1}}
			y := processed(t, p, x, x)
			if len(y[0]) != n || len(y[1]) != n {
				t.Fatalf("%d Hz: %d samples became %d", rate, n, len(y[0]))
			}
			var e float64
			for i := range x {
				e += (x[i] - y[0][i]) * (x[i] - y[0][i])
			}
			if n >= 2*rate && e > 1e-3*float64(n)*rms(x)*rms(x)+1e-12 {
				t.Errorf("%d Hz, %d samples: speech without hum changed by %.1f dB", rate, n, 10*math.Log10(e/(float64(n)*rms(x)*rms(x)+1e-20)))
			}
		}
	}
}

// Hum whose pitch wanders with the tape is followed.
func TestHumThatWanders(t *testing.T) {
	const rate, seconds = 8000, 14
	x := music(rate, seconds, 3)
	clean := append([]float64(nil), x...)
	phase := 0.0
	for i := range x {
		phase += (60.4 + 0.08*math.Sin(2*math.Pi*0.06*float64(i)/rate)) / rate
		for k, a := range []float64{0.02, 0.01, 0.007} {
			x[i] += a * math.Sin(2*math.Pi*float64(k+1)*phase)
		}
	}
	r := measured(t, rate, x)
	p := Chain(r, Settings{Mode: Auto, KeepLoudness: true, Strength: map[StepName]float64{StepDenoise: 0}}, nil).Program
	if p == nil {
		t.Fatalf("hum was not found: %v", r.Words())
	}
	y := processed(t, p, x)[0]
	var was, is float64
	for i := 2 * rate; i < len(x)-2*rate; i++ {
		was += (x[i] - clean[i]) * (x[i] - clean[i])
		is += (y[i] - clean[i]) * (y[i] - clean[i])
	}
	if down := 10 * math.Log10(was/is); down < 20 {
		t.Errorf("hum is only %.1f dB down", down)
	} else {
		t.Logf("hum is %.1f dB down", down)
	}
}

// A program that makes no sense is an error, never a panic.
func TestProgramsThatMakeNoSense(t *testing.T) {
	for name, p := range map[string]Program{
		"no rate":      {Channels: 1},
		"no channels":  {Rate: 8000},
		"no print":     {Rate: 8000, Channels: 1, Denoise: &Denoise{Window: 1024}},
		"odd window":   {Rate: 8000, Channels: 1, Denoise: &Denoise{Window: 1000, Print: []Point{{1, 1}}}},
		"odd long":     {Rate: 8000, Channels: 1, Denoise: &Denoise{Window: 1024, Long: 1000, Print: []Point{{1, 1}}}},
		"odd shelf":    {Rate: 8000, Channels: 1, Tone: &Tone{ShelfDB: math.NaN()}},
		"no hum":       {Rate: 8000, Channels: 1, Dehum: &Dehum{}},
		"sides of one": {Rate: 8000, Channels: 1, Sides: TurnRight},
		"hum too high": {Rate: 8000, Channels: 1, Dehum: &Dehum{Hz: 5000}},
	} {
		if err := p.Process(t.Context(), &memory{make([]float32, 100)}, func([]float32) error { return nil }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	full := errors.New("full")
	p := Program{Rate: 8000, Channels: 1, Sides: ""}
	if err := p.Process(t.Context(), &memory{make([]float32, 100)}, func([]float32) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Process(ctx, &memory{make([]float32, 100)}, func([]float32) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// noise gives n samples and forgets them.
type noise struct {
	n    int
	seed uint32
}

func (e *noise) Read(dst []float32) (int, error) {
	if e.n == 0 {
		return (&memory{}).Read(dst)
	}
	n := min(len(dst), e.n)
	for i := range dst[:n] {
		e.seed = e.seed*1664525 + 1013904223
		dst[i] = float32(int32(e.seed)) / (1 << 34)
	}
	e.n -= n
	return n, nil
}

// Memory doesn't grow with the track.
func TestProcessMemoryIsBounded(t *testing.T) {
	const rate = 8000
	p := Chain(damaged(rate), Settings{Mode: Strong}, nil).Program
	var most uint64
	blocks := 0
	err := p.Process(t.Context(), &noise{n: 2 * 60 * rate}, func([]float32) error {
		if blocks++; blocks%40 == 0 {
			runtime.GC()
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			if most = max(most, s.HeapAlloc); s.HeapAlloc > 60<<20 {
				return errors.New("too much memory")
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	t.Logf("%.1f MB at most", float64(most)/1e6)
}
