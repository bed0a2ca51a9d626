package neural

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Element types of TensorProto that can hold weights or sizes.
const (
	typeFloat   = 1
	typeInt32   = 6
	typeInt64   = 7
	typeFloat16 = 10
	typeDouble  = 11
)

// maxElements bounds one tensor and all weights of a network together.
const (
	maxElements = 16 << 20
	maxHalves   = 1 << 20 // numbers that are not stored as raw data
)

type protoTensor struct {
	name     string
	dims     []int64
	dtype    int64
	raw      []byte
	floats   []float32
	halves   []int64 // int32_data, which carries float16 where raw_data does not
	ints     []int64
	external bool
}

func float32FromBits(v uint64) float32 { return math.Float32frombits(uint32(v)) }

func addFloats(to []float32, v uint64, packed []byte, limit int) ([]float32, error) {
	count := 1
	if packed != nil {
		count = len(packed) / 4
	}
	if len(to)+count > limit {
		return nil, tooMany("numbers", limit)
	}
	if packed == nil {
		return append(to, float32FromBits(v)), nil
	}
	if len(packed)%4 != 0 {
		return nil, fmt.Errorf("%w: a cut float", ErrMalformed)
	}
	if to == nil {
		to = make([]float32, 0, count)
	}
	for ; len(packed) > 0; packed = packed[4:] {
		to = append(to, math.Float32frombits(binary.LittleEndian.Uint32(packed)))
	}
	return to, nil
}

func readTensor(msg []byte) (*protoTensor, error) {
	t := &protoTensor{}
	err := eachField(msg, func(num protowire.Number, v uint64, b []byte) (err error) {
		switch num {
		case 1:
			t.dims, err = addInts(t.dims, v, b, maxRank, "sizes of a tensor")
		case 2:
			t.dtype = int64(v)
		case 4:
			t.floats, err = addFloats(t.floats, v, b, maxElements)
		case 5:
			t.halves, err = addInts(t.halves, v, b, maxHalves, "numbers in int32_data")
		case 7:
			t.ints, err = addInts(t.ints, v, b, maxInts, "numbers in a tensor of sizes")
		case 8:
			t.name = string(b)
		case 9:
			t.raw = b
		case 13:
			t.external = true
		case 14:
			t.external = t.external || v == 1
		}
		return err
	})
	return t, err
}

// elements is the number of values the sizes promise, checked against what is there.
func (t *protoTensor) elements() (int, error) {
	if t.external {
		return 0, &UnsupportedError{Op: "external data", Node: t.name, Reason: "the weights must be in the file itself"}
	}
	count := int64(1)
	for _, d := range t.dims {
		if d < 0 || d > maxElements {
			return 0, fmt.Errorf("%w: tensor %q has a size of %d", ErrMalformed, t.name, d)
		}
		if count *= d; count > maxElements {
			return 0, fmt.Errorf("%w: tensor %q is larger than %d numbers", ErrMalformed, t.name, maxElements)
		}
	}
	have := 0
	switch size := map[int64]int{typeFloat: 4, typeInt32: 4, typeInt64: 8, typeFloat16: 2, typeDouble: 8}[t.dtype]; {
	case size == 0:
		return 0, &UnsupportedError{Op: fmt.Sprintf("element type %d", t.dtype), Node: t.name}
	case t.raw != nil:
		have = len(t.raw) / size
	case t.dtype == typeFloat:
		have = len(t.floats)
	case t.dtype == typeInt64:
		have = len(t.ints)
	case t.dtype == typeFloat16:
		have = len(t.halves)
	default:
		return 0, &UnsupportedError{Op: fmt.Sprintf("element type %d", t.dtype), Node: t.name, Reason: "not as raw data"}
	}
	if int64(have) != count {
		return 0, fmt.Errorf("%w: tensor %q of %v holds %d numbers", ErrMalformed, t.name, t.dims, have)
	}
	return have, nil
}

// values converts to float32, the precision networks run in.
func (t *protoTensor) values() ([]float32, error) {
	n, err := t.elements()
	if err != nil {
		return nil, err
	}
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(t.at(i))
	}
	return out, nil
}

func (t *protoTensor) at(i int) float64 {
	le := binary.LittleEndian
	switch t.dtype {
	case typeFloat:
		if t.raw != nil {
			return float64(math.Float32frombits(le.Uint32(t.raw[4*i:])))
		}
		return float64(t.floats[i])
	case typeFloat16:
		if t.raw != nil {
			return float64(half(le.Uint16(t.raw[2*i:])))
		}
		return float64(half(uint16(t.halves[i])))
	case typeDouble:
		return math.Float64frombits(le.Uint64(t.raw[8*i:]))
	case typeInt32:
		return float64(int32(le.Uint32(t.raw[4*i:])))
	}
	if t.raw != nil {
		return float64(int64(le.Uint64(t.raw[8*i:])))
	}
	return float64(t.ints[i])
}

// half converts IEEE 754 binary16.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exp {
	case 0:
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}
