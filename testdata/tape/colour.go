package tape

import "math"

// Luma coefficients of ITU-R BT.601 and BT.709.
const (
	kr601, kb601 = 0.299, 0.114
	kr709, kb709 = 0.2126, 0.0722
)

// encodeYCbCr turns gamma-corrected R'G'B' (0..1) into 8-bit limited-range codes, not rounded.
func encodeYCbCr(c [3]float64, kr, kb float64) [3]float64 {
	y := kr*c[0] + (1-kr-kb)*c[1] + kb*c[2]
	return [3]float64{
		16 + 219*y,
		128 + 224*(c[2]-y)/(2*(1-kb)),
		128 + 224*(c[0]-y)/(2*(1-kr)),
	}
}

// decodeYCbCr undoes encodeYCbCr.
func decodeYCbCr(c [3]float64, kr, kb float64) [3]float64 {
	y := (c[0] - 16) / 219
	b := y + (c[1]-128)/224*2*(1-kb)
	r := y + (c[2]-128)/224*2*(1-kr)
	return [3]float64{r, (y - kr*r - kb*b) / (1 - kr - kb), b}
}

// toLinear and fromLinear are the BT.709 transfer, which BT.601 shares.
func toLinear(v float64) float64 {
	if v < 0.081 {
		return v / 4.5
	}
	return math.Pow((v+0.099)/1.099, 1/0.45)
}

func fromLinear(v float64) float64 {
	if v < 0.018 {
		return v * 4.5
	}
	return 1.099*math.Pow(v, 0.45) - 0.099
}

func apply(c [3]float64, f func(float64) float64) [3]float64 {
	return [3]float64{f(c[0]), f(c[1]), f(c[2])}
}

// Primaries as CIE 1931 x,y of red, green, blue; white is D65 in all of them.
var (
	primaries709  = [3][2]float64{{0.640, 0.330}, {0.300, 0.600}, {0.150, 0.060}}
	primaries170M = [3][2]float64{{0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}}
	primaries470  = [3][2]float64{{0.640, 0.330}, {0.290, 0.600}, {0.150, 0.060}}
	whiteD65      = [2]float64{0.3127, 0.3290}
)

type matrix [3][3]float64

func (m matrix) times(v [3]float64) (out [3]float64) {
	for i := range out {
		out[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return out
}

func (m matrix) inverse() (out matrix) {
	det := 0.0
	for i := range 3 {
		det += m[0][i] * (m[1][(i+1)%3]*m[2][(i+2)%3] - m[1][(i+2)%3]*m[2][(i+1)%3])
	}
	for i := range 3 {
		for j := range 3 {
			a, b := (j+1)%3, (j+2)%3
			c, d := (i+1)%3, (i+2)%3
			out[i][j] = (m[a][c]*m[b][d] - m[a][d]*m[b][c]) / det
		}
	}
	return out
}

// toXYZ is the matrix from linear RGB to CIE XYZ (SMPTE RP 177).
func toXYZ(p [3][2]float64) matrix {
	var m matrix
	for i, c := range p {
		m[0][i], m[1][i], m[2][i] = c[0]/c[1], 1, (1-c[0]-c[1])/c[1]
	}
	white := [3]float64{whiteD65[0] / whiteD65[1], 1, (1 - whiteD65[0] - whiteD65[1]) / whiteD65[1]}
	gain := m.inverse().times(white)
	for i := range 3 {
		for j := range 3 {
			m[i][j] *= gain[j]
		}
	}
	return m
}

// toBT709 moves linear light from a system's primaries to those of BT.709, clipped to 0..1.
func toBT709(c [3]float64, s System) [3]float64 {
	from := primaries170M
	switch s {
	case BT470BG:
		from = primaries470
	case Computer:
		from = primaries709
	}
	out := toXYZ(primaries709).inverse().times(toXYZ(from).times(c))
	return apply(out, func(v float64) float64 { return math.Min(1, math.Max(0, v)) })
}
