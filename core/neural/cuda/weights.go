//go:build cuda && cgo

package cuda

import "github.com/tapelight/tapelight/core/neural"

// up rounds n up to a multiple of m.
func up(n, m int) int { return (n + m - 1) / m * m }

// numbers are a layer's biases, then its slopes, each up to a multiple of 16 outputs.
func numbers(to *words, l *neural.Layer) {
	padded := up(l.Out, 16)
	for _, v := range [][]float32{l.Bias, l.Slopes()} {
		to.floats(v...)
		for range padded - l.Out {
			to.floats(0)
		}
	}
}

// singleWeights lays a layer's weights out as kernels/conv_f32.h says: [block of 16 outputs][input, up to a multiple of 8][tap][16].
func singleWeights(to *words, l *neural.Layer) {
	for o := 0; o < l.Out; o += 16 {
		for i := range up(l.In, 8) {
			for tap := range 9 {
				for c := o; c < o+16; c++ {
					v := float32(0)
					if c < l.Out && i < l.In {
						v = l.Weight[(c*l.In+i)*9+tap]
					}
					to.floats(v)
				}
			}
		}
	}
}

// halfWeights lays a layer's weights out as kernels/conv_f16.h says: [16 inputs][tap][16 outputs][lane][4]. An instruction takes B[16x8] with lane
// 4g+q holding column g, rows 2q and 2q+1 in one number, 2q+8 and 2q+9 in the next.
func halfWeights(to *words, l *neural.Layer) {
	at := func(o, i, tap int) uint32 {
		if o >= l.Out || i >= l.In {
			return 0
		}
		return uint32(half(l.Weight[(o*l.In+i)*9+tap]))
	}
	for i := 0; i < l.In; i += 16 {
		for tap := range 9 {
			for o := 0; o < l.Out; o += 16 {
				for lane := range 32 {
					col, row := lane/4, lane%4*2
					for k := range 4 {
						c, r := o+k/2*8+col, i+k%2*8+row
						*to = append(*to, at(c, r, tap)|at(c, r+1, tap)<<16)
					}
				}
			}
		}
	}
}

// fitsHalf tells whether all weights are finite as halves.
func fitsHalf(n *neural.Network) bool {
	for _, l := range n.Layers {
		for _, w := range l.Weight {
			if w > maxHalf || w < -maxHalf {
				return false
			}
		}
	}
	return true
}
