package core_test

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// TestEstimate reckons first, learns from a run, and remembers it in the next service.
func TestEstimate(t *testing.T) {
	sample := tape.For(t, sampleSeconds, "ntsc-vhs")["ntsc-vhs"]
	dir := t.TempDir()
	open := func() *core.Service {
		s, err := core.New(core.Options{ConfigDir: filepath.Join(dir, "config"), CacheDir: filepath.Join(dir, "cache")})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	r := recipe.Default()
	r.Output.Encoder, r.Output.Speed = "x264", recipe.SpeedFast
	req := core.Request{Path: sample.Path, Recipe: r, Output: filepath.Join(dir, "out.mkv")}
	estimate := func(s *core.Service, req core.Request) core.Estimate {
		e, err := s.Estimate(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if e.Time <= 0 || e.Size <= 0 || e.Memory == 0 || e.FPS <= 0 || !strings.HasPrefix(e.Words, "About ") {
			t.Errorf("%+v", e)
		}
		return e
	}
	first := estimate(s, req)
	if first.Basis != core.BasisReckoned || first.Measured || first.Frames != int64(sample.OutputFrames) {
		t.Errorf("before any run: %+v", first)
	}
	slow := req
	slow.Recipe.Output.Encoder, slow.Recipe.Output.Speed = "x265", recipe.SpeedSlow
	if e := estimate(s, slow); e.Time <= first.Time {
		t.Errorf("x265 slow would take %v, x264 fast %v", e.Time, first.Time)
	}
	half := req
	half.Length = sampleSeconds / 2
	if e := estimate(s, half); e.Time > first.Time*6/10 || e.Size > first.Size*7/10 {
		t.Errorf("half of it would take %v and %d bytes, the whole %v and %d", e.Time, e.Size, first.Time, first.Size)
	}
	p, err := s.Plan(t.Context(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	report, err := s.Run(t.Context(), p, req, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.NoteRun(p, report)
	s.NoteRun(nil, nil)
	learnt := estimate(s, req)
	if learnt.Basis != core.BasisMeasured || !learnt.Measured {
		t.Errorf("after a run: %+v", learnt)
	}
	if ratio := learnt.Time.Seconds() / report.Wall; ratio < 0.97 || ratio > 1.03 {
		t.Errorf("the same run again is foreseen to take %v; it took %.2f s", learnt.Time, report.Wall)
	}
	if ratio := float64(learnt.Size) / float64(report.Size); ratio < 0.97 || ratio > 1.03 {
		t.Errorf("the same file again is foreseen to take %d bytes; it took %d", learnt.Size, report.Size)
	}
	if e := estimate(s, slow); e.Basis != core.BasisPartly {
		t.Errorf("another encoder: %+v", e)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.Close()
	if e := estimate(s, req); e != learnt {
		t.Errorf("the next time it is %+v, was %+v", e, learnt)
	}
	req.Recipe.Upscale.Height = 1
	if _, err := s.Estimate(t.Context(), req); err == nil {
		t.Error("a recipe that can't be was estimated")
	}
}

func TestSavePNG(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "frame ü.png")
	m := image.NewRGBA(image.Rect(0, 0, 7, 5))
	m.SetRGBA(3, 2, color.RGBA{10, 20, 30, 255})
	if err := core.SavePNG(m, path, false); err != nil {
		t.Fatal(err)
	}
	other := image.NewRGBA(image.Rect(0, 0, 2, 2))
	var there *core.ExistsError
	if err := core.SavePNG(other, path, false); !errors.As(err, &there) || there.Path != path {
		t.Errorf("a file that was there: %v", err)
	}
	size := func() image.Point {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		got, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		return got.Bounds().Size()
	}
	if got := size(); got != (image.Point{7, 5}) {
		t.Errorf("the picture is %v", got)
	}
	if err := core.SavePNG(other, path, true); err != nil || size() != (image.Point{2, 2}) {
		t.Errorf("asked to replace it: %v", err)
	}
	for _, bad := range []string{filepath.Join(dir, "none", "x.png"), dir} {
		if err := core.SavePNG(m, bad, bad != dir); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := core.SavePNG(nil, path+"2", false); err == nil {
		t.Error("nothing was saved")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v", entries, err)
	}
}
