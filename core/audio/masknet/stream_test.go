package masknet

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const shipped = "../../../resources/models/sound"

func load(t testing.TB) (*Network, []byte) {
	t.Helper()
	file, err := os.ReadFile(shipped + ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	n, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return n, file
}

// made are the inputs of export.py, of window t.
func made(t int) (s Seen) {
	v := [6][]float32{}
	for i := range v {
		v[i] = make([]float32, Bins)
	}
	for k := range Bins {
		for i := range 4 {
			v[i][k] = float32(math.Exp(4*math.Sin(0.31*float64(t)+(0.02+0.01*float64(i))*float64(k)+float64(i)) - 1))
		}
		re, im := 0.5+0.6*math.Sin(0.17*float64(t)+0.015*float64(k)), 0.3*math.Sin(0.11*float64(t)-0.02*float64(k)+1)
		v[4][k], v[5][k] = v[0][k]*float32(re*re+im*im), v[0][k]*float32(re)
	}
	return Seen{v[0], v[1], v[2], v[3], v[4], v[5]}
}

// told is what a stream says of one window.
type told struct{ odds, share []float32 }

// push is Stream.Push with room of its own; nil: nothing yet.
func push(s *Stream, w Seen) *told {
	a := told{make([]float32, Bins), make([]float32, Bins)}
	if !s.Push(w, a.odds, a.share) {
		return nil
	}
	return &a
}

// TestStreamAgreesWithTraining compares with what the same weights gave in the program that trained them.
func TestStreamAgreesWithTraining(t *testing.T) {
	n, _ := load(t)
	var check struct {
		Outputs []struct {
			Window, Bin       int
			Correction, Share float64
		}
	}
	raw, err := os.ReadFile(shipped + ".check.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &check); err != nil {
		t.Fatal(err)
	}
	if len(check.Outputs) < 50 {
		t.Fatalf("%d values to compare with", len(check.Outputs))
	}
	s := n.Stream()
	var got []*told
	for i := range 64 {
		if a := push(s, made(i)); a != nil {
			got = append(got, a)
		} else if i >= Delay {
			t.Fatalf("nothing for window %d", i-Delay)
		}
	}
	if len(got) != 64-Delay {
		t.Fatalf("%d windows, want %d", len(got), 64-Delay)
	}
	var most float64
	for _, o := range check.Outputs {
		a := got[o.Window]
		c, share := math.Log(float64(a.odds[o.Bin])), float64(a.share[o.Bin])
		d := max(math.Abs(c-o.Correction)/(1+math.Abs(o.Correction)), math.Abs(share-o.Share))
		most = max(most, d)
		if !(d <= 2e-4) {
			t.Errorf("window %d, bin %d: %v and %v, want %v and %v", o.Window, o.Bin, c, share, o.Correction, o.Share)
		}
	}
	t.Logf("largest difference %.2g", most)
}

func TestStreamIsDeterministicAndReusesItsRoom(t *testing.T) {
	n, _ := load(t)
	a, b := n.Stream(), n.Stream()
	v := [2]Seen{made(3), made(40)}
	var ra, rb *told
	for i := range 120 {
		ra, rb = push(a, v[i%2]), push(b, v[i%2])
		if (ra == nil) != (rb == nil) {
			t.Fatalf("window %d: one stream says something, the other nothing", i)
		}
		for k := 0; ra != nil && k < Bins; k++ {
			if ra.odds[k] != rb.odds[k] || ra.share[k] != rb.share[k] {
				t.Fatalf("window %d, bin %d: %v, %v and %v, %v", i, k, ra.odds[k], ra.share[k], rb.odds[k], rb.share[k])
			}
		}
	}
	if ra == nil {
		t.Fatal("nothing came")
	}
	if got := testing.AllocsPerRun(50, func() { a.Push(v[0], ra.odds, ra.share) }); got > 0.5 {
		t.Errorf("%v allocations a window", got)
	}
}

// TestSilenceAndExtremesStayFinite sends what no sound is.
func TestSilenceAndExtremesStayFinite(t *testing.T) {
	n, _ := load(t)
	s := n.Stream()
	low, high, zero, below := make([]float32, Bins), make([]float32, Bins), make([]float32, Bins), make([]float32, Bins)
	for k := range low {
		low[k], high[k], below[k] = 0.003, 1e6, -1e6
	}
	for i := range 200 {
		w := Seen{zero, low, low, low, zero, zero}
		switch i % 3 {
		case 0:
			w = Seen{high, high, low, high, high, high}
		case 1:
			w = Seen{low, low, low, low, high, below}
		}
		a := push(s, w)
		for k := 0; a != nil && k < Bins; k++ {
			if g := Corrected(0.5, a.odds[k]); !(g >= 0 && g <= 1) || !(a.share[k] >= 0 && a.share[k] <= 1) {
				t.Fatalf("window %d, bin %d: %v, %v", i, k, a.odds[k], a.share[k])
			}
		}
	}
}

func TestCorrected(t *testing.T) {
	if g := Corrected(0.3, 1); math.Abs(float64(g)-0.3) > 1e-6 {
		t.Errorf("without a correction 0.3 became %v", g)
	}
	last := float32(-1)
	for c := -8.; c <= 8; c += 0.5 {
		g := Corrected(0.3, float32(math.Exp(c)))
		if !(g >= 0 && g <= 1 && g > last) {
			t.Fatalf("odds times exp(%v) give a gain of %v after %v", c, g, last)
		}
		last = g
	}
	for _, g := range []float32{0, 1, 5} {
		for _, odds := range []float32{1e-13, 1, 1e13} {
			if v := Corrected(g, odds); !(v >= 0 && v <= 1) {
				t.Errorf("a gain of %v became %v", g, v)
			}
		}
	}
}

// TestKernelsAgree holds the fast ways of the inner loops to the plain ones, bit by bit, for all lengths and without writing beside.
func TestKernelsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "points")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		numbers := func(n int) []float32 {
			v := make([]float32, n)
			for i := range v {
				v[i] = float32(rng.NormFloat64())
			}
			return v
		}
		var rows [6][]float32
		for i := range rows {
			rows[i] = numbers(n + 2)
		}
		w := numbers(4)
		same := func(name string, fast func(acc []float32), plain func(i int, v float32) float32) {
			got, from := numbers(n+2), []float32(nil)
			from = append(from, got...)
			fast(got[:n:n])
			for i, v := range from {
				if i < n {
					v = plain(i, v)
				}
				if got[i] != v {
					t.Fatalf("%s of %d points: point %d is %v, want %v", name, n, i, got[i], v)
				}
			}
		}
		x := rows[0]
		same("add3", func(acc []float32) { add3(acc, x, w) }, func(i int, v float32) float32 {
			return v + float32(float32(float32(w[0]*x[i])+float32(w[1]*x[i+1]))+float32(w[2]*x[i+2]))
		})
		same("addAcross", func(acc []float32) { addAcross(acc, x, rows[1], rows[2], rows[3], w) }, func(i int, v float32) float32 {
			return v + float32(float32(float32(float32(w[0]*x[i])+float32(w[1]*rows[1][i]))+float32(w[2]*rows[2][i]))+float32(w[3]*rows[3][i]))
		})
		same("leaky", func(x []float32) { leaky(x) }, func(_ int, v float32) float32 { return max(v, float32(0.1*v)) })
	})
}

func TestReadRefusesOtherFiles(t *testing.T) {
	_, file := load(t)
	nan := append([]byte(nil), file...)
	copy(nan[len(nan)-4:], []byte{0, 0, 0xc0, 0x7f})
	for name, f := range map[string][]byte{"nothing": nil, "short": file[:len(file)-4], "a long header": append([]byte{255, 255, 255, 255, 255, 255, 255, 255}, file[8:]...),
		"no JSON": append([]byte{4, 0, 0, 0, 0, 0, 0, 0}, "ding"...), "no tensors": append([]byte{2, 0, 0, 0, 0, 0, 0, 0}, "{}"...), "not a number": nan} {
		if _, err := Read(f); !errors.Is(err, ErrWeights) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	_, file := load(f)
	f.Add(file)
	f.Add(file[:2000])
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, err := Read(b); err != nil && !errors.Is(err, ErrWeights) || err == nil && n == nil {
			t.Fatal(n, err)
		}
	})
}

// BenchmarkStream tells the real-time factor of one signal at 48 kHz.
func BenchmarkStream(b *testing.B) {
	n, _ := load(b)
	s, v := n.Stream(), made(1)
	odds, share := make([]float32, Bins), make([]float32, Bins)
	for b.Loop() {
		s.Push(v, odds, share)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/(Window/4/48000.), "RTF")
}
