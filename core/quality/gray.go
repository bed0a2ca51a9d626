package quality

import (
	"math"

	"github.com/tapelight/tapelight/core/frame"
)

// gray is one plane as numbers, in 8-bit codes whatever the depth was.
type gray struct {
	w, h int
	v    []float32
}

func newGray(w, h int) *gray { return &gray{w, h, make([]float32, w*h)} }

func grayOf(f *frame.Frame, plane int) *gray {
	w, h := f.PlaneSize(plane)
	g, line := newGray(w, h), make([]int32, w)
	unit := 1 / float32(uint32(1)<<(f.Depth-8))
	for y := range h {
		row(line, f.Plane(plane), y, w, f.SampleBytes())
		for x, v := range line {
			g.v[y*w+x] = float32(v) * unit
		}
	}
	return g
}

// into writes g to a plane of f, rounded and within the code range.
func (g *gray) into(f *frame.Frame, plane int) {
	unit, top := float64(uint32(1)<<(f.Depth-8)), peak(f.Format)
	data := f.Plane(plane)
	for i, v := range g.v {
		c := uint16(min(max(math.Round(float64(v)*unit), 0), top))
		if f.SampleBytes() == 1 {
			data[i] = byte(c)
		} else {
			data[2*i], data[2*i+1] = byte(c), byte(c>>8)
		}
	}
}

// half is g at half the size, by means of 2x2 samples.
func (g *gray) half() *gray {
	out := newGray(g.w/2, g.h/2)
	for y := range out.h {
		a, b := g.v[2*y*g.w:], g.v[(2*y+1)*g.w:]
		for x := range out.w {
			out.v[y*out.w+x] = (a[2*x] + a[2*x+1] + b[2*x] + b[2*x+1]) / 4
		}
	}
	return out
}

// axis maps sample i of the result to position scale*i+shift of the source.
type axis struct{ scale, shift float64 }

// tap is the part of a source line that one sample of the result is made of.
type tap struct {
	first   int
	weights []float32
}

// taps are those of n samples, from a line of size samples. The kernel is Keys' cubic with a = -0.5 (1981), widened where the result is
// smaller than the source, so that nothing aliases; edges repeat.
func (a axis) taps(n, size int) []tap {
	width := max(1, a.scale)
	out := make([]tap, n)
	for i := range out {
		at := a.scale*float64(i) + a.shift
		first := int(math.Ceil(at - 2*width))
		last := int(math.Floor(at + 2*width))
		lo, hi := min(max(first, 0), size-1), min(max(last, 0), size-1)
		w, sum := make([]float32, hi-lo+1), 0.0
		for k := first; k <= last; k++ {
			v := keys((float64(k) - at) / width)
			w[min(max(k, lo), hi)-lo] += float32(v)
			sum += v
		}
		for k := range w {
			w[k] /= float32(sum)
		}
		out[i] = tap{lo, w}
	}
	return out
}

func keys(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// resample is g seen through ax and ay at w by h samples.
func (g *gray) resample(w, h int, ax, ay axis) *gray {
	across, down := ax.taps(w, g.w), ay.taps(h, g.h)
	mid, out := newGray(w, g.h), newGray(w, h)
	for y := range g.h {
		src, dst := g.v[y*g.w:(y+1)*g.w], mid.v[y*w:(y+1)*w]
		for x := range dst {
			t := &across[x]
			var s float32
			for k, v := range t.weights {
				s += v * src[t.first+k]
			}
			dst[x] = s
		}
	}
	for y := range h {
		t, dst := &down[y], out.v[y*w:(y+1)*w]
		for k, v := range t.weights {
			src := mid.v[(t.first+k)*w : (t.first+k+1)*w]
			for x := range dst {
				dst[x] += v * src[x]
			}
		}
	}
	return out
}
