package audio

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"pgregory.net/rapid"
)

// Short, empty and silent tracks in any format give a plain report without findings.
func TestMeasureEdges(t *testing.T) {
	for _, rate := range []int{8000, 44100, 192000} {
		for _, channels := range []int{1, 2, 6} {
			for _, seconds := range []float64{0, 0.0001, 0.2, 1.5} {
				quiet := make([][]float64, channels)
				for c := range quiet {
					quiet[c] = make([]float64, int(seconds*float64(rate)))
				}
				r := measured(t, rate, quiet...)
				if !r.Silent || r.HasNoise() || r.HasHum() || r.HasClicks() || len(r.Words()) != 1 {
					t.Errorf("%d Hz, %d channels, %.1f s of silence: %v", rate, channels, seconds, r.Words())
				}
				if c := Chain(r, Settings{Mode: Strong}, nil); c.Filters != nil || c.Program != nil || c.Steps != nil {
					t.Errorf("a chain for silence: %+v", c)
				}
			}
		}
	}
	r := measured(t, 48000, speech(48000, 0.5, 1)[24000-9600:])
	if r.HasNoise() || r.HasHum() || r.HasClicks() {
		t.Errorf("0.2 s of speech: %v", r.Words())
	}
	for _, bad := range [][2]int{{0, 1}, {48000, 0}, {48000, -1}, {-5, 2}, {48000, 1000}, {2e9, 1}} {
		if _, err := Measure(t.Context(), &memory{}, bad[0], bad[1]); err == nil {
			t.Errorf("%v is no sound format", bad)
		}
	}
}

func TestMeasureFigures(t *testing.T) {
	const rate = 24000
	l, r := make([]float64, 10*rate), make([]float64, 10*rate)
	tone(l, rate, 1000, 0.5, 0)
	tone(r, rate, 1500, 0.05, 0)
	for i := range l {
		l[i] += 0.01
	}
	rep := measured(t, rate, l, r)
	near := func(what string, got, want, tol float64) {
		if math.Abs(got-want) > tol {
			t.Errorf("%s is %.3f, want %.3f", what, got, want)
		}
	}
	near("left level", rep.Levels[0].RMSDBFS, -9.03, 0.05)
	near("right level", rep.Levels[1].RMSDBFS, -29.03, 0.05)
	near("left peak", rep.Levels[0].PeakDBFS, 20*math.Log10(0.51), 0.05)
	near("offset", rep.Levels[0].DC, 0.01, 1e-4)
	near("seconds", rep.Seconds(), 10, 1e-9)
	n := make([]float64, 10*rate)
	hiss(n, 0.01, 1)
	rep = measured(t, rate, n)
	near("noise floor", rep.Noise.FloorDBFS, -40, 1)
	for _, b := range rep.Noise.Bands {
		near("noise band", b, -40, 1.5)
	}
	clipped := make([]float64, 10*rate)
	tone(clipped, rate, 441, 1.3, 0)
	for i := range clipped {
		clipped[i] = max(-1, min(1, clipped[i]))
	}
	rep = measured(t, rate, clipped)
	if !rep.HasClipping() {
		t.Error("clipping missed")
	}
	half := append(append([]float64(nil), n...), make([]float64, 10*rate)...)
	rep = measured(t, rate, half)
	near("silent share", rep.SilentShare, 0.5, 0.01)
	near("noise floor beside silence", rep.Noise.FloorDBFS, -40, 1)
}

// Broken samples and odd portions never make a panic or a figure that is no number.
func TestMeasureAnything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rate := rapid.SampledFrom([]int{1000, 8000, 44100}).Draw(rt, "rate")
		channels := rapid.IntRange(1, 3).Draw(rt, "channels")
		n := rapid.IntRange(0, 30000).Draw(rt, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e30, -1e-40, 1, -1, 0}
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
			if rng.IntN(50) == 0 {
				x[i] = odd[rng.IntN(len(odd))]
			}
		}
		r, err := Measure(context.Background(), &memory{x}, rate, channels)
		if err != nil {
			rt.Fatal(err)
		}
		figures := []float64{r.ClippedShare, r.ClicksPerMinute, r.HumHz, r.RumbleDBFS, r.BassDBFS, r.Noise.FloorDBFS, r.Noise.SNRDB, r.Correlation, r.SilentShare}
		figures = append(figures, r.Noise.Bands[:]...)
		for _, f := range figures {
			if math.IsNaN(f) || math.IsInf(f, 0) {
				rt.Fatalf("%+v", r)
			}
		}
		Chain(r, Settings{Mode: Strong}, nil)
		r.Words()
	})
}

type endless struct {
	n, stopAt int
	stop      func()
	rng       *rand.Rand
}

func (e *endless) Read(dst []float32) (int, error) {
	for i := range dst {
		dst[i] = float32(e.rng.Uint32())*(0.02/math.MaxUint32) - 0.01
	}
	e.n += len(dst)
	if e.n >= e.stopAt {
		e.stop()
	}
	return len(dst), nil
}

func TestMeasureStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := Measure(ctx, &endless{stopAt: 1 << 18, stop: cancel, rng: rand.New(rand.NewPCG(1, 1))}, 48000, 2)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	broken := errors.New("broken")
	if _, err := Measure(t.Context(), readerFunc(func([]float32) (int, error) { return 0, broken }), 48000, 2); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type readerFunc func([]float32) (int, error)

func (f readerFunc) Read(p []float32) (int, error) { return f(p) }

// Memory doesn't grow with the track: ten times the length takes no more at its end.
func TestMeasureMemoryIsBounded(t *testing.T) {
	held := func(seconds int) uint64 {
		m := newMeter(8000, 1)
		x := make([]float32, 8000)
		rng := rand.New(rand.NewPCG(1, 1))
		for range seconds {
			for i := range x {
				x[i] = float32(0.01 * rng.NormFloat64())
			}
			m.add(x)
		}
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		runtime.KeepAlive(m)
		return s.HeapAlloc
	}
	short, long := held(30), held(300)
	t.Logf("after half a minute %.1f MB, after 5 min %.1f MB", float64(short)/1e6, float64(long)/1e6)
	if long > short+1<<20 {
		t.Errorf("5 minutes hold %d bytes, half a minute %d", long, short)
	}
}

func BenchmarkMeasureStereoMinute(b *testing.B) {
	x := speech(48000, 60, 1)
	hiss(x, 0.002, 1)
	y := music(48000, 60, 1)
	pcm := interleave(x, y)
	for b.Loop() {
		if _, err := Measure(b.Context(), &memory{pcm}, 48000, 2); err != nil {
			b.Fatal(err)
		}
	}
	perHour := b.Elapsed().Seconds() / float64(b.N) * 60
	b.ReportMetric(perHour, "s/hour-of-sound")
}

func BenchmarkProgramStereoMinute(b *testing.B) {
	x := speech(48000, 60, 1)
	pcm := interleave(x, x)
	p := Chain(damaged(48000), Settings{Mode: Auto}, nil).Program
	for b.Loop() {
		if err := p.Process(b.Context(), &memory{pcm}, func([]float32) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/60, "s/s-of-sound")
}
