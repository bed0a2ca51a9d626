package quality_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/quality"
)

func anyFormat(t *rapid.T) frame.Format {
	return frame.Format{
		Width: rapid.IntRange(16, 40).Draw(t, "width"), Height: rapid.IntRange(16, 40).Draw(t, "height"),
		Chroma: frame.Chroma(rapid.IntRange(int(frame.Mono), int(frame.RGB)).Draw(t, "chroma")),
		Depth:  rapid.IntRange(8, 16).Draw(t, "depth"),
	}
}

func noise(f frame.Format, random *rand.Rand) *frame.Frame {
	a := frame.New(f)
	for p := range f.Chroma.Planes() {
		w, h := f.PlaneSize(p)
		for y := range h {
			for x := range w {
				set(a, p, x, y, uint16(random.IntN(1<<f.Depth)))
			}
		}
	}
	return a
}

func TestIdenticalFramesArePerfect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFormat(t)
		a := noise(f, rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed"))))
		psnr, err1 := quality.NewPSNR(f)
		ssim, err2 := quality.NewSSIM(f)
		if err := errors.Join(err1, err2, psnr.Add(a, a), ssim.Add(a, a)); err != nil {
			t.Fatal(err)
		}
		for p, v := range psnr.Planes() {
			if !math.IsInf(v, 1) || math.Abs(ssim.Planes()[p]-1) > 1e-12 {
				t.Errorf("plane %d: PSNR %v, SSIM %v", p, v, ssim.Planes()[p])
			}
		}
		if worst, _ := psnr.Worst(); !math.IsInf(worst, 1) || !math.IsInf(psnr.Average(), 1) || math.Abs(ssim.Average()-1) > 1e-12 {
			t.Errorf("PSNR %v, worst %v, SSIM %v", psnr.Average(), worst, ssim.Average())
		}
	})
}

func TestOrderOfAPairMakesNoDifferenceAndFiguresAreInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFormat(t)
		random := rand.New(rand.NewPCG(2, rapid.Uint64().Draw(t, "seed")))
		a, b := noise(f, random), noise(f, random)
		var psnr, ssim [2]float64
		for i := range 2 {
			p, err1 := quality.NewPSNR(f)
			s, err2 := quality.NewSSIM(f)
			if err := errors.Join(err1, err2, p.Add(a, b), s.Add(a, b)); err != nil {
				t.Fatal(err)
			}
			psnr[i], ssim[i] = p.Average(), s.Average()
			a, b = b, a
		}
		if psnr[0] != psnr[1] || ssim[0] != ssim[1] {
			t.Errorf("PSNR %v, SSIM %v", psnr, ssim)
		}
		if !(psnr[0] > 0) || !(ssim[0] >= -1 && ssim[0] < 1) {
			t.Errorf("PSNR %v, SSIM %v", psnr, ssim)
		}
	})
}

func TestPSNROfAKnownDifference(t *testing.T) {
	for depth, want := range map[int]float64{8: 20 * math.Log10(255), 10: 20 * math.Log10(1023), 16: 20 * math.Log10(65535)} {
		f := frame.Format{Width: 9, Height: 8, Chroma: frame.Mono, Depth: depth}
		a, b := frame.New(f), frame.New(f)
		for y := range 8 {
			for x := range 9 {
				set(b, 0, x, y, 1)
			}
		}
		p, err := quality.NewPSNR(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Add(a, b); err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.Average()-want) > 1e-9 {
			t.Errorf("%d bits, off by 1: %v dB, want %v", depth, p.Average(), want)
		}
	}
}

func TestWorstFrame(t *testing.T) {
	f := frame.Format{Width: 32, Height: 32, Chroma: frame.YUV420, Depth: 8}
	clean, noisy := pictures(f, 3) // the third is the noisiest
	psnr, err1 := quality.NewPSNR(f)
	ssim, err2 := quality.NewSSIM(f)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if v, _ := psnr.Worst(); !math.IsNaN(v) || !math.IsNaN(ssim.Average()) || !math.IsNaN(psnr.Average()) {
		t.Errorf("before the first frame: %v, %v, %v", v, psnr.Average(), ssim.Average())
	}
	for _, i := range []int{0, 2, 1} {
		if err := errors.Join(psnr.Add(clean[i], noisy[i]), ssim.Add(clean[i], noisy[i])); err != nil {
			t.Fatal(err)
		}
	}
	dB, atPSNR := psnr.Worst()
	index, atSSIM := ssim.Worst()
	if atPSNR != 1 || atSSIM != 1 || dB >= psnr.Average() || index >= ssim.Average() || psnr.Frames() != 3 || ssim.Frames() != 3 {
		t.Errorf("worst are frame %d (%v dB of %v) and %d (%v of %v)", atPSNR, dB, psnr.Average(), atSSIM, index, ssim.Average())
	}
}

func TestFramesThatCannotBeCompared(t *testing.T) {
	f := frame.Format{Width: 32, Height: 32, Chroma: frame.YUV420, Depth: 8}
	other := f
	other.Depth = 10
	psnr, err1 := quality.NewPSNR(f)
	ssim, err2 := quality.NewSSIM(f)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	short := frame.New(f)
	short.Data = short.Data[:100]
	for _, m := range []interface {
		Add(a, b *frame.Frame) error
		Frames() int
	}{psnr, ssim} {
		var mismatch *quality.MismatchError
		if err := m.Add(frame.New(f), frame.New(other)); !errors.As(err, &mismatch) || mismatch.Got != other {
			t.Errorf("%T: other format: %v", m, err)
		}
		if err := m.Add(short, frame.New(f)); err == nil {
			t.Errorf("%T: short data was accepted", m)
		}
		if m.Frames() != 0 {
			t.Errorf("%T: counts %d frames", m, m.Frames())
		}
	}
	if _, err := quality.NewPSNR(frame.Format{}); err == nil {
		t.Error("PSNR of frames without size")
	}
	if _, err := quality.NewSSIM(frame.Format{Width: 14, Height: 40, Chroma: frame.YUV420, Depth: 8}); err == nil {
		t.Error("SSIM of planes 7 wide")
	}
}

func TestNoise(t *testing.T) {
	for _, test := range []struct {
		name  string
		depth int
		sigma float64
		shape func(x, y int) float64 // -1 to 1
	}{
		{"flat", 8, 5, func(int, int) float64 { return 0 }},
		{"ramp", 8, 5, func(x, y int) float64 { return float64(x+2*y)/400 - 0.6 }},
		{"edges and texture in half of it", 8, 5, func(x, y int) float64 {
			if x < 80 {
				return math.Sin(float64(x*x+y*y) / 50)
			}
			return 0
		}},
		{"10 bits", 10, 20, func(int, int) float64 { return 0 }},
		{"16 bits", 16, 900, func(int, int) float64 { return 0.2 }},
	} {
		f := frame.Format{Width: 160, Height: 120, Chroma: frame.YUV420, Depth: test.depth}
		a := frame.New(f)
		random := rand.New(rand.NewPCG(3, 4))
		middle := float64(uint32(1) << (test.depth - 1))
		for y := range f.Height {
			for x := range f.Width {
				v := middle + 0.6*middle*test.shape(x, y) + test.sigma*random.NormFloat64()
				set(a, 0, x, y, uint16(math.Round(min(max(v, 0), 2*middle-1))))
			}
		}
		got, err := quality.Noise(a, 0)
		if err != nil || math.Abs(got-test.sigma) > 0.1*test.sigma {
			t.Errorf("%s: %.3f, %v; want %v within 10 %%", test.name, got, err, test.sigma)
		}
		if none, err := quality.Noise(a, 1); err != nil || none != 0 {
			t.Errorf("%s: an empty plane has noise %v, %v", test.name, none, err)
		}
	}
	for _, plane := range []int{-1, 3} {
		if _, err := quality.Noise(frame.New(frame.Format{Width: 64, Height: 64, Chroma: frame.YUV420, Depth: 8}), plane); err == nil {
			t.Errorf("plane %d was accepted", plane)
		}
	}
	if _, err := quality.Noise(frame.New(frame.Format{Width: 39, Height: 64, Depth: 8}), 0); err == nil {
		t.Error("a plane 39 wide was accepted")
	}
}

func benchFrames() (*frame.Frame, *frame.Frame) {
	clean, noisy := pictures(frame.Format{Width: 1440, Height: 1080, Chroma: frame.YUV420, Depth: 10}, 1)
	return clean[0], noisy[0]
}

func BenchmarkPSNR(b *testing.B) {
	x, y := benchFrames()
	m, err := quality.NewPSNR(x.Format)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := m.Add(x, y); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSSIM(b *testing.B) {
	x, y := benchFrames()
	m, err := quality.NewSSIM(x.Format)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := m.Add(x, y); err != nil {
			b.Fatal(err)
		}
	}
}
