package quality_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/quality"
)

// go test ./core/quality -update asks ffmpeg anew (testdata/reference.sh); look at the difference before you commit it.
var update = flag.Bool("update", false, "write the golden files anew")

const goldenFile = "testdata/reference.json"

// figures are what ffmpeg says of a case: by plane in the order of ffmpeg's log, and of the whole.
type figures struct {
	PSNR, SSIM  []float64
	PSNRAverage float64
	PSNRMin     float64
	SSIMAverage float64
}

var cases = []struct {
	format      frame.Format
	pixelFormat string
}{
	{frame.Format{Width: 64, Height: 48, Chroma: frame.YUV420, Depth: 8}, "yuv420p"},
	{frame.Format{Width: 53, Height: 37, Chroma: frame.YUV422, Depth: 10}, "yuv422p10le"},
	{frame.Format{Width: 41, Height: 40, Chroma: frame.YUV444, Depth: 12}, "yuv444p12le"},
	{frame.Format{Width: 35, Height: 33, Chroma: frame.YUV420, Depth: 16}, "yuv420p16le"},
	{frame.Format{Width: 64, Height: 64, Chroma: frame.Mono, Depth: 8}, "gray"},
	{frame.Format{Width: 40, Height: 32, Chroma: frame.RGB, Depth: 8}, "gbrp"},
	{frame.Format{Width: 40, Height: 32, Chroma: frame.RGB, Depth: 10}, "gbrp10le"},
}

// pictures makes pairs of frames: waves, and the same with noise that grows from plane to plane and frame to frame.
func pictures(f frame.Format, n int) (clean, noisy []*frame.Frame) {
	random := rand.New(rand.NewPCG(uint64(f.Width), uint64(f.Depth)))
	top := float64(uint32(1)<<f.Depth - 1)
	for i := range n {
		a, b := frame.New(f), frame.New(f)
		for p := range f.Chroma.Planes() {
			w, h := f.PlaneSize(p)
			for y := range h {
				for x := range w {
					v := 0.5 + 0.45*math.Sin(float64(x*(p+1)+3*i)/5)*math.Cos(float64(y)/(4+float64(i)))
					d := random.NormFloat64() * 0.02 * float64(1+p+i)
					set(a, p, x, y, uint16(v*top))
					set(b, p, x, y, uint16(min(max(v+d, 0), 1)*top))
				}
			}
		}
		clean, noisy = append(clean, a), append(noisy, b)
	}
	return clean, noisy
}

func set(f *frame.Frame, plane, x, y int, v uint16) {
	w, _ := f.PlaneSize(plane)
	data := f.Plane(plane)
	if f.SampleBytes() == 1 {
		data[y*w+x] = byte(v)
		return
	}
	data[2*(y*w+x)], data[2*(y*w+x)+1] = byte(v), byte(v>>8)
}

func measure(t *testing.T, f frame.Format, a, b []*frame.Frame) figures {
	t.Helper()
	psnr, err := quality.NewPSNR(f)
	if err != nil {
		t.Fatal(err)
	}
	ssim, err := quality.NewSSIM(f)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if err := psnr.Add(a[i], b[i]); err != nil {
			t.Fatal(err)
		}
		if err := ssim.Add(b[i], a[i]); err != nil {
			t.Fatal(err)
		}
	}
	worst, _ := psnr.Worst()
	return figures{PSNR: psnr.Planes(), SSIM: ssim.Planes(), PSNRAverage: psnr.Average(), PSNRMin: worst, SSIMAverage: ssim.Average()}
}

func TestAgreesWithFFmpeg(t *testing.T) {
	golden := map[string]figures{}
	if *update {
		for _, c := range cases {
			golden[c.pixelFormat] = ask(t, c.format, c.pixelFormat)
		}
		data, err := json.MarshalIndent(golden, "", "\t")
		if err == nil {
			err = os.WriteFile(goldenFile, append(data, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(goldenFile)
	if err == nil {
		err = json.Unmarshal(data, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		want, ok := golden[c.pixelFormat]
		if !ok || len(want.PSNR) != c.format.Chroma.Planes() {
			t.Errorf("%s: no reference figures", c.pixelFormat)
			continue
		}
		clean, noisy := pictures(c.format, 3)
		got := measure(t, c.format, clean, noisy)
		near := func(what string, got, want, tolerance float64) {
			if !(math.Abs(got-want) <= tolerance) {
				t.Errorf("%s: %s is %.6f, ffmpeg says %.6f", c.pixelFormat, what, got, want)
			}
		}
		const rounding = 1e-6 // ffmpeg prints six decimals; its SSIM calculates in single precision
		for p := range want.PSNR {
			near(fmt.Sprint("PSNR of plane ", p), got.PSNR[p], want.PSNR[p], rounding)
			near(fmt.Sprint("SSIM of plane ", p), got.SSIM[p], want.SSIM[p], 10*rounding)
		}
		near("PSNR", got.PSNRAverage, want.PSNRAverage, rounding)
		near("lowest PSNR", got.PSNRMin, want.PSNRMin, rounding)
		near("SSIM", got.SSIMAverage, want.SSIMAverage, 10*rounding)
	}
}

// ask has ffmpeg measure a case.
func ask(t *testing.T, f frame.Format, pixelFormat string) figures {
	t.Helper()
	clean, noisy := pictures(f, 3)
	dir := t.TempDir()
	for name, frames := range map[string][]*frame.Frame{"a": clean, "b": noisy} {
		var raw []byte
		for _, fr := range frames {
			if f.Chroma == frame.RGB { // ffmpeg's planes are green, blue, red
				raw = append(append(append(raw, fr.Plane(1)...), fr.Plane(2)...), fr.Plane(0)...)
			} else {
				raw = append(raw, fr.Data...)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("testdata/reference.sh", filepath.Join(dir, "a"), filepath.Join(dir, "b"),
		fmt.Sprintf("%dx%d", f.Width, f.Height), pixelFormat).Output()
	if err != nil {
		t.Fatal(err)
	}
	// PSNR y:29.1 u:23.2 v:19.8 average:25.0 min:22.9 max:28.6
	// SSIM Y:0.98 (17.9) U:0.94 (12.4) V:0.89 (9.6) All:0.96 (14.1)
	var got figures
	for _, m := range regexp.MustCompile(`(?m)(\w+):([0-9.]+)`).FindAllStringSubmatch(string(out), -1) {
		v, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		switch m[1] {
		case "y", "u", "v", "r", "g", "b":
			got.PSNR = append(got.PSNR, v)
		case "Y", "U", "V", "R", "G", "B":
			got.SSIM = append(got.SSIM, v)
		case "average":
			got.PSNRAverage = v
		case "min":
			got.PSNRMin = v
		case "All":
			got.SSIMAverage = v
		}
	}
	if len(got.PSNR) != f.Chroma.Planes() || len(got.SSIM) != f.Chroma.Planes() {
		t.Fatalf("%s: ffmpeg said %q", pixelFormat, out)
	}
	return got
}
