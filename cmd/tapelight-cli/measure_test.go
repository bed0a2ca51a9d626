package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMeasure restores a capture without its network and measures it against the capture: at the same size, twice the size, and a part.
func TestMeasure(t *testing.T) {
	home(t)
	capture := webcam(t)
	dir := t.TempDir()
	type figures struct {
		Pictures, Width int
		PSNRAll         *float64 `json:"psnr_all_db"`
		SSIMAll         *float64 `json:"ssim_all"`
		Alignment       struct{ Frames int }
	}
	of := func(args ...string) (f figures) {
		t.Helper()
		r := call(t, append([]string{"measure", "--json"}, args...)...)
		if r.code != exitOK {
			t.Fatalf("%+v", r)
		}
		if err := json.Unmarshal([]byte(r.stdout), &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	self := of(capture, capture)
	if self.PSNRAll != nil || self.Pictures == 0 || *self.SSIMAll < 0.999999 {
		t.Errorf("against itself: %+v", self)
	}
	same, big := filepath.Join(dir, "same.mkv"), filepath.Join(dir, "big.mkv")
	for _, args := range [][]string{{"-o", same}, {"-o", big, "--height", "960"}} {
		args = append([]string{"restore", "--network", "none", "--denoise", "0", "--height", "0", "--encoder", "x264", "--speed", "fast", "--quality", "90", "--sound", "off"}, append(args, capture)...)
		if r := call(t, args...); r.code != exitOK {
			t.Fatalf("%+v", r)
		}
	}
	a, b := of(capture, same), of("--as-they-are", capture, big)
	if a.Pictures != self.Pictures || a.PSNRAll == nil || *a.PSNRAll < 36 || a.Alignment.Frames != 0 {
		t.Errorf("the same size: %+v", a)
	}
	if b.Width != self.Width || b.PSNRAll == nil || *b.PSNRAll < 30 {
		t.Errorf("enlarged: %+v", b)
	}
	if part := of("--start", "0.5", "--duration", "0.2", capture, same); part.Pictures < 5 || part.Pictures > 7 || *part.PSNRAll < 36 {
		t.Errorf("a part: %+v", part)
	}
	if r := call(t, "measure", capture, same); r.code != exitOK || !strings.Contains(r.stdout, "PSNR ") || !strings.Contains(r.stdout, " dB") || !strings.Contains(r.stdout, "Sharpness") {
		t.Errorf("%+v", r)
	}
}

func TestMeasureSaysWhatIsWrong(t *testing.T) {
	home(t)
	capture := webcam(t)
	sound := filepath.Join(t.TempDir(), "no-picture.mkv")
	if err := os.WriteFile(sound, []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, "the reference is missing"},
		{[]string{"a"}, exitUsage, "the video to measure is missing"},
		{[]string{"a", "b", "c"}, exitUsage, `"c" is one argument too many`},
		{[]string{"--start", "soon", "a", "b"}, exitUsage, "--start"},
		{[]string{capture, filepath.Join(t.TempDir(), "none.mkv")}, exitFailed, "none.mkv"},
		{[]string{capture, sound}, exitFailed, "no-picture.mkv"},
		{[]string{"--start", "100", capture, capture}, exitFailed, "no pictures to compare"},
	} {
		if r := call(t, append([]string{"measure"}, c.args...)...); r.code != c.code || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%v: %+v", c.args, r)
		}
	}
}

func TestMeasureHelp(t *testing.T) {
	home(t)
	golden(t, "help-measure.txt", call(t, "measure", "--help").stdout)
}
