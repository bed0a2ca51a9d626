package ffmpeg

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseIdetReadsTheSummary(t *testing.T) {
	got := ParseIdet(string(recorded(t, "idet-wrongorder.txt")))
	want := IdetStats{RepeatedNone: 30, Single: IdetCounts{TFF: 30}, Multi: IdetCounts{TFF: 30}}
	if got != want || got.Frames() != 30 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParseIdetAddsRebuiltGraphsAndIgnoresImitations(t *testing.T) {
	const in = "  title : [Parsed_idet_0 @ 0x1] Multi frame detection: TFF: 9999\n" +
		"[Parsed_idet_3 @ 0x1] Repeated Fields: Neither: 1 Top: 2 Bottom: 3\r\n" +
		"[Parsed_idet_3 @ 0x1] Single frame detection: TFF: 1 BFF: 2 Progressive: 3 Undetermined: 4\n" +
		"[Parsed_idet_3 @ 0x1] Multi frame detection: TFF: 5 BFF: 6 Progressive: 7 Undetermined: 8\n" +
		"[Parsed_idet_0 @ 0x2] Multi frame detection: TFF: 10 BFF: 0 Progressive: 0 Undetermined: 99999999999999\n"
	want := IdetStats{RepeatedNone: 1, RepeatedTop: 2, RepeatedBottom: 3, Single: IdetCounts{1, 2, 3, 4}, Multi: IdetCounts{15, 6, 7, 8}}
	if got := ParseIdet(in); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The detector must report the order of the lines themselves, whatever the flags claim: the whole verdict on wrongly flagged captures
// rests on it.
func TestIdetSeesThroughFlags(t *testing.T) {
	tools := installed(t)
	for _, c := range []struct{ truth, flag string }{{"interleave_top", "bff"}, {"interleave_bottom", "tff"}, {"interleave_top", "prog"}, {"interleave_bottom", "prog"}} {
		path := filepath.Join(t.TempDir(), "lie.avi")
		cmd := exec.CommandContext(t.Context(), tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=352x288:r=50", "-t", "0.8",
			"-vf", "tinterlace=mode="+c.truth+",setfield="+c.flag, "-c:v", "mpeg2video", "-flags", "+ildct", "-q:v", "3", path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		s, err := tools.Idet(t.Context(), path, 0, 0, 5)
		if err != nil {
			t.Fatal(err)
		}
		right, wrong := s.Multi.TFF, s.Multi.BFF
		if c.truth == "interleave_bottom" {
			right, wrong = wrong, right
		}
		if s.Frames() != 20 || right < 15 || wrong > 0 {
			t.Errorf("%s flagged %s: %+v", c.truth, c.flag, s)
		}
	}
}

func TestLookHandsOutLumaInPlace(t *testing.T) {
	tools := installed(t)
	path := filepath.Join(t.TempDir(), "lines.nut")
	// Even lines dark, odd lines light: cropping and scaling must not mix or swap them.
	cmd := exec.CommandContext(t.Context(), tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "color=black:s=128x96:r=25,format=yuv420p", "-t", "0.4",
		"-vf", "geq=lum='40+160*mod(Y,2)':cb=128:cr=128", "-c:v", "ffv1", path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	frames := 0
	w := Window{Start: 0, Span: 10, Width: 32, Height: 88, Crop: 4}
	_, err := tools.Look(t.Context(), path, w, func(luma []byte) error {
		frames++
		for y := range w.Height {
			for _, v := range luma[y*w.Width : (y+1)*w.Width] {
				if light := v > 128; light != (y%2 == 1) {
					t.Fatalf("line %d holds %d", y, v)
				}
			}
		}
		return nil
	})
	if err != nil || frames != 10 {
		t.Errorf("%d frames, %v", frames, err)
	}
	stop := errors.New("enough")
	if _, err = tools.Look(t.Context(), path, w, func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a reader that stops: %v", err)
	}
	if _, err = tools.Idet(t.Context(), path+".gone", 0, 0, 1); err == nil || !strings.Contains(err.Error(), "No such file") {
		t.Errorf("missing file: %v", err)
	}
}

func FuzzParseIdet(f *testing.F) {
	f.Add(string(recorded(f, "idet-wrongorder.txt")))
	f.Fuzz(func(t *testing.T, in string) {
		if s := ParseIdet(in); s.Frames() < 0 || s.Multi.TFF < 0 {
			t.Errorf("%+v", s)
		}
	})
}
