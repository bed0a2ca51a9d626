package tape_test

import (
	"fmt"
	"testing"

	"github.com/tapelight/tapelight/testdata/tape"
)

// checkStrips demands every moment exactly once and in order.
func checkStrips(t *testing.T, s tape.Spec, frames [][]byte, w, h int) {
	t.Helper()
	if len(frames) != s.OutputFrames {
		t.Errorf("%d frames, want %d", len(frames), s.OutputFrames)
	}
	for i, f := range frames {
		if n, ok := tape.ReadStrip(f, w, h); !ok || n != s.First+i {
			t.Errorf("frame %d carries moment %d (readable: %v), want %d", i, n, ok, s.First+i)
		}
	}
}

// Each sample, restored by its truth, shows every moment once and in order, keeps its colours, and flashes when it should.
func TestRestoredByItsTruth(t *testing.T) {
	for _, s := range tape.SpecsOf(seconds) {
		t.Run(s.Name, func(t *testing.T) {
			frames := decode(t, sample(t, s.Name).Path, right(s), "yuv444p", 3*s.Width*s.Height)
			checkStrips(t, s, frames, s.Width, s.Height)
			checkPatches(t, s, frames)
			checkFlashes(t, s, frames)
		})
	}
}

func checkPatches(t *testing.T, s tape.Spec, frames [][]byte) {
	t.Helper()
	means := patchMeans(frames, s.Width, s.Height)
	for i, p := range tape.Patches() {
		for c := range 3 {
			if d := means[i][c] - float64(p.Code[c]); d < -1.2 || d > 1.2 {
				t.Errorf("%s: code %d is %.2f, want %d", p.Name, c, means[i][c], p.Code[c])
			}
		}
	}
}

func checkFlashes(t *testing.T, s tape.Spec, frames [][]byte) {
	t.Helper()
	if len(s.SyncMoments()) == 0 {
		t.Error("no sync moments")
	}
	x0, y0, x1, y1 := tape.FlashPlace().Centre(0.5).Pixels(s.Width, s.Height)
	for k, f := range frames {
		want := false
		for _, m := range s.SyncMoments() {
			want = want || k >= m && k < m+s.FlashMoments()
		}
		got := planeMean(f, s.Width, x0, y0, x1, y1)
		if (got > (tape.FlashOn+tape.FlashOff)/2) != want {
			t.Errorf("moment %d: flash block is at %.0f, lit should be %v", k, got, want)
		}
	}
}

func TestStripSurvivesRestoration(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		w, h        int
	}{
		{"denoised", "hqdn3d=4:3:6:4.5", 720, 480},
		{"denoised hard and upscaled", "hqdn3d=8:6:12:9,scale=1440:960:flags=lanczos", 1440, 960},
		{"active area, square pixels", "crop=704:480:8:0,scale=1280:960", 1280, 960},
		{"head switching cropped", "crop=704:464:8:0,scale=640:480", 640, 480},
		{"one side cropped", "crop=700:472:0:8,scale=960:720", 960, 720},
		{"temporal mean of noise", "atadenoise=0a=0.04:0b=0.08:s=9", 720, 480},
		{"small", "scale=240:180:flags=area", 240, 180},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sample(t, "ntsc-vhs")
			checkStrips(t, s.Spec, decode(t, s.Path, right(s.Spec)+","+c.graph, "gray", c.w*c.h), c.w, c.h)
		})
	}
}

func TestStripOfTenBits(t *testing.T) {
	s := sample(t, "archive-422")
	for i, f := range decode(t, s.Path, right(s.Spec), "gray10le", 2*s.Width*s.Height) {
		if n, ok := tape.ReadStrip16(f, s.Width, s.Height, 10); !ok || n != i {
			t.Errorf("frame %d carries moment %d (readable: %v)", i, n, ok)
		}
	}
}

// A woven or blended picture shows two moments and must not be taken for one.
func TestMixedMomentsAreRefused(t *testing.T) {
	for name, graph := range map[string]string{"ntsc-vhs": "null", "webcam": "tblend=all_mode=average"} {
		t.Run(name, func(t *testing.T) {
			s := sample(t, name)
			frames := decode(t, s.Path, graph, "gray", s.Width*s.Height)
			if len(frames) < s.FileFrames-1 {
				t.Fatalf("%d frames, want at least %d", len(frames), s.FileFrames-1)
			}
			for i, f := range frames {
				if n, ok := tape.ReadStrip(f, s.Width, s.Height); ok {
					t.Errorf("frame %d of two moments was read as %d", i, n)
				}
			}
		})
	}
}

// The flags of ntsc-wrongorder lie: deinterlaced by them, the moments come out in pairs turned round.
func TestWrongOrderIsWrong(t *testing.T) {
	s := sample(t, "ntsc-wrongorder")
	frames := decode(t, s.Path, "bwdif=mode=send_field:parity=auto:deint=all", "gray", s.Width*s.Height)
	for i, f := range frames {
		if n, ok := tape.ReadStrip(f, s.Width, s.Height); ok && n != i^1 {
			t.Errorf("frame %d carries moment %d, want %d", i, n, i^1)
		}
	}
}

func planeMean(plane []byte, w, x0, y0, x1, y1 int) float64 {
	sum := 0
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			sum += int(plane[y*w+x])
		}
	}
	return float64(sum) / float64((x1-x0)*(y1-y0))
}

// patchMeans are the mean codes of every patch's centre over all frames.
func patchMeans(frames [][]byte, w, h int) [][3]float64 {
	out := make([][3]float64, len(tape.Patches()))
	for _, f := range frames {
		for i, p := range tape.Patches() {
			x0, y0, x1, y1 := p.Place.Centre(0.35).Pixels(w, h)
			for c := range 3 {
				out[i][c] += planeMean(f[c*w*h:], w, x0, y0, x1, y1) / float64(len(frames))
			}
		}
	}
	return out
}

// An independent converter must agree with what the patches say they are in BT.709.
func TestPatchesInBT709(t *testing.T) {
	for name, primaries := range map[string]string{"archive-422": "smpte170m", "pal-dv": "bt470bg"} {
		t.Run(name, func(t *testing.T) {
			s := sample(t, name)
			graph := fmt.Sprintf("%s,format=yuv444p12,zscale=matrixin=smpte170m:primariesin=%s:transferin=smpte170m:rangein=limited:"+
				"matrix=bt709:primaries=bt709:transfer=bt709:range=limited:dither=none", right(s.Spec), primaries)
			means := patchMeans(decode(t, s.Path, graph, "yuv444p", 3*s.Width*s.Height), s.Width, s.Height)
			for i, p := range tape.Patches() {
				want := p.Want709(s.System)
				for c := range 3 {
					if d := means[i][c] - want[c]; d < -1.5 || d > 1.5 {
						t.Errorf("%s: code %d is %.2f, want %.2f", p.Name, c, means[i][c], want[c])
					}
				}
			}
		})
	}
}
