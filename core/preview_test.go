package core_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// shows decodes picture n of a lossless output as a screen would show it.
func shows(t *testing.T, path string, n int64, w, h int) *image.RGBA {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	graph := fmt.Sprintf("select=eq(n\\,%d),scale=flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix=bt709:in_range=limited:out_range=full,format=rgba", n)
	m.Pix = output(t, "ffmpeg", "-v", "error", "-i", "file:"+path, "-map", "0:v:0", "-vf", graph, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba", "-")
	if len(m.Pix) != 4*w*h {
		t.Fatalf("picture %d of %s has %d bytes, want %dx%d", n, path, len(m.Pix), w, h)
	}
	return m
}

// apart is the largest difference of two pictures, of 255, and the share of samples that differ.
func apart(a, b *image.RGBA) (worst int, share float64) {
	n := 0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i])
		if d < 0 {
			d = -d
		}
		worst = max(worst, d)
		if d > 0 {
			n++
		}
	}
	return worst, float64(n) / float64(len(a.Pix))
}

// TestPreviewIsTheRun holds previews against a lossless run of the same plan, at the beginning, the end and between, field by field.
func TestPreviewIsTheRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	still := quick(recipe.NetworkNone) // no temporal denoiser: exactly the same
	still.Picture.Denoise = 0
	worn := quick(recipe.NetworkNone)
	worn.Picture.Denoise, worn.Picture.Deblock, worn.Picture.Sharpen, worn.Picture.MaskBottom, worn.Upscale.Height = 80, true, 40, 8, 540
	for _, c := range []struct {
		sample, name string
		recipe       recipe.Recipe
		worst        int
	}{
		{"ntsc-vhs", "plain", still, 0},
		{"ntsc-vhs", "everything", worn, 3},
		{"pal-dv", "network", quick(recipe.NetworkAuto), 3},
		{"film-hard", "plain", still, 0},
		{"archive-422", "plain", still, 0},
		{"webcam", "plain", still, 0},
		{"webcam", "network", quick(recipe.NetworkAuto), 3},
		{"film-hard", "network", quick(recipe.NetworkAuto), 3},
	} {
		t.Run(c.sample+"/"+c.name, func(t *testing.T) {
			sample := tape.For(t, sampleSeconds, c.sample)[c.sample]
			s := newService(t)
			out := filepath.Join(t.TempDir(), "out.mkv")
			if _, err := s.Restore(t.Context(), core.Request{Path: sample.Path, Recipe: c.recipe, Output: out}, nil); err != nil {
				t.Fatal(err)
			}
			last := int64(sample.OutputFrames) - 1
			for _, n := range []int64{1, last - 3, last} {
				at := (float64(n) + 0.5) / sample.OutputRate.Float()
				f, err := s.PreviewFrame(t.Context(), core.PreviewRequest{Path: sample.Path, Recipe: c.recipe, Time: at})
				if err != nil {
					t.Fatal(err)
				}
				if f.Index != n || f.Total != last+1 || f.Before.Rect != f.After.Rect {
					t.Errorf("picture %d of %d, %v and %v; want %d of %d", f.Index, f.Total, f.Before.Rect, f.After.Rect, n, last+1)
				}
				worst, share := apart(f.After, shows(t, out, n, f.After.Rect.Dx(), f.After.Rect.Dy()))
				t.Logf("picture %d: differs by %d at most, in %.5f of samples; %v", n, worst, share, f.Took)
				if worst > c.worst {
					t.Errorf("picture %d differs from the run's by %d of 255 in %.4f of its samples, %d allowed", n, worst, share, c.worst)
				}
				for name, m := range map[string]*image.RGBA{"before": f.Before, "after": f.After} {
					at := func(x, y int) float64 { // luma is near enough to read black and white by
						r, g, b, _ := m.At(x, y).RGBA()
						return (0.3*float64(r) + 0.6*float64(g) + 0.1*float64(b)) / 257 * 4
					}
					if got, ok := tape.ReadStripAt(at, m.Rect.Dx(), m.Rect.Dy()); !ok || got != sample.First+int(n) {
						t.Errorf("%s shows picture %d (%v), want %d", name, got, ok, sample.First+int(n))
					}
				}
			}
		})
	}
}

func TestPreviewIsKept(t *testing.T) {
	sample := tape.For(t, 2, "ntsc-vhs")["ntsc-vhs"]
	s := newService(t)
	req := core.PreviewRequest{Path: sample.Path, Recipe: quick(recipe.NetworkNone), Time: 1}
	a, err := s.PreviewFrame(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Recipe.Sound.Mode, req.Recipe.Output.Quality = recipe.SoundOff, 90 // which show in no picture
	b, err := s.PreviewFrame(t.Context(), req)
	if err != nil || b.Before != a.Before || b.After != a.After {
		t.Errorf("the same picture was made twice: %v", err)
	}
	req.Recipe.Picture.Denoise = 90
	c, err := s.PreviewFrame(t.Context(), req)
	if err != nil || c.Before != a.Before || bytes.Equal(c.After.Pix, a.After.Pix) {
		t.Errorf("another recipe has to change the one picture alone: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(sample.Path)); err != nil {
		t.Fatal(err)
	} else {
		for _, e := range entries {
			if bytes.Contains([]byte(e.Name()), []byte("restored")) {
				t.Errorf("%s was left", e.Name())
			}
		}
	}
}

func TestPreviewEnds(t *testing.T) {
	sample := tape.For(t, 2, "ntsc-vhs")["ntsc-vhs"]
	s := newService(t)
	if _, err := s.Probe(t.Context(), sample.Path, nil); err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	req := core.PreviewRequest{Path: sample.Path, Recipe: quick(recipe.NetworkAuto), Time: 1.5, View: "centre"}
	if _, err := s.PreviewFrame(over, req); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that had ended gave %v", err)
	}
	// Of many requests of one view the newest is shown; older ones are superseded, or were done before.
	const many = 12
	results := make(chan error, many)
	for i := range many {
		req := req
		req.Recipe.Picture.Sharpen = i
		go func() {
			f, err := s.PreviewFrame(t.Context(), req)
			if err == nil && (f.After == nil || f.Before == nil) {
				err = errors.New("a picture is missing")
			}
			results <- err
		}()
	}
	shown := 0
	for range many {
		switch err := <-results; {
		case err == nil:
			shown++
		case !errors.Is(err, core.ErrSuperseded):
			t.Error(err)
		}
	}
	if shown < 1 {
		t.Error("no request was answered")
	}
	t.Logf("%d of %d were answered", shown, many)
	bad := req
	bad.Path = filepath.Join(t.TempDir(), "none.avi")
	if _, err := s.PreviewFrame(t.Context(), bad); err == nil {
		t.Error("a missing file was shown")
	}
	bad = req
	bad.Time = -1
	if _, err := s.PreviewFrame(t.Context(), bad); err == nil {
		t.Error("a moment before the beginning was shown")
	}
}
