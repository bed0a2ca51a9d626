package quality_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/quality"
)

// TestFlickerIsTheNoiseThatChanges: of noise of deviation s, new in each picture, the step has s times the root of 2.
func TestFlickerIsTheNoiseThatChanges(t *testing.T) {
	const noise = 0.02
	want := noise * 255.75 * math.Sqrt2
	f, err := quality.NewFlicker(picture)
	if err != nil {
		t.Fatal(err)
	}
	a, b := scene(picture, 5, 0, 0, 0, 1, 0, 1), scene(picture, 5, 0, 0, 0, 1, noise, 2)
	for i := range a {
		if err := f.Add(a[i], b[i]); err != nil {
			t.Fatal(err)
		}
	}
	still, ref := f.Still()
	if math.Abs(f.All()-want) > 0.05*want || math.Abs(still-want) > 0.05*want || ref != 0 {
		t.Errorf("flicker %.2f, %.2f where still (reference %.2f); the noise makes %.2f", f.All(), still, ref, want)
	}
}

// TestMotionIsNoFlicker: what moves as the reference does.
func TestMotionIsNoFlicker(t *testing.T) {
	f, err := quality.NewFlicker(picture)
	if err != nil {
		t.Fatal(err)
	}
	a := scene(picture, 4, 9, 0, 0, 1, 0, 1)
	for i := range a {
		if err := f.Add(a[i], a[i]); err != nil {
			t.Fatal(err)
		}
	}
	if f.All() != 0 {
		t.Errorf("%.3f", f.All())
	}
}

func TestSharpnessFallsWithBlur(t *testing.T) {
	sharp := func(b *frame.Frame) float64 {
		s, err := quality.NewSharpness(picture)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Add(scene(picture, 1, 0, 0, 0, 1, 0, 1)[0], b); err != nil {
			t.Fatal(err)
		}
		return s.Ratio()
	}
	a := scene(picture, 1, 0, 0, 0, 1, 0, 1)[0]
	small := picture
	small.Width, small.Height = picture.Width/8, picture.Height/8
	blurred, err := quality.Aligned().Apply(a, small)
	if err == nil {
		blurred, err = quality.Aligned().Apply(blurred, picture)
	}
	if err != nil {
		t.Fatal(err)
	}
	if v := sharp(a); v != 1 {
		t.Errorf("a picture is %.3f times as sharp as itself", v)
	}
	if v := sharp(blurred); v > 0.95 || v < 0.3 {
		t.Errorf("a blurred one %.3f times", v)
	}
	noisy := scene(picture, 1, 0, 0, 0, 1, 0.01, 5)[0]
	if v := sharp(noisy); math.Abs(v-1) > 0.03 {
		t.Errorf("a noisy one %.3f times", v)
	}
}

// TestComparison holds the measures taken together against those taken alone.
func TestComparison(t *testing.T) {
	a, b := scene(picture, 4, 2, 0, 0, 1, 0, 1), scene(picture, 4, 2, 0, 0, 1, 0.01, 2)
	c, err := quality.NewComparison(picture)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if err := c.Add(a[i], b[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, want := c.Figures(), measure(t, picture, a, b)
	for p := range want.PSNR {
		if *got.PSNR[p] != want.PSNR[p] || *got.SSIM[p] != want.SSIM[p] {
			t.Errorf("plane %d: %v dB, %v; alone %v, %v", p, *got.PSNR[p], *got.SSIM[p], want.PSNR[p], want.SSIM[p])
		}
	}
	if got.Pictures != 4 || *got.PSNRAll != want.PSNRAverage || *got.SSIMAll != want.SSIMAverage || *got.PSNRWorst != want.PSNRMin {
		t.Errorf("%+v", got)
	}
	if *got.NoiseB < 1 || *got.NoiseB > 4 || *got.NoiseA > *got.NoiseB/2 {
		t.Errorf("noise %.2f in the reference, %.2f in the other; 2.6 was added", *got.NoiseA, *got.NoiseB)
	}
	if err := c.Add(a[0], frame.New(frame.Format{Width: 16, Height: 16, Depth: 8})); err == nil {
		t.Error("another format was taken")
	}
	same, err := quality.NewComparison(picture)
	if err != nil {
		t.Fatal(err)
	}
	if err := same.Add(a[0], a[0]); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(same.Figures())
	if err != nil || same.Figures().PSNRAll != nil || same.Figures().Flicker != nil {
		t.Errorf("%v: %s", err, text)
	}
}
