package core_test

import (
	"errors"
	"image"
	"io"
	"math"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// TestClipBeginsWhereAsked holds a clip's first pictures, on both sides, to the moment that was asked for: within a group of pictures of a program stream,
// where seeks land late.
func TestClipBeginsWhereAsked(t *testing.T) {
	sample := tape.For(t, 2, "ntsc-vhs")["ntsc-vhs"]
	s := newService(t)
	const start = 0.8
	c, err := s.PreviewClip(t.Context(), core.PreviewRequest{Path: sample.Path, Recipe: quick(recipe.NetworkNone), Time: start, Length: 0.3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	want := sample.First + 2*int(math.Round(c.Start*sample.FileRate.Float()))
	for _, side := range []core.Side{core.SideBefore, core.SideAfter} {
		p, err := c.Play(t.Context(), side, c.Width, c.Height, 0)
		if err != nil {
			t.Fatal(err)
		}
		m := image.NewRGBA(image.Rect(0, 0, c.Width, c.Height))
		for n := 0; ; n++ {
			if err := p.Next(m); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			at := func(x, y int) float64 {
				r, g, b, _ := m.At(x, y).RGBA()
				return (0.3*float64(r) + 0.6*float64(g) + 0.1*float64(b)) / 257 * 4
			}
			if got, ok := tape.ReadStripAt(at, c.Width, c.Height); !ok || got != want+n {
				t.Errorf("side %d: picture %d is number %d (%v) of the tape, want %d", side, n, got, ok, want+n)
				break
			}
		}
		p.Close()
	}
}
