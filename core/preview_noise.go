package core

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/source"
)

// noiseSpan is how many seconds are looked at in each of noisePlaces.
const noiseSpan = 0.25

var noisePlaces = []float64{0.15, 0.35, 0.55, 0.75}

// noiseOf is the standard deviation of a capture's noise over time, in luma codes of 255: the median of several places. A tape's noise is smeared along the
// lines, so that one picture alone does not show it; from frame to frame it does, wherever the picture stands still.
func noiseOf(ctx context.Context, t *ffmpeg.Tools, src *source.Source) (float64, error) {
	v := src.Video
	all, err := noises(ctx, t, src, func(a, b []byte) (float64, bool) { return frameNoise(a, b, v.Width, v.Height) })
	if err != nil {
		return 0, err
	}
	return all[len(all)/2], nil
}

// noises are what measure gives for successive frames (luma, rows of the capture's width) of some places, sorted.
func noises(ctx context.Context, t *ffmpeg.Tools, src *source.Source, measure func(a, b []byte) (float64, bool)) ([]float64, error) {
	v := src.Video
	var all []float64
	for _, place := range noisePlaces {
		var last []byte
		w := ffmpeg.Window{Stream: v.Index, Start: place * max(0, src.Duration-noiseSpan), Span: noiseSpan, Width: v.Width, Height: v.Height}
		_, err := t.Look(ctx, src.Path, w, func(luma []byte) error {
			if last != nil {
				if n, ok := measure(last, luma); ok {
					all = append(all, n)
				}
			}
			last = append(last[:0], luma...)
			return nil
		})
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			continue // a place that can't be decoded says nothing
		}
	}
	if len(all) == 0 {
		return nil, errors.New("no picture could be looked at")
	}
	slices.Sort(all)
	return all, nil
}

const (
	stillBlock   = 16  // width and height of the blocks, in samples
	stillShare   = 0.2 // of the blocks is taken to stand still: those that change least
	darkest      = 12  // blocks darker than this, or lighter than lightest, are clipped, and show less noise than there is
	lightest     = 243
	fewestBlocks = 20
)

// frameNoise is the standard deviation of the noise of two successive frames (luma, rows of w samples), from the blocks that change least; a block's change of
// brightness as a whole does not count. It is false where there are not enough blocks. Identical frames, which are a repeated one, say nothing either.
func frameNoise(a, b []byte, w, h int) (float64, bool) {
	var found []float64
	for y := 0; y+stillBlock <= h; y += stillBlock {
		for x := 0; x+stillBlock <= w; x += stillBlock {
			var sum, squares, level float64
			for r := y; r < y+stillBlock; r++ {
				rowA, rowB := a[r*w+x:r*w+x+stillBlock], b[r*w+x:r*w+x+stillBlock]
				for i := range rowA {
					d := float64(rowA[i]) - float64(rowB[i])
					sum, squares, level = sum+d, squares+d*d, level+float64(rowA[i])
				}
			}
			const n = stillBlock * stillBlock
			if level /= n; level < darkest || level > lightest {
				continue
			}
			found = append(found, math.Sqrt(max(0, squares/n-sum*sum/n/n)/2)) // two noises add up in a difference
		}
	}
	if len(found) < fewestBlocks {
		return 0, false
	}
	slices.Sort(found)
	still := found[:max(1, int(float64(len(found))*stillShare))]
	if found[len(found)-1] == 0 {
		return 0, false
	}
	return still[len(still)/2], true
}
