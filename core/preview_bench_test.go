package core_test

import (
	"context"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// benchTB lets a benchmark use the samples.
type benchTB struct {
	*testing.B
	ctx context.Context
}

func (b benchTB) Context() context.Context { return b.ctx }

// BenchmarkPreview is how long the window waits after a change of the recipe: a worn NTSC tape that has been read, to 1440x1080, a moment in the middle.
func BenchmarkPreview(b *testing.B) {
	sample := tape.For(benchTB{b, b.Context()}, 4, "ntsc-vhs")["ntsc-vhs"]
	for name, change := range map[string]func(*recipe.Recipe, int){
		"network":   func(r *recipe.Recipe, i int) { r.Upscale.Strength = 100 - i%50 },
		"resampler": func(r *recipe.Recipe, i int) { r.Upscale.Network, r.Picture.Denoise = recipe.NetworkNone, 1+i%90 },
		"sharpen":   func(r *recipe.Recipe, i int) { r.Picture.Sharpen = 1 + i%90 },
		"moment":    nil,
	} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			s, err := core.New(core.Options{ConfigDir: dir, CacheDir: dir})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			req := core.PreviewRequest{Path: sample.Path, Recipe: recipe.Default(), Time: 2}
			if _, err := s.PreviewFrame(b.Context(), req); err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				if change != nil {
					change(&req.Recipe, i)
				} else {
					req.Time = 0.5 + float64(i%200)/60
				}
				if _, err := s.PreviewFrame(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
