package core

import (
	"context"
	"math"
	"slices"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/source"
)

// noiseSpan is how many seconds are looked at in each of noisePlaces.
const noiseSpan = 0.25

var noisePlaces = []float64{0.15, 0.35, 0.55, 0.75}

// captureNoise is the noise of a capture's picture: standard deviations in luma codes of 255.
type captureNoise struct {
	// moving is from frame to frame wherever the picture stands still, the median of several places; -1 where it could not be measured. A tape's noise is
	// smeared along the lines, so that one picture alone does not show it.
	moving float64
	// least is what differs from frame to frame when the camera's motion is undone, or from line to line, whichever is less, because what moves otherwise adds to
	// the one and texture to the other; the lowest quarter of the pictures looked at, because both may add all the same. 0 where it could not be measured.
	least float64
}

// leastNoise stands for none at all: 0 would say that it was not measured.
const leastNoise = 0.01

// noise looks at some pictures of a capture, once; what it finds is kept with the previews.
func (s *Service) noise(ctx context.Context, src *source.Source) (captureNoise, error) {
	id, err := identity(src.Path)
	if err != nil {
		return captureNoise{}, err
	}
	kept, key := s.previews(), "noise\x00"+id
	if known, ok := cached[captureNoise](kept, key); ok {
		return known, nil
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return captureNoise{}, err
	}
	n, err := noiseOf(ctx, t, src)
	if err != nil {
		return captureNoise{}, err
	}
	kept.add(key, n, 64)
	return n, nil
}

// noiseOf fails where ctx ends.
func noiseOf(ctx context.Context, t *ffmpeg.Tools, src *source.Source) (captureNoise, error) {
	v := src.Video
	var moving, least []float64
	for _, place := range noisePlaces {
		var last []byte
		w := ffmpeg.Window{Stream: v.Index, Start: place * max(0, src.Duration-noiseSpan), Span: noiseSpan, Width: v.Width, Height: v.Height}
		// A place that can't be decoded says nothing.
		_, _ = t.Look(ctx, src.Path, w, func(luma []byte) error {
			if last != nil {
				if over, still := frameNoise(last, luma, v.Width, v.Height); still {
					moving = append(moving, over)
				}
				if across, ok := lineNoise(luma, v.Width, v.Height); ok {
					if over, still := panNoise(last, luma, v.Width, v.Height); still {
						across = min(over, across)
					}
					least = append(least, across)
				}
			}
			last = append(last[:0], luma...)
			return nil
		})
		if ctx.Err() != nil {
			return captureNoise{}, context.Cause(ctx)
		}
	}
	n := captureNoise{moving: -1}
	if len(moving) > 0 {
		slices.Sort(moving)
		n.moving = moving[len(moving)/2]
	}
	if len(least) > 0 {
		slices.Sort(least)
		n.least = max(leastNoise, least[len(least)/4])
	}
	return n, nil
}

const (
	stillBlock   = 16  // width and height of the blocks, in samples
	stillShare   = 0.2 // of the blocks is taken to stand still: those that differ least
	darkest      = 12  // blocks darker than this, or lighter than lightest, are clipped, and show less noise than there is
	lightest     = 243
	fewestBlocks = 20
)

// frameNoise is the standard deviation of the noise of two successive frames (luma, rows of w samples), from the blocks that change least; a block's change of
// brightness as a whole does not count. It is false where there are not enough blocks. Identical frames, which are a repeated one, say nothing either.
func frameNoise(a, b []byte, w, h int) (float64, bool) {
	still, most, ok := blockNoise(a, w, h, 0, func(at int) float64 { return float64(a[at]) - float64(b[at]) })
	return still / math.Sqrt2, ok && most > 0 // two noises add up in a difference
}

// lineNoise is the standard deviation of the noise of one picture (luma, rows of w samples) from every second line, in the blocks where they differ least: their
// second difference, in which slopes drop out, has six times the variance of noise that lines don't share. Every second line, because neighbours may be of
// different moments, and where they are not, a soft camera's noise is shared by them. It is false where there are not enough blocks.
func lineNoise(a []byte, w, h int) (float64, bool) {
	const step = 2
	flat, _, ok := blockNoise(a, w, h, step, func(at int) float64 {
		return float64(a[at-step*w]) - 2*float64(a[at]) + float64(a[at+step*w])
	})
	return flat / math.Sqrt(6), ok
}

// blockNoise is the standard deviation of a difference in the blocks of picture a where it is least, the median of those, and in the block where it is most.
// margin lines at the top and the bottom have no difference. It is false where there are not enough blocks.
func blockNoise(a []byte, w, h, margin int, difference func(at int) float64) (still, most float64, ok bool) {
	var found []float64
	for y := margin; y+stillBlock+margin <= h; y += stillBlock {
		for x := 0; x+stillBlock <= w; x += stillBlock {
			var sum, squares, level float64
			for r := y; r < y+stillBlock; r++ {
				for at := r*w + x; at < r*w+x+stillBlock; at++ {
					d := difference(at)
					sum, squares, level = sum+d, squares+d*d, level+float64(a[at])
				}
			}
			const n = blockSamples
			if level /= n; level < darkest || level > lightest {
				continue
			}
			found = append(found, math.Sqrt(max(0, squares/n-sum*sum/n/n)))
		}
	}
	still, ok = calmest(found)
	if !ok {
		return 0, 0, false
	}
	return still, slices.Max(found), true
}

// calmest is the median deviation of the blocks that are taken to stand still: those of which it is least. It sorts what it is given. It is false where there are not enough blocks.
func calmest(found []float64) (float64, bool) {
	if len(found) < fewestBlocks {
		return 0, false
	}
	slices.Sort(found)
	least := found[:max(1, int(float64(len(found))*stillShare))]
	return least[len(least)/2], true
}
