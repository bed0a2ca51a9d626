//go:build cuda && cgo

package cuda

import (
	_ "embed"
	"os"
)

//go:embed ptx/f32_sm61.ptx
var ptxF32 string

//go:embed ptx/f16_sm75.ptx
var ptxF16Turing string

//go:embed ptx/f16_sm80.ptx
var ptxF16Ampere string

// variant is one set of kernels.
type variant struct {
	name       string
	ptx        string
	capability int // the least, as 10*major+minor
	half       bool
}

func (v *variant) bytes() int { // of a number between layers
	if v.half {
		return 2
	}
	return 4
}

// variants lists them, best first.
var variants = []*variant{
	{"f16_sm80", ptxF16Ampere, 80, true},
	{"f16_sm75", ptxF16Turing, 75, true},
	{"f32_sm61", ptxF32, 61, false},
}

// choose is the best set of kernels for a card. The environment variable TAPELIGHT_CUDA may name a lesser one, for tests and comparisons.
func choose(capability int, half bool) *variant {
	var best *variant
	for _, v := range variants {
		switch {
		case v.capability > capability || v.half && !half:
		case v.name == os.Getenv("TAPELIGHT_CUDA"):
			return v
		case best == nil:
			best = v
		}
	}
	return best
}
