package core

import (
	"context"
	"math"
	"slices"

	"github.com/tapelight/tapelight/core/source"
)

// leastNoise stands for none at all: 0 would say that it was not measured.
const leastNoise = 0.01

// networkNoise is a capture's noise for a plan, 0 where it can't be measured: the standard deviation in codes of 255, over time or from line to line, whichever is
// less, because motion adds to the one and texture to the other; the lowest quarter of the pictures looked at, because both may add all the same. It is kept with
// the previews.
func (s *Service) networkNoise(ctx context.Context, src *source.Source) (float64, error) {
	id, err := identity(src.Path)
	if err != nil {
		return 0, err
	}
	kept, key := s.previews(), "noise\x00"+id
	if known, ok := cached[float64](kept, key); ok {
		return known, nil
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return 0, err
	}
	v, noise := src.Video, 0.0
	all, err := noises(ctx, t, src, func(a, b []byte) (float64, bool) {
		over, still := frameNoise(a, b, v.Width, v.Height)
		across, flat := lineNoise(b, v.Width, v.Height)
		if !still {
			over = math.Inf(1)
		}
		return min(over, across), flat
	})
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if err == nil {
		noise = max(leastNoise, all[len(all)/4])
	}
	kept.add(key, noise, 64)
	return noise, nil
}

// lineNoise is the standard deviation of the noise of one picture (luma, rows of w samples) from every second line, in the blocks where they differ least: their
// second difference, in which slopes drop out, has six times the variance of noise that lines don't share. Every second line, because neighbours may be of
// different moments, and where they are not, a soft camera's noise is shared by them. It is false where there are not enough blocks.
func lineNoise(a []byte, w, h int) (float64, bool) {
	const step = 2
	var found []float64
	for y := step; y+stillBlock+step <= h; y += stillBlock {
		for x := 0; x+stillBlock <= w; x += stillBlock {
			var sum, squares, level float64
			for r := y; r < y+stillBlock; r++ {
				for c := x; c < x+stillBlock; c++ {
					d := float64(a[(r-step)*w+c]) - 2*float64(a[r*w+c]) + float64(a[(r+step)*w+c])
					sum, squares, level = sum+d, squares+d*d, level+float64(a[r*w+c])
				}
			}
			const n = stillBlock * stillBlock
			if level /= n; level < darkest || level > lightest {
				continue
			}
			found = append(found, math.Sqrt(max(0, squares/n-sum*sum/n/n)/6))
		}
	}
	if len(found) < fewestBlocks {
		return 0, false
	}
	slices.Sort(found)
	still := found[:max(1, int(float64(len(found))*stillShare))]
	return still[len(still)/2], true
}
