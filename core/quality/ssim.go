package quality

import (
	"fmt"
	"math"

	"github.com/tapelight/tapelight/core/frame"
)

// SSIM measures the structural similarity of frames to a reference, -1 to 1 (identical): the mean over all windows of 8x8 samples, 4
// apart, of the index of Wang, Bovik, Sheikh and Simoncelli (2004, equation 13, K1 = 0.01, K2 = 0.03).
type SSIM struct {
	pairs
	worst      float64
	worstFrame int
	above      []sums // of the last row of 4x4 blocks, and the one before
	below      []sums
	lineA      []int32
	lineB      []int32
}

// sums is what the index needs of a block: the sums of both pictures' samples, of their squares together, and of their products.
type sums struct{ a, b, squares, products int64 }

func (s sums) plus(o sums) sums {
	return sums{s.a + o.a, s.b + o.b, s.squares + o.squares, s.products + o.products}
}

// NewSSIM makes a measure for frames of one format, each of whose planes must be at least 8x8.
func NewSSIM(f frame.Format) (*SSIM, error) {
	p, err := newPairs(f)
	if err != nil {
		return nil, err
	}
	for i := range p.sum {
		if w, h := f.PlaneSize(i); w < 8 || h < 8 {
			return nil, fmt.Errorf("SSIM needs planes of 8x8 samples or more, but plane %d of %v is %dx%d", i, f, w, h)
		}
	}
	blocks := f.Width / 4
	return &SSIM{
		pairs: p, worst: math.Inf(1), above: make([]sums, blocks), below: make([]sums, blocks),
		lineA: make([]int32, f.Width), lineB: make([]int32, f.Width),
	}, nil
}

// Add measures one more frame against its reference; which is which makes no difference. It returns a *MismatchError for frames of
// another format.
func (s *SSIM) Add(a, b *frame.Frame) error {
	if err := s.check(a, b); err != nil {
		return err
	}
	index := make([]float64, len(s.sum))
	for i := range index {
		index[i] = s.plane(a.Plane(i), b.Plane(i), i)
		s.sum[i] += index[i]
	}
	if all := s.whole(index); all < s.worst {
		s.worst, s.worstFrame = all, s.frames
	}
	s.frames++
	return nil
}

// plane is the index of one plane of one frame. Samples beyond the last whole block of 4 don't count.
func (s *SSIM) plane(a, b []byte, i int) float64 {
	w, h := s.format.PlaneSize(i)
	across, down := w/4, h/4
	// The constants C1 and C2 for sums over the 64 samples of a window instead of means; 63 makes the variance unbiased.
	l := peak(s.format)
	c1, c2 := math.Floor(.01*.01*l*l*64+.5), math.Floor(.03*.03*l*l*64*63+.5)
	above, below := s.above[:across], s.below[:across]
	s.blocks(above, a, b, 0, w)
	var sum float64
	for y := 1; y < down; y++ {
		s.blocks(below, a, b, 4*y, w)
		left := above[0].plus(below[0])
		for x := 1; x < across; x++ {
			right := above[x].plus(below[x])
			sum += index(left.plus(right), c1, c2)
			left = right
		}
		above, below = below, above
	}
	return sum / float64((across-1)*(down-1))
}

// blocks sums the 4x4 blocks of the four lines from y on.
func (s *SSIM) blocks(dst []sums, a, b []byte, y, w int) {
	clear(dst)
	bytes := s.format.SampleBytes()
	lineA, lineB := s.lineA[:4*len(dst)], s.lineB[:4*len(dst)]
	for line := y; line < y+4; line++ {
		row(lineA, a, line, w, bytes)
		row(lineB, b, line, w, bytes)
		for x := range dst {
			var t sums
			for k := 4 * x; k < 4*x+4; k++ {
				p, q := int64(lineA[k]), int64(lineB[k])
				t.a += p
				t.b += q
				t.squares += p*p + q*q
				t.products += p * q
			}
			dst[x] = dst[x].plus(t)
		}
	}
}

// index is that of one window of 64 samples.
func index(s sums, c1, c2 float64) float64 {
	means := float64(s.a*s.a + s.b*s.b)
	variances := float64(s.squares*64 - s.a*s.a - s.b*s.b)
	covariance := float64(s.products*64 - s.a*s.b)
	return (2*float64(s.a*s.b) + c1) * (2*covariance + c2) / ((means + c1) * (variances + c2))
}

// Planes is the index of each plane over all frames; NaN before the first.
func (s *SSIM) Planes() []float64 { return s.mean() }

// Average is the index over all planes, each counting by its number of samples, and all frames; NaN before the first.
func (s *SSIM) Average() float64 { return s.whole(s.mean()) }

// Worst is the lowest index of a single frame, and which frame had it, counted from 0; NaN before the first.
func (s *SSIM) Worst() (ssim float64, index int) {
	if s.frames == 0 {
		return math.NaN(), 0
	}
	return s.worst, s.worstFrame
}
