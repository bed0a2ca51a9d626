package quality

import (
	"math"

	"github.com/tapelight/tapelight/core/frame"
)

// stillness is how many 8-bit codes the mean of 5x5 samples of the reference may change for the place to count as still.
const stillness = 1.0

// Flicker measures in luma, in 8-bit codes, how pictures change from one to the next otherwise than the reference's do. Pairs are added in the
// order of time.
type Flicker struct {
	format       frame.Format
	a, b         *gray
	sum, still   float64 // squares
	count, quiet float64 // samples
	changes      float64 // squares of the reference itself, where it is still
}

// NewFlicker makes a measure for frames of one format.
func NewFlicker(f frame.Format) (*Flicker, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	return &Flicker{format: f}, nil
}

// Add measures the step to one more pair: a is the reference.
func (f *Flicker) Add(a, b *frame.Frame) error {
	p := pairs{format: f.format}
	if err := p.check(a, b); err != nil {
		return err
	}
	ga, gb := grayOf(a, 0), grayOf(b, 0)
	if f.a != nil {
		f.step(ga, gb)
	}
	f.a, f.b = ga, gb
	return nil
}

func (f *Flicker) step(a, b *gray) {
	change := newGray(a.w, a.h)
	for i := range change.v {
		change.v[i] = a.v[i] - f.a.v[i]
	}
	smooth := change.box5()
	for i, d := range change.v {
		db := float64(b.v[i] - f.b.v[i])
		e := db - float64(d)
		f.sum += e * e
		if s := smooth.v[i]; s < stillness && s > -stillness {
			f.still += db * db
			f.changes += float64(d) * float64(d)
			f.quiet++
		}
	}
	f.count += float64(len(change.v))
}

// box5 is the mean of the 5x5 samples about each; edges repeat.
func (g *gray) box5() *gray {
	mid, out := newGray(g.w, g.h), newGray(g.w, g.h)
	at := func(i, n int) int { return min(max(i, 0), n-1) }
	for y := range g.h {
		for x := range g.w {
			var s float32
			for k := -2; k <= 2; k++ {
				s += g.v[y*g.w+at(x+k, g.w)]
			}
			mid.v[y*g.w+x] = s
		}
	}
	for y := range g.h {
		for k := -2; k <= 2; k++ {
			src := mid.v[at(y+k, g.h)*g.w:]
			for x := range g.w {
				out.v[y*g.w+x] += src[x] / 25
			}
		}
	}
	return out
}

// All is the RMS of the difference of the differences: (b[t]-b[t-1]) - (a[t]-a[t-1]); NaN before the second pair.
func (f *Flicker) All() float64 { return math.Sqrt(f.sum / f.count) }

// Still is the RMS change of b where the reference stands still, and reference the same of the reference; NaN where nothing does.
func (f *Flicker) Still() (b, reference float64) {
	return math.Sqrt(f.still / f.quiet), math.Sqrt(f.changes / f.quiet)
}

// Sharpness measures how steep edges are in luma against the reference's: the sum of the slopes at the reference's steepest twentieth of
// samples, as a share of the reference's own. 1 is as sharp, less is softer. Noise raises it a little.
type Sharpness struct {
	format   frame.Format
	ref, got float64
}

// NewSharpness makes a measure for frames of one format.
func NewSharpness(f frame.Format) (*Sharpness, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	return &Sharpness{format: f}, nil
}

// Add measures one more picture against its reference a: along the reference's slope, so that noise across it doesn't count.
func (s *Sharpness) Add(a, b *frame.Frame) error {
	p := pairs{format: s.format}
	if err := p.check(a, b); err != nil {
		return err
	}
	ga, gb := grayOf(a, 0), grayOf(b, 0)
	slope := func(g *gray, i int) (x, y float64) {
		return float64(g.v[i+1] - g.v[i-1]), float64(g.v[i+g.w] - g.v[i-g.w])
	}
	const bins = 1024
	var histogram [bins]int
	n := 0
	each := func(do func(i, bin int, gx, gy, size float64)) {
		for y := 1; y < ga.h-1; y++ {
			for x := 1; x < ga.w-1; x++ {
				i := y*ga.w + x
				gx, gy := slope(ga, i)
				size := math.Hypot(gx, gy)
				do(i, min(int(size*2), bins-1), gx, gy, size)
			}
		}
	}
	each(func(_, bin int, _, _, _ float64) { histogram[bin]++; n++ })
	least, seen := bins-1, histogram[bins-1]
	for least > 1 && seen < n/20 {
		least--
		seen += histogram[least]
	}
	each(func(i, bin int, gx, gy, size float64) {
		if bin < least || size == 0 {
			return
		}
		bx, by := slope(gb, i)
		s.ref += size
		s.got += (bx*gx + by*gy) / size
	})
	return nil
}

// Ratio is the measure over all pictures; NaN where the reference has no edges.
func (s *Sharpness) Ratio() float64 { return s.got / s.ref }
