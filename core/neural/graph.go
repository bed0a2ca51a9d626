package neural

import (
	"fmt"
	"slices"
)

// feature is what the picture has become at one point of the graph. Sizes are followed with real numbers, those of the file or of a
// stand-in picture, so that exports that compute shapes inside the graph can be read as well.
type feature struct {
	inputs            int // channels of the graph's input
	channels, h, w    int
	order             []Channel // RGB input channels as the first layer sees them
	unshuffle         int       // 1: none
	layers            []Layer
	shuffle           int        // 1: none
	resized           Upsampling // of the input itself, before it is added
	base              Upsampling
	added, clipped    bool
	pending           []int64 // rank 6, between the Reshape and Transpose of a pixel shuffle
	permuted, reverse bool    // the Transpose was seen; reverse: depth before column before row (DCR)
}

// plain is a picture-sized feature that nothing has been applied to.
func (f *feature) plain() bool {
	return f.pending == nil && len(f.layers) == 0 && f.unshuffle == 1
}

// value is a constant tensor, a small vector (a shape, scales), or a feature.
type value struct {
	tensor  *protoTensor
	vector  *vector
	feature *feature
}

// follower walks the graph, which ONNX demands to be in order.
type follower struct {
	values  map[string]value
	weights int // numbers in all layers so far
}

// follow turns a graph into the feature it ends in.
func follow(g *protoGraph) (*feature, error) {
	fw := &follower{values: map[string]value{"": {}}}
	for name, t := range g.tensors {
		fw.values[name] = value{tensor: t}
	}
	given := 0
	for _, in := range g.inputs {
		if g.tensors[in.name] != nil {
			continue
		}
		if given++; given > 1 {
			return nil, &UnsupportedError{Op: "a second input", Node: in.name}
		}
		f, err := newInput(in)
		if err != nil {
			return nil, err
		}
		fw.values[in.name] = value{feature: f}
	}
	if given == 0 || len(g.outputs) != 1 {
		return nil, &UnsupportedError{Op: fmt.Sprintf("%d inputs and %d outputs", given, len(g.outputs)), Reason: "the family has one of each"}
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		v, err := fw.apply(n)
		if err != nil {
			return nil, err
		}
		if len(n.out) == 0 {
			return nil, fmt.Errorf("%w: node %q has no output", ErrMalformed, n.name)
		}
		if n.out[0] != "" {
			fw.values[n.out[0]] = v
		}
	}
	f := fw.values[g.outputs[0]].feature
	if f == nil {
		return nil, fmt.Errorf("%w: its output does not come from its input", ErrMalformed)
	}
	return f, nil
}

func newInput(in protoInput) (*feature, error) {
	if len(in.dims) != 4 || in.dims[1] < 1 || in.dims[1] > MaxChannels || in.dims[0] > 1 {
		return nil, &UnsupportedError{Op: fmt.Sprintf("an input of sizes %v", in.dims), Node: in.name, Reason: "it must be 1 x channels x height x width"}
	}
	f := &feature{inputs: int(in.dims[1]), channels: int(in.dims[1]), h: 48, w: 72, unshuffle: 1, shuffle: 1}
	for i, to := range []*int{&f.h, &f.w} {
		if d := in.dims[2+i]; d > 0 {
			*to = int(min(d, 1<<16))
		}
	}
	for c := range f.channels {
		f.order = append(f.order, Channel{Plane: c})
	}
	return f, nil
}

func unsupported(n *protoNode, format string, a ...any) error {
	name := n.name
	if name == "" && len(n.out) > 0 {
		name = n.out[0]
	}
	return &UnsupportedError{Op: n.op, Node: name, Reason: fmt.Sprintf(format, a...)}
}

// input is the i-th input of a node; the zero value where it is left out.
func (fw *follower) input(n *protoNode, i int) value {
	if i >= len(n.in) {
		return value{}
	}
	return fw.values[n.in[i]]
}

// apply computes a node's first output.
func (fw *follower) apply(n *protoNode) (value, error) {
	if n.domain != "" && n.domain != "ai.onnx" {
		return value{}, unsupported(n, "it belongs to %s", n.domain)
	}
	for _, name := range n.in {
		if _, ok := fw.values[name]; !ok {
			return value{}, fmt.Errorf("%w: node %q uses %q before it is made", ErrMalformed, n.name, name)
		}
	}
	for name, a := range n.attributes {
		if a.nested {
			return value{}, unsupported(n, "attribute %s", name)
		}
	}
	first := fw.input(n, 0)
	if n.op == "Identity" || n.op == "Constant" {
		if n.op == "Constant" {
			return constant(n)
		}
		return first, nil
	}
	if first.feature == nil && fw.input(n, 1).feature == nil {
		return fw.vectorOp(n)
	}
	if n.op == "Shape" {
		return shapeOf(n, first.feature)
	}
	f, err := fw.featureOp(n, first.feature)
	return value{feature: f}, err
}

// featureOp applies an operator that takes the picture.
func (fw *follower) featureOp(n *protoNode, f *feature) (*feature, error) {
	if n.op == "Add" {
		return add(n, f, fw.input(n, 1).feature)
	}
	if f == nil {
		return nil, unsupported(n, "the picture is not its first input")
	}
	if f.pending != nil {
		switch n.op {
		case "Transpose":
			return transpose(n, f)
		case "Reshape":
			return fw.reshape(n, f)
		}
		return nil, unsupported(n, "inside a pixel shuffle")
	}
	switch n.op {
	case "Conv":
		return fw.conv(n, f)
	case "Relu", "LeakyRelu", "PRelu":
		return fw.activate(n, f)
	case "DepthToSpace", "SpaceToDepth":
		return depthSpace(n, f)
	case "Reshape":
		return fw.reshape(n, f)
	case "Resize", "Upsample":
		return fw.resize(n, f)
	case "Clip":
		return fw.clip(n, f)
	case "Cast":
		if to := n.attributes["to"].i; to != typeFloat && to != typeFloat16 {
			return nil, unsupported(n, "the picture to element type %d", to)
		}
		return f, nil
	}
	return nil, unsupported(n, "")
}

// add joins the network's output and the enlarged input.
func add(n *protoNode, a, b *feature) (*feature, error) {
	if a == nil || b == nil {
		return nil, unsupported(n, "a constant and the picture")
	}
	if len(a.layers) == 0 {
		a, b = b, a
	}
	switch {
	case len(a.layers) == 0 || !b.plain():
		return nil, unsupported(n, "of anything but the network's output and the enlarged input")
	case a.added || a.clipped || a.pending != nil || b.clipped:
		return nil, unsupported(n, "at this place")
	case a.channels != b.channels || a.h != b.h || a.w != b.w:
		return nil, unsupported(n, "%dx%dx%d and %dx%dx%d do not match", a.channels, a.h, a.w, b.channels, b.h, b.w)
	}
	sum := *a
	sum.added = true
	sum.base = b.resized
	if sum.base == NoBase {
		sum.base = Nearest // not resized: enlarged once by any method
	}
	return &sum, nil
}

func (fw *follower) clip(n *protoNode, f *feature) (*feature, error) {
	if len(f.layers) == 0 {
		return nil, unsupported(n, "of the input")
	}
	for i, want := range []float64{0, 1} {
		got := want
		if v := fw.input(n, i+1); v.tensor != nil || v.vector != nil {
			vec, err := v.small(n)
			if err != nil {
				return nil, err
			}
			if len(vec.v) != 1 {
				return nil, unsupported(n, "bounds")
			}
			got = vec.v[0]
		} else if a, ok := n.attributes[[]string{"min", "max"}[i]]; ok {
			got = float64(a.f)
		}
		if got != want {
			return nil, unsupported(n, "to %v instead of %v", got, want)
		}
	}
	out := *f
	out.clipped = true
	return &out, nil
}

// ints is a list attribute, or a default where it is absent.
func (n *protoNode) ints(name string, def ...int64) []int64 {
	if a, ok := n.attributes[name]; ok {
		return a.ints
	}
	return def
}

// only fails for an attribute that is there and is not one of the given values.
func (n *protoNode) only(name string, allowed ...string) error {
	if a, ok := n.attributes[name]; ok && !slices.Contains(allowed, a.s) {
		return unsupported(n, "%s %q", name, a.s)
	}
	return nil
}
