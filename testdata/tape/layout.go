package tape

import "math"

// Rect is a place in the picture in relative coordinates, 0..1 from the top left corner.
type Rect struct{ X0, Y0, X1, Y1 float64 }

// Pixels is the rectangle on a picture of w x h pixels: x0 <= x < x1, y0 <= y < y1.
func (r Rect) Pixels(w, h int) (x0, y0, x1, y1 int) {
	px := func(v float64, n int) int { return max(0, min(n, int(math.Round(v*float64(n))))) }
	return px(r.X0, w), px(r.Y0, h), px(r.X1, w), px(r.Y1, h)
}

// Centre is the middle part of the rectangle, the given fraction of its width and height.
func (r Rect) Centre(fraction float64) Rect {
	mx, my := (r.X1-r.X0)*(1-fraction)/2, (r.Y1-r.Y0)*(1-fraction)/2
	return Rect{r.X0 + mx, r.Y0 + my, r.X1 - mx, r.Y1 - my}
}

// Places of the parts with a meaning. The rest of the picture is moving scenery.
var (
	stripPlace   = Rect{40.0 / 720, 24.0 / 480, 680.0 / 720, 88.0 / 480}
	patchesPlace = Rect{72.0 / 720, 372.0 / 480, 648.0 / 720, 436.0 / 480}
	flashPlace   = Rect{612.0 / 720, 112.0 / 480, 676.0 / 720, 160.0 / 480}
)

// FlashPlace is the block that turns white for FlashMoments at every sync click.
func FlashPlace() Rect { return flashPlace }

// Levels of the flash block in 8-bit luma codes.
const (
	FlashOff = 60
	FlashOn  = 225
)

// FlashMoments is how many moments a flash lasts: 3 fields, or 2 frames.
func (s Spec) FlashMoments() int {
	if s.MomentRate.Float() > 40 {
		return 3
	}
	return 2
}

// SyncMoments are the numbers of the moments at which a flash begins: the first at or after 0.5 s, 1.5 s, ...
// The sync click in every sound track begins at the same time.
func (s Spec) SyncMoments() []int {
	var out []int
	for t := 0.5; ; t++ {
		k := int(math.Ceil(t/s.Interval() - 1e-9))
		if k >= s.Moments {
			return out
		}
		out = append(out, s.First+k)
	}
}

// flash says whether the block is white at moment k.
func (s Spec) flash(k int) bool {
	for _, m := range s.SyncMoments() {
		if k >= m && k < m+s.FlashMoments() {
			return true
		}
	}
	return false
}
