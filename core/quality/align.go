package quality

import (
	"fmt"
	"math"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
)

// Alignment says how the pictures of B lie on those of A, after B was brought to A's size.
type Alignment struct {
	Frames int     `json:"frames"`  // B's picture i+Frames belongs to A's picture i
	DX     float64 `json:"dx"`      // samples of A's luma by which B's content lies to the right of A's
	DY     float64 `json:"dy"`      // and below
	ScaleX float64 `json:"scale_x"` // how many times wider B's content is about the picture's middle; 1 the same
	ScaleY float64 `json:"scale_y"`
}

// Aligned is the Alignment of pictures that lie on each other as they are.
func Aligned() Alignment { return Alignment{ScaleX: 1, ScaleY: 1} }

func (a Alignment) String() string {
	return fmt.Sprintf("%+d pictures, %+.2f and %+.2f samples, %.4f by %.4f times the size", a.Frames, a.DX, a.DY, a.ScaleX, a.ScaleY)
}

// straight tells that there is nothing to move.
func (a Alignment) straight() bool { return a.DX == 0 && a.DY == 0 && a.ScaleX == 1 && a.ScaleY == 1 }

// axes are the maps from n samples of A to size samples of B.
func along(n, size int, shift, scale float64) axis {
	k := float64(size) / float64(n)
	middle := float64(n-1) / 2
	// b = scale*(a-middle)+middle+shift at A's size, then to B's: positions are half-pixel centred.
	return axis{k * scale, k*(middle*(1-scale)+shift+0.5) - 0.5}
}

// Apply gives b as a picture of format to, moved so that it lies on A's. b itself comes back where there is nothing to do. Both need the same
// planes; 4:2:0 chroma is taken as sited on the left.
func (a Alignment) Apply(b *frame.Frame, to frame.Format) (*frame.Frame, error) {
	if b.Chroma != to.Chroma || len(b.Data) != b.Bytes() {
		return nil, &MismatchError{to, b.Format}
	}
	if err := to.Validate(); err != nil {
		return nil, err
	}
	if b.Format == to && a.straight() {
		return b, nil
	}
	out := frame.New(to)
	out.Index, out.Parity = b.Index, b.Parity
	ax, ay := along(to.Width, b.Width, a.DX, a.ScaleX), along(to.Height, b.Height, a.DY, a.ScaleY)
	var wait sync.WaitGroup
	for p := range to.Chroma.Planes() {
		wait.Go(func() {
			w, h := to.PlaneSize(p)
			x, y := ax, ay
			if p > 0 {
				sx, sy := to.Chroma.Shift()
				x, y = subsampled(x, sx, 0), subsampled(y, sy, 0.5)
			}
			grayOf(b, p).resample(w, h, x, y).into(out, p)
		})
	}
	wait.Wait()
	return out, nil
}

// subsampled is a for a plane of half the samples, the first of which lies at place.
func subsampled(a axis, shift uint, place float64) axis {
	if shift == 0 {
		return a
	}
	// Sample i lies at 2i+place of A and goes to a.scale*(2i+place)+a.shift = 2j+place of B.
	return axis{a.scale, (a.scale*place + a.shift - place) / 2}
}

// FindAlignment looks how b lies on a: which pictures belong together (within reach pictures), and then, over some of them, how they are
// moved and scaled against each other (up to some 16 samples and 3 %). b may be of another size. The pictures must be consecutive ones from the
// same moment on, give or take reach. Pictures that show too little to tell are left where they are.
func FindAlignment(a, b []*frame.Frame, reach int) (Alignment, error) {
	found := Aligned()
	if len(a) == 0 || len(b) == 0 {
		return found, nil
	}
	for _, f := range append(append([]*frame.Frame{}, a...), b...) {
		if err := f.Validate(); err != nil {
			return found, err
		}
		if len(f.Data) != f.Bytes() {
			return found, fmt.Errorf("a frame of %v holds %d bytes instead of %d", f.Format, len(f.Data), f.Bytes())
		}
	}
	w, h := a[0].Width, a[0].Height
	ga, gb := make([]*gray, len(a)), make([]*gray, len(b))
	var wait sync.WaitGroup
	for i := range a {
		wait.Go(func() { ga[i] = grayOf(a[i], 0) })
	}
	for i := range b {
		wait.Go(func() {
			gb[i] = grayOf(b[i], 0).resample(w, h, along(w, b[i].Width, 0, 1), along(h, b[i].Height, 0, 1))
		})
	}
	wait.Wait()
	found.Frames = offset(ga, gb, reach)
	m := register(overlap(ga, gb, found.Frames, 6))
	found.DX, found.DY, found.ScaleX, found.ScaleY = m.dx, m.dy, 1+m.sx, 1+m.sy
	return found, nil
}

// offset is the number of pictures that makes the two fit best, each tried with the move that suits it best. Another than none has to fit
// clearly better: in pictures that stand still, or pass evenly, all do alike.
func offset(a, b []*gray, reach int) int {
	shrink := func(list []*gray) []*gray {
		out := make([]*gray, len(list))
		for i, g := range list {
			for g.w > 128 && g.h > 64 {
				g = g.half()
			}
			out[i] = g
		}
		return out
	}
	a, b = shrink(a), shrink(b)
	costs := make([]float64, 2*reach+1)
	var wait sync.WaitGroup
	for d := -reach; d <= reach; d++ {
		wait.Go(func() { costs[d+reach] = misfit(a, b, d) })
	}
	wait.Wait()
	best, least := 0, costs[reach]*0.9
	for d := 1; d <= reach; d++ {
		for _, d := range []int{d, -d} {
			if c := costs[d+reach]; c < least {
				best, least = d, c
			}
		}
	}
	return best
}

// misfit is the mean squared difference of the pictures d apart at their best move.
func misfit(a, b []*gray, d int) float64 {
	pairs := overlap(a, b, d, 5)
	if n := min(len(a), len(b)); len(pairs) < 1 || len(a)-max(d, -d) < n/2 {
		return math.Inf(1)
	}
	g := pairs[0][0]
	return difference(pairs, register(pairs)) / float64(len(pairs)*(g.w-2*border)*(g.h-2*border))
}

// overlap is at most so many pairs that belong together, d apart, spread over all that there are.
func overlap(a, b []*gray, d, most int) (pairs [][2]*gray) {
	for i := range a {
		if j := i + d; j >= 0 && j < len(b) {
			pairs = append(pairs, [2]*gray{a[i], b[j]})
		}
	}
	if n := len(pairs); n > most {
		some := make([][2]*gray, most)
		for i := range some {
			some[i] = pairs[i*n/most]
		}
		return some
	}
	return pairs
}
