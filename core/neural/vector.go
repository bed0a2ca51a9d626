package neural

import (
	"math"
	"slices"
)

// maxVector bounds the constants that shapes are computed from.
const maxVector = 64

// vector is a shape or a list of factors. Rank 0 and rank 1 are not told apart: what exports compute with them never needs it.
type vector struct {
	v       []float64
	integer bool
}

// small reads a value as a vector.
func (v value) small(n *protoNode) (*vector, error) {
	if v.vector != nil {
		return v.vector, nil
	}
	if v.tensor == nil {
		return nil, unsupported(n, "an input that is no constant")
	}
	count, err := v.tensor.elements()
	if err != nil {
		return nil, err
	}
	if count > maxVector {
		return nil, unsupported(n, "a constant of %d numbers", count)
	}
	out := &vector{integer: v.tensor.dtype == typeInt64 || v.tensor.dtype == typeInt32}
	for i := range count {
		out.v = append(out.v, v.tensor.at(i))
	}
	return out, nil
}

func constant(n *protoNode) (value, error) {
	for name, a := range n.attributes {
		switch name {
		case "value":
			if a.t != nil {
				return value{tensor: a.t}, nil
			}
		case "value_int":
			return value{vector: &vector{[]float64{float64(a.i)}, true}}, nil
		case "value_float":
			return value{vector: &vector{[]float64{float64(a.f)}, false}}, nil
		case "value_ints":
			v := &vector{integer: true}
			for _, x := range a.ints[:min(len(a.ints), maxVector)] {
				v.v = append(v.v, float64(x))
			}
			return value{vector: v}, nil
		case "value_floats":
			v := &vector{}
			for _, x := range a.floats[:min(len(a.floats), maxVector)] {
				v.v = append(v.v, float64(x))
			}
			return value{vector: v}, nil
		}
	}
	return value{}, unsupported(n, "without a tensor")
}

func shapeOf(n *protoNode, f *feature) (value, error) {
	if f.pending != nil {
		return value{}, unsupported(n, "inside a pixel shuffle")
	}
	for _, name := range []string{"start", "end"} {
		if _, ok := n.attributes[name]; ok {
			return value{}, unsupported(n, "attribute %s", name)
		}
	}
	return value{vector: &vector{[]float64{1, float64(f.channels), float64(f.h), float64(f.w)}, true}}, nil
}

// vectorOp computes the operators that exports build shapes with.
func (fw *follower) vectorOp(n *protoNode) (value, error) {
	known := []string{"Gather", "Concat", "Unsqueeze", "Squeeze", "Cast", "Floor", "Slice", "Add", "Sub", "Mul", "Div"}
	if !slices.Contains(known, n.op) {
		return value{}, unsupported(n, "")
	}
	if n.op == "Cast" && fw.input(n, 0).tensor != nil {
		return fw.input(n, 0), nil // of weights: they become float32 anyway
	}
	if t := fw.input(n, 0).tensor; n.op == "Unsqueeze" && t != nil && len(t.dims) == 1 && fw.perChannelAxes(n) {
		slopes := *t
		slopes.dims = []int64{t.dims[0], 1, 1}
		return value{tensor: &slopes}, nil
	}
	var in []*vector
	for i := range n.in {
		if n.in[i] == "" {
			return value{}, unsupported(n, "an input left out")
		}
		v, err := fw.input(n, i).small(n)
		if err != nil {
			return value{}, err
		}
		in = append(in, v)
	}
	if len(in) == 0 {
		return value{}, unsupported(n, "without inputs")
	}
	out := &vector{integer: in[0].integer}
	switch n.op {
	case "Unsqueeze", "Squeeze":
		out.v = in[0].v
	case "Cast":
		out.integer = n.attributes["to"].i == typeInt64 || n.attributes["to"].i == typeInt32
		for _, x := range in[0].v {
			if out.integer {
				x = math.Trunc(x)
			}
			out.v = append(out.v, x)
		}
	case "Floor":
		for _, x := range in[0].v {
			out.v = append(out.v, math.Floor(x))
		}
	case "Concat":
		for _, v := range in {
			out.v = append(out.v, v.v...)
		}
	case "Gather":
		if len(in) != 2 || n.attributes["axis"].i != 0 {
			return value{}, unsupported(n, "axis")
		}
		for _, x := range in[1].v {
			i := index(x, len(in[0].v))
			if i < 0 || i >= len(in[0].v) {
				return value{}, unsupported(n, "index %v of %d", x, len(in[0].v))
			}
			out.v = append(out.v, in[0].v[i])
		}
	case "Slice":
		if len(in) < 3 || len(in[1].v) != 1 || len(in[2].v) != 1 || len(in) > 4 && (len(in[4].v) != 1 || in[4].v[0] != 1) {
			return value{}, unsupported(n, "other than one range")
		}
		from, to := index(in[1].v[0], len(in[0].v)), index(in[2].v[0], len(in[0].v))
		from = min(max(from, 0), len(in[0].v))
		out.v = in[0].v[from:min(max(to, from), len(in[0].v))]
	default:
		if len(in) != 2 {
			return value{}, unsupported(n, "%d inputs", len(in))
		}
		return elementwise(n, in[0], in[1])
	}
	if len(out.v) > maxVector {
		return value{}, unsupported(n, "more than %d numbers", maxVector)
	}
	return value{vector: out}, nil
}

// perChannelAxes tells whether an Unsqueeze makes a list fit the channels: PReLU slopes are exported so.
func (fw *follower) perChannelAxes(n *protoNode) bool {
	axes := n.ints("axes")
	if v, err := fw.input(n, 1).small(n); err == nil && len(v.v) == 2 {
		axes = []int64{int64(v.v[0]), int64(v.v[1])}
	}
	return slices.Equal(axes, []int64{1, 2})
}

// index counts negative positions from the end; far ones (exports write 2^63-1 for "to the end") stay in int range.
func index(x float64, n int) int {
	i := int(min(max(x, -1e6), 1e6))
	if i < 0 {
		i += n
	}
	return i
}

func elementwise(n *protoNode, a, b *vector) (value, error) {
	size := max(len(a.v), len(b.v))
	if len(a.v) == 0 || len(b.v) == 0 || len(a.v) != size && len(a.v) != 1 || len(b.v) != size && len(b.v) != 1 {
		return value{}, unsupported(n, "%d and %d numbers", len(a.v), len(b.v))
	}
	out := &vector{integer: a.integer && b.integer}
	for i := range size {
		x, y := a.v[i%len(a.v)], b.v[i%len(b.v)]
		switch n.op {
		case "Add":
			x += y
		case "Sub":
			x -= y
		case "Mul":
			x *= y
		case "Div":
			if x /= y; out.integer {
				x = math.Trunc(x)
			}
		}
		if math.IsNaN(x) || math.Abs(x) > 1e12 {
			return value{}, unsupported(n, "a shape out of range")
		}
		out.v = append(out.v, x)
	}
	return value{vector: out}, nil
}
