package core

import (
	"context"
	"fmt"
	"image"
	"math"
)

// Scene is a small picture of a moment of a capture.
type Scene struct {
	Time    float64 // seconds from the capture's first picture
	Picture image.Image
}

// Height of scenes in pixels, and how many there can be.
const (
	sceneHeight = 54
	mostScenes  = 100
)

// Scenes gives n (1 to 100) small pictures, spread evenly over a capture, to each, as they are made: coarse first, so that a strip fills everywhere at once.
// They are kept among the thumbnails. It runs ffmpeg, one after the other: call it from a goroutine that may wait, and end ctx when they are not wanted
// any more.
func (s *Service) Scenes(ctx context.Context, path string, n int, each func(Scene)) (err error) {
	defer s.guard(path, &err)
	if n < 1 || n > mostScenes {
		return fmt.Errorf("%d scenes can't be made; 1 to %d can", n, mostScenes)
	}
	id, err := identity(path)
	if err != nil {
		return err
	}
	src, err := s.Probe(ctx, path, nil)
	if err != nil {
		return err
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return err
	}
	width := shownWidth(src, sceneHeight)
	for _, i := range coarseFirst(n) {
		at := src.Duration * (float64(i) + 0.5) / float64(n)
		key := fmt.Sprintf("scene\x00%s\x00%.3f\x00%d", id, at, width)
		m, ok := s.thumbnails.get(key)
		if !ok {
			pix, err := t.Picture(ctx, path, src.Video.Index, at, width, sceneHeight)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err != nil {
				continue // a place that can't be decoded is a gap in the strip
			}
			m = &image.NRGBA{Pix: pix, Stride: 4 * width, Rect: image.Rect(0, 0, width, sceneHeight)}
			s.thumbnails.add(key, m)
		}
		each(Scene{Time: at, Picture: m})
	}
	return nil
}

// coarseFirst orders 0..n-1 so that each next number lies where the gap is widest, about.
func coarseFirst(n int) []int {
	out := make([]int, 0, n)
	seen := make([]bool, n)
	for step := int(math.Exp2(math.Ceil(math.Log2(float64(n))))); step >= 1; step /= 2 {
		for i := step / 2; i < n; i += step {
			if !seen[i] {
				seen[i] = true
				out = append(out, i)
			}
		}
	}
	for i := range seen {
		if !seen[i] {
			out = append(out, i)
		}
	}
	return out
}
