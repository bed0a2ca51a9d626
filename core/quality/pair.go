// Package quality is the measuring sticks: how far a picture is from a reference (PSNR, SSIM) and how noisy it is. The definitions are
// those of ffmpeg's filters psnr and ssim, so that figures can be compared.
package quality

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/tapelight/tapelight/core/frame"
)

// MismatchError says that two frames can't be compared.
type MismatchError struct{ Want, Got frame.Format }

func (e *MismatchError) Error() string {
	return fmt.Sprintf("can't compare frames: one is %v, the other %v", e.Want, e.Got)
}

// pairs is what all measures over pairs of frames have in common.
type pairs struct {
	format frame.Format
	frames int
	sum    []float64 // of each plane's figure over all frames
	weight []float64 // of each plane in the figure of the whole frame: its share of the samples
}

func newPairs(f frame.Format) (pairs, error) {
	if err := f.Validate(); err != nil {
		return pairs{}, err
	}
	n := f.Chroma.Planes()
	p := pairs{format: f, sum: make([]float64, n), weight: make([]float64, n)}
	for i := range n {
		w, h := f.PlaneSize(i)
		p.weight[i] = float64(w*h) / float64(f.Bytes()/f.SampleBytes())
	}
	return p, nil
}

// check refuses frames of another format, or whose data is not of the size that their format says.
func (p *pairs) check(a, b *frame.Frame) error {
	for _, f := range []*frame.Frame{a, b} {
		if f.Format != p.format {
			return &MismatchError{p.format, f.Format}
		}
		if len(f.Data) != f.Bytes() {
			return fmt.Errorf("a frame of %v holds %d bytes instead of %d", f.Format, len(f.Data), f.Bytes())
		}
	}
	return nil
}

// Frames is the number of pairs measured so far.
func (p *pairs) Frames() int { return p.frames }

// mean is each plane's figure over all frames; NaN before the first.
func (p *pairs) mean() []float64 {
	out := make([]float64, len(p.sum))
	for i, s := range p.sum {
		out[i] = s / float64(p.frames)
	}
	return out
}

// whole is the figure of a whole frame from those of its planes.
func (p *pairs) whole(planes []float64) (sum float64) {
	for i, v := range planes {
		sum += p.weight[i] * v
	}
	return sum
}

// peak is the largest sample value.
func peak(f frame.Format) float64 { return float64(uint32(1)<<f.Depth - 1) }

// decibels is 10*log10(v); +Inf for a perfect match is what the caller gives as v.
func decibels(v float64) float64 { return 10 * math.Log10(v) }

// row widens line y of a plane of width w to dst.
func row(dst []int32, plane []byte, y, w, sampleBytes int) {
	line := plane[y*w*sampleBytes : (y+1)*w*sampleBytes]
	if sampleBytes == 1 {
		for x := range dst {
			dst[x] = int32(line[x])
		}
		return
	}
	for x := range dst {
		dst[x] = int32(binary.LittleEndian.Uint16(line[2*x:]))
	}
}
