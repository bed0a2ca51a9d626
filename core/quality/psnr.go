package quality

import (
	"encoding/binary"
	"math"

	"github.com/tapelight/tapelight/core/frame"
)

// PSNR measures the peak signal-to-noise ratio of frames against a reference, in dB: 10*log10(peak²/MSE), where peak is 2^depth-1 and
// MSE the mean squared difference, averaged over frames before the logarithm is taken. Identical pictures have +Inf.
type PSNR struct {
	pairs
	worst      float64 // the largest MSE of a whole frame
	worstFrame int
}

// NewPSNR makes a measure for frames of one format.
func NewPSNR(f frame.Format) (*PSNR, error) {
	p, err := newPairs(f)
	if err != nil {
		return nil, err
	}
	return &PSNR{pairs: p, worst: -1}, nil
}

// Add measures one more frame against its reference; which is which makes no difference. It returns a *MismatchError for frames of
// another format.
func (p *PSNR) Add(a, b *frame.Frame) error {
	if err := p.check(a, b); err != nil {
		return err
	}
	mse := make([]float64, len(p.sum))
	for i := range mse {
		w, h := p.format.PlaneSize(i)
		mse[i] = float64(squaredDifference(a.Plane(i), b.Plane(i), p.format.SampleBytes())) / float64(w*h)
		p.sum[i] += mse[i]
	}
	if all := p.whole(mse); all > p.worst {
		p.worst, p.worstFrame = all, p.frames
	}
	p.frames++
	return nil
}

func squaredDifference(a, b []byte, sampleBytes int) (sum uint64) {
	b = b[:len(a)]
	if sampleBytes == 1 {
		for i := range a {
			d := int32(a[i]) - int32(b[i])
			sum += uint64(uint32(d * d))
		}
		return sum
	}
	for i := 0; i+1 < len(a); i += 2 {
		d := int64(binary.LittleEndian.Uint16(a[i:])) - int64(binary.LittleEndian.Uint16(b[i:]))
		sum += uint64(d * d)
	}
	return sum
}

func (p *PSNR) ratio(mse float64) float64 {
	if mse == 0 {
		return math.Inf(1)
	}
	return decibels(peak(p.format) * peak(p.format) / mse)
}

// Planes is the figure of each plane over all frames, in dB; NaN before the first.
func (p *PSNR) Planes() []float64 {
	out := p.mean()
	for i, mse := range out {
		out[i] = p.ratio(mse)
	}
	return out
}

// Average is the figure over all planes, each counting by its number of samples, and all frames, in dB; NaN before the first.
func (p *PSNR) Average() float64 { return p.ratio(p.whole(p.mean())) }

// Worst is the lowest figure of a single frame, in dB, and which frame had it, counted from 0; NaN before the first.
func (p *PSNR) Worst() (dB float64, index int) {
	if p.frames == 0 {
		return math.NaN(), 0
	}
	return p.ratio(p.worst), p.worstFrame
}
