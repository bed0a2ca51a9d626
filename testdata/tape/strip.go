package tape

import "math"

// The strip: 16 columns, each a block above its own inverse. A bit is the sign of the difference of the two,
// so neither brightness, gain nor slow smearing moves the threshold. 12 bits of Gray code (one data bit
// changes from moment to moment) and a 4-bit CRC, most significant bit first.
const (
	stripDataBits  = 12
	stripCheckBits = 4
	stripBits      = stripDataBits + stripCheckBits

	stripDark, stripLight = 48, 200

	// A block pair must keep this part of its contrast. Two fields woven or blended together leave about none
	// on the bits that differ, so such a picture is refused rather than read as one of the two.
	stripMinContrast = 0.25
)

// MaxMoments is how many moments a strip can number.
const MaxMoments = 1 << stripDataBits

// stripCode is the pattern of a number, bit 15 leftmost.
func stripCode(number int) uint {
	gray := uint(number) ^ uint(number)>>1
	return gray<<stripCheckBits | stripCheck(gray)
}

// stripCheck is a CRC-4 (x^4+x+1). The start value makes an even picture (all bits equal) invalid.
func stripCheck(gray uint) uint {
	crc := uint(0xA)
	for i := stripDataBits - 1; i >= 0; i-- {
		crc ^= (gray >> i & 1) << 3
		crc <<= 1
		if crc&0x10 != 0 {
			crc ^= 0x13
		}
	}
	return crc & 0xF
}

// stripNumber undoes stripCode; false when the check bits disagree.
func stripNumber(code uint) (int, bool) {
	gray := code >> stripCheckBits
	if stripCheck(gray) != code&(1<<stripCheckBits-1) {
		return 0, false
	}
	n := gray
	for s := uint(1); s < stripDataBits; s <<= 1 {
		n ^= n >> s
	}
	return int(n), true
}

// stripBlock is the place of a block: column 0..15, row 0 (the bit) or 1 (its inverse).
func stripBlock(column, row int) Rect {
	w := (stripPlace.X1 - stripPlace.X0) / stripBits
	h := (stripPlace.Y1 - stripPlace.Y0) / 2
	x, y := stripPlace.X0+float64(column)*w, stripPlace.Y0+float64(row)*h
	return Rect{x, y, x + w, y + h}
}

// ReadStrip reads the number of the moment that a picture shows. luma is the 8-bit luma plane, w*h bytes
// without padding, of the whole picture at any size (at least 128x64). The picture may be scaled, and cropped by
// up to about 16 SD samples at each side and 16 lines at top and bottom. ok is false when there is no readable
// strip, which includes pictures woven or blended from two moments.
func ReadStrip(luma []byte, w, h int) (number int, ok bool) {
	if len(luma) < w*h {
		return 0, false
	}
	return ReadStripAt(func(x, y int) float64 { return float64(luma[y*w+x]) / 255 }, w, h)
}

// ReadStrip16 is ReadStrip for a plane of 16-bit little-endian words holding depth bits each.
func ReadStrip16(luma []byte, w, h, depth int) (number int, ok bool) {
	if len(luma) < 2*w*h {
		return 0, false
	}
	scale := 1 / float64(int(1)<<depth-1)
	return ReadStripAt(func(x, y int) float64 {
		i := 2 * (y*w + x)
		return float64(uint(luma[i])|uint(luma[i+1])<<8) * scale
	}, w, h)
}

// ReadStripAt is ReadStrip for any picture: at gives the luma of a sample, 0..1 over the full code range.
func ReadStripAt(at func(x, y int) float64, w, h int) (number int, ok bool) {
	if w < 128 || h < 64 {
		return 0, false
	}
	// The blocks are wide enough that the common crops read without looking further.
	if n, contrast, good := readStripIn(at, w, h, Rect{0, 0, 1, 1}); good && contrast > 2*stripMinContrast {
		return n, true
	}
	best := 0.0
	for _, left := range []float64{0, 8, 16} {
		for _, right := range []float64{0, 8, 16} {
			for _, top := range []float64{0, 8, 16} {
				for _, bottom := range []float64{0, 16} {
					seen := Rect{left / 720, top / 480, 1 - right/720, 1 - bottom/480}
					if n, contrast, good := readStripIn(at, w, h, seen); good && contrast > best {
						number, best, ok = n, contrast, true
					}
				}
			}
		}
	}
	return number, ok
}

// readStripIn reads with the assumption that the picture shows only the seen part of the original one.
// contrast is the smallest of all pairs, 1 being the contrast they were drawn with.
func readStripIn(at func(x, y int) float64, w, h int, seen Rect) (number int, contrast float64, ok bool) {
	mean := func(r Rect) float64 {
		r = r.Centre(0.5)
		r.X0, r.X1 = (r.X0-seen.X0)/(seen.X1-seen.X0), (r.X1-seen.X0)/(seen.X1-seen.X0)
		r.Y0, r.Y1 = (r.Y0-seen.Y0)/(seen.Y1-seen.Y0), (r.Y1-seen.Y0)/(seen.Y1-seen.Y0)
		x0, y0, x1, y1 := r.Pixels(w, h)
		// An even number of lines weighs both fields of a woven picture alike.
		y1 = max(y1-(y1-y0)%2, y0+1)
		x1 = max(x1, x0+1)
		step := max(1, (x1-x0)/12)
		var sum float64
		var n int
		for y := y0; y < min(y1, h); y++ {
			for x := x0; x < min(x1, w); x += step {
				sum += at(x, y)
				n++
			}
		}
		if n == 0 {
			return 0
		}
		return sum / float64(n)
	}
	var code uint
	contrast = math.Inf(1)
	for c := range stripBits {
		d := (mean(stripBlock(c, 0)) - mean(stripBlock(c, 1))) * 255 / (stripLight - stripDark)
		code <<= 1
		if d > 0 {
			code |= 1
		}
		contrast = math.Min(contrast, math.Abs(d))
	}
	number, ok = stripNumber(code)
	return number, contrast, ok && contrast >= stripMinContrast
}
