//go:build cuda && cgo

package cuda

import "math"

// maxHalf is the largest finite half.
const maxHalf = 65504

// half is v as an IEEE 754 half, to the nearest, ties to even. Magnitudes above maxHalf become infinite.
func half(v float32) uint16 {
	x := math.Float32bits(v)
	sign := uint16(x >> 16 & 0x8000)
	x &= 0x7fffffff
	switch {
	case x > 0x7f800000:
		return sign | 0x7e00
	case x >= 0x477ff000:
		return sign | 0x7c00
	case x < 0x38800000: // below the smallest normal half: the adder rounds
		return sign | uint16(math.Float32bits(math.Float32frombits(x)+0.5)-0x3f000000)
	}
	return sign | uint16((x+0xfff+(x>>13&1)-0x38000000)>>13)
}
