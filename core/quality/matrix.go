package quality

import (
	"fmt"
	"math"

	"github.com/tapelight/tapelight/core/frame"
)

// Matrix is how luma and colour differences are made of red, green and blue.
type Matrix struct{ kr, kb float64 }

// The matrices of ITU-R BT.601, BT.709 and BT.2020 (non-constant luminance).
var (
	BT601  = Matrix{0.299, 0.114}
	BT709  = Matrix{0.2126, 0.0722}
	BT2020 = Matrix{0.2627, 0.0593}
)

// toRGB takes luma 0..1 and colour differences -0.5..0.5 to red, green and blue.
func (m Matrix) toRGB() [3][3]float64 {
	kg := 1 - m.kr - m.kb
	r, b := 2*(1-m.kr), 2*(1-m.kb)
	return [3][3]float64{{1, 0, r}, {1, -m.kb * b / kg, -m.kr * r / kg}, {1, b, 0}}
}

func (m Matrix) fromRGB() [3][3]float64 {
	kg := 1 - m.kr - m.kb
	r, b := 2*(1-m.kr), 2*(1-m.kb)
	return [3][3]float64{{m.kr, kg, m.kb}, {-m.kr / b, -kg / b, (1 - m.kb) / b}, {(1 - m.kr) / r, -kg / r, -m.kb / r}}
}

// Convert brings a limited-range YUV picture from one matrix to another; f itself comes back where there is nothing to do. Luma takes the
// colour differences of the samples next to it.
func Convert(f *frame.Frame, from, to Matrix) (*frame.Frame, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if f.Chroma == frame.RGB || len(f.Data) != f.Bytes() {
		return nil, fmt.Errorf("a frame of %v and %d bytes has no matrix to convert", f.Format, len(f.Data))
	}
	if from == to || f.Chroma == frame.Mono {
		return f, nil
	}
	var k [3][3]float64
	a, b := to.fromRGB(), from.toRGB()
	for i := range k {
		for j := range k {
			for n := range 3 {
				k[i][j] += a[i][n] * b[n][j]
			}
		}
	}
	y, u, v := grayOf(f, 0), grayOf(f, 1), grayOf(f, 2)
	out := frame.New(f.Format)
	out.Index, out.Parity = f.Index, f.Parity
	sx, sy := f.Chroma.Shift()
	const share = 219.0 / 224
	// Grey stays grey: luma needs no luma but its own, and colour none at all.
	for row := range y.h {
		for x := range y.w {
			i := (row>>sy)*u.w + x>>sx
			n := i
			if sx == 1 && x&1 == 1 && x>>1+1 < u.w { // between two
				n++
			}
			cb, cr := float64(u.v[i]+u.v[n])/2-128, float64(v.v[i]+v.v[n])/2-128
			y.v[row*y.w+x] += float32(share * (k[0][1]*cb + k[0][2]*cr))
		}
	}
	for i := range u.v {
		cb, cr := float64(u.v[i])-128, float64(v.v[i])-128
		u.v[i], v.v[i] = float32(128+k[1][1]*cb+k[1][2]*cr), float32(128+k[2][1]*cb+k[2][2]*cr)
	}
	y.into(out, 0)
	u.into(out, 1)
	v.into(out, 2)
	return out, nil
}

// MatrixOf is the matrix that ffmpeg calls name; BT601 for those that are not known.
func MatrixOf(name string) Matrix {
	switch name {
	case "bt709":
		return BT709
	case "bt2020nc", "bt2020c":
		return BT2020
	}
	return BT601
}

// isFinite is for figures that go out as JSON.
func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
