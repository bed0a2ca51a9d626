package tape

import "math"

// Patch is a flat colour that stays the same through the whole file.
type Patch struct {
	Name  string
	Place Rect   // read only its Centre(0.35): the tape path blurs and delays chroma
	Code  [3]int // Y', Cb, Cr in 8-bit BT.601 codes, as they stand in the sample's own pictures
	Index int
}

// patchColours are gamma-corrected R'G'B', kept well inside the gamut so that noise and the change of
// primaries clip nothing and the bend of the transfer does not turn noise into a shift of the mean.
var patchColours = []struct {
	name string
	rgb  [3]float64
}{
	{"grey", [3]float64{0.50, 0.50, 0.50}},
	{"yellow", [3]float64{0.70, 0.66, 0.34}},
	{"cyan", [3]float64{0.38, 0.64, 0.66}},
	{"green", [3]float64{0.38, 0.60, 0.38}},
	{"magenta", [3]float64{0.64, 0.36, 0.60}},
	{"red", [3]float64{0.64, 0.33, 0.31}},
	{"blue", [3]float64{0.32, 0.35, 0.62}},
	{"skin", [3]float64{0.76, 0.58, 0.48}},
}

// Patches are the colour patches in every sample's picture, left to right.
func Patches() []Patch {
	out := make([]Patch, len(patchColours))
	step := (patchesPlace.X1 - patchesPlace.X0) / float64(len(out))
	for i, c := range patchColours {
		x := patchesPlace.X0 + float64(i)*step
		y := encodeYCbCr(c.rgb, kr601, kb601)
		out[i] = Patch{
			Name:  c.name,
			Index: i,
			Place: Rect{x, patchesPlace.Y0, x + step, patchesPlace.Y1},
			Code:  [3]int{int(math.Round(y[0])), int(math.Round(y[1])), int(math.Round(y[2]))},
		}
	}
	return out
}

// RGB is the patch as gamma-corrected R'G'B' in the source's own primaries, 0..1.
func (p Patch) RGB() [3]float64 {
	return decodeYCbCr([3]float64{float64(p.Code[0]), float64(p.Code[1]), float64(p.Code[2])}, kr601, kb601)
}

// Linear is the patch as linear light in the source's own primaries, 0..1.
func (p Patch) Linear() [3]float64 { return apply(p.RGB(), toLinear) }

// Want709 is the patch after a full conversion to BT.709 (matrix, and primaries in linear light), as 8-bit
// limited-range codes Y', Cb, Cr.
func (p Patch) Want709(s System) [3]float64 {
	lin := toBT709(p.Linear(), s)
	return encodeYCbCr(apply(lin, fromLinear), kr709, kb709)
}

// Want709Matrix is the patch after a change of matrix alone, for comparison: the primaries are left as they were.
func (p Patch) Want709Matrix() [3]float64 { return encodeYCbCr(p.RGB(), kr709, kb709) }
