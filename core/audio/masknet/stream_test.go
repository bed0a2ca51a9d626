package masknet

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"testing"

	"go.uber.org/goleak"
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

// made are the inputs of export.py: of each feature of window t.
func made(t int) (v [features][]float64) {
	for i := range v {
		v[i] = make([]float64, Bins)
		for k := range v[i] {
			v[i][k] = math.Exp(4*math.Sin(0.31*float64(t)+(0.02+0.01*float64(i))*float64(k)+float64(i)) - 1)
		}
	}
	return v
}

// TestStreamAgreesWithTraining compares with what the same weights gave in the program that trained them.
func TestStreamAgreesWithTraining(t *testing.T) {
	n, _ := load(t)
	var check struct {
		Outputs []struct {
			Window, Bin int
			Value       float64
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
	var got [][]float32
	for i := range 64 {
		v := made(i)
		if c := s.Push(nil, v[0], v[1], v[2], v[3]); c != nil {
			got = append(got, c)
		} else if i >= Delay {
			t.Fatalf("nothing for window %d", i-Delay)
		}
	}
	if len(got) != 64-Delay {
		t.Fatalf("%d windows, want %d", len(got), 64-Delay)
	}
	var most float64
	for _, o := range check.Outputs {
		d := math.Abs(float64(got[o.Window][o.Bin]) - o.Value)
		most = max(most, d)
		if d > 2e-4*(1+math.Abs(o.Value)) {
			t.Errorf("window %d, bin %d: %v, want %v", o.Window, o.Bin, got[o.Window][o.Bin], o.Value)
		}
	}
	t.Logf("largest difference %.2g", most)
}

func TestStreamIsDeterministicAndReusesItsRoom(t *testing.T) {
	n, _ := load(t)
	a, b := n.Stream(), n.Stream()
	v := [2][features][]float64{made(3), made(40)}
	var ra, rb []float32
	for i := range 120 {
		x := v[i%2]
		ra, rb = a.Push(ra[:0], x[0], x[1], x[2], x[3]), b.Push(rb[:0], x[0], x[1], x[2], x[3])
		for k := range ra {
			if ra[k] != rb[k] {
				t.Fatalf("window %d, bin %d: %v and %v", i, k, ra[k], rb[k])
			}
		}
	}
	if ra == nil {
		t.Fatal("nothing came")
	}
	x := v[0]
	if got := testing.AllocsPerRun(50, func() { ra = a.Push(ra[:0], x[0], x[1], x[2], x[3]) }); got > 0.5 {
		t.Errorf("%v allocations a window", got)
	}
}

// TestSilenceAndExtremesStayFinite sends what no sound is.
func TestSilenceAndExtremesStayFinite(t *testing.T) {
	n, _ := load(t)
	s := n.Stream()
	low, high, zero := make([]float64, Bins), make([]float64, Bins), make([]float64, Bins)
	for k := range low {
		low[k], high[k] = 0.003, 1e6
	}
	for i := range 200 {
		g, x := zero, low
		if i%3 == 0 {
			g, x = high, high
		}
		for k, v := range s.Push(nil, g, x, low, x) {
			if v != v || math.Abs(float64(v)) > 100 {
				t.Fatalf("window %d, bin %d: %v", i, k, v)
			}
		}
	}
}

func TestCorrected(t *testing.T) {
	if g := Corrected(0.3, 0); math.Abs(g-0.3) > 1e-12 {
		t.Errorf("without a correction 0.3 became %v", g)
	}
	last := -1.0
	for c := float32(-30); c <= 30; c += 0.5 {
		g := Corrected(0.3, c)
		if !(g >= 0 && g <= 1 && g > last) {
			t.Fatalf("a correction of %v gives a gain of %v after %v", c, g, last)
		}
		last = g
	}
	for _, g := range []float64{0, 1, 5} {
		if v := Corrected(g, 1); !(v >= 0 && v <= 1) {
			t.Errorf("a gain of %v became %v", g, v)
		}
	}
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
	var room []float32
	for b.Loop() {
		room = s.Push(room[:0], v[0], v[1], v[2], v[3])
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/(Window/4/48000.), "RTF")
}
