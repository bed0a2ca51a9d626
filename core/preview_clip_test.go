package core_test

import (
	"context"
	"errors"
	"image"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// TestClip makes a clip, plays both sides to the end, and looks whether picture and sound are what and where they should be.
func TestClip(t *testing.T) {
	sample := tape.For(t, 2, "ntsc-vhs")["ntsc-vhs"]
	s := newService(t)
	r := quick(recipe.NetworkNone)
	r.Sound.Mode = recipe.SoundAuto
	c, err := s.PreviewClip(t.Context(), core.PreviewRequest{Path: sample.Path, Recipe: r, Time: 1.5, Length: 1}, nil)
	must(t, err)
	if c.Start > sample.Duration()-1+0.1 || c.Length != 1 || math.Abs(c.Rate-59.94) > 0.01 || c.Frames < 59 || c.Frames > 61 || !c.Sound || c.Width != 640 || c.Height != 480 {
		t.Errorf("the clip is %+v", c)
	}
	const w, h = 320, 240
	first := map[core.Side]int{}
	for _, side := range []core.Side{core.SideBefore, core.SideAfter} {
		p, err := c.Play(t.Context(), side, w, h, 0)
		must(t, err)
		m := image.NewRGBA(image.Rect(0, 0, w, h))
		n := int64(0)
		for {
			err := p.Next(m)
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
			if n == 10 {
				at := func(x, y int) float64 {
					r, g, b, _ := m.At(x, y).RGBA()
					return (0.3*float64(r) + 0.6*float64(g) + 0.1*float64(b)) / 257 * 4
				}
				got, ok := tape.ReadStripAt(at, w, h)
				if !ok {
					t.Errorf("side %d: picture 10 can't be read", side)
				}
				first[side] = got
			}
			n++
		}
		if n != c.Frames {
			t.Errorf("side %d played %d pictures of %d", side, n, c.Frames)
		}
		samples, block := 0, make([]byte, 4096)
		for {
			got, err := p.Samples(block)
			samples += got / 4
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
		}
		if samples < 47000 || samples > 49000 {
			t.Errorf("side %d played %d samples", side, samples)
		}
		p.Close()
		p.Close()
	}
	if first[core.SideBefore] != first[core.SideAfter] {
		t.Errorf("the sides are not in step: %v", first)
	}
	half, err := c.Play(t.Context(), core.SideAfter, w, h, 30)
	must(t, err)
	if math.Abs(half.Rate-29.97) > 0.01 {
		t.Errorf("half the rate is %g", half.Rate)
	}
	half.Close() // in the middle
	must(t, c.Close())
	must(t, c.Close())
	if used := s.TempUsed(); used != 0 {
		t.Errorf("%d bytes are left", used)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.PreviewClip(over, core.PreviewRequest{Path: sample.Path, Recipe: r}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that had ended gave %v", err)
	}
	if used := s.TempUsed(); used != 0 {
		t.Errorf("%d bytes are left", used)
	}
}

// TestScenes fills a strip from everywhere at once, and again from memory.
func TestScenes(t *testing.T) {
	s := newService(t)
	for round := range 2 {
		var times []float64
		must(t, s.Scenes(t.Context(), webcam(t), 8, func(c core.Scene) {
			times = append(times, c.Time)
			if b := c.Picture.Bounds(); b.Dy() != 54 || b.Dx() != 72 {
				t.Errorf("a scene is %v", b)
			}
		}))
		if len(times) != 8 || slices.IsSorted(times) || slices.Min(times) <= 0 || slices.Max(times) >= 1.1 {
			t.Errorf("round %d: scenes at %v", round, times)
		}
	}
	if err := s.Scenes(t.Context(), webcam(t), 0, func(core.Scene) {}); err == nil {
		t.Error("no scenes were made")
	}
}
