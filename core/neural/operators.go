package neural

import "slices"

// conv appends a layer. Kernels of 1x1 become the middle of a 3x3.
func (fw *follower) conv(n *protoNode, f *feature) (*feature, error) {
	if f.shuffle != 1 || f.added || f.clipped || f.resized != NoBase {
		return nil, unsupported(n, "after the pixel shuffle or on a resized picture")
	}
	w := fw.input(n, 1).tensor
	if w == nil || len(w.dims) != 4 {
		return nil, unsupported(n, "its weights are not a constant of four sizes")
	}
	count, err := w.elements()
	if err != nil {
		return nil, err
	}
	out, in, k := w.dims[0], w.dims[1], w.dims[2]
	if group, ok := n.attributes["group"]; ok && group.i != 1 {
		return nil, unsupported(n, "group %d", group.i)
	}
	if out < 1 || in < 1 || out > MaxChannels || in > MaxChannels {
		return nil, unsupported(n, "%d to %d channels, outside 1..%d", in, out, MaxChannels)
	}
	if int(in) != f.channels {
		return nil, unsupported(n, "it takes %d channels and is given %d", in, f.channels)
	}
	if k != w.dims[3] || k != 1 && k != 3 {
		return nil, unsupported(n, "a %dx%d kernel, not 3x3 or 1x1", k, w.dims[3])
	}
	if shape := n.ints("kernel_shape", k, k); !slices.Equal(shape, []int64{k, k}) {
		return nil, unsupported(n, "kernel_shape %v does not fit the weights", shape)
	}
	for _, name := range []string{"strides", "dilations"} {
		if v := n.ints(name, 1, 1); !slices.Equal(v, []int64{1, 1}) {
			return nil, unsupported(n, "%s %v", name, v)
		}
	}
	switch auto := n.attributes["auto_pad"].s; {
	case auto == "SAME_UPPER", auto == "SAME_LOWER", auto == "VALID" && k == 1:
	case auto != "" && auto != "NOTSET":
		return nil, unsupported(n, "auto_pad %s", auto)
	default:
		p := (k - 1) / 2
		if pads := n.ints("pads", 0, 0, 0, 0); !slices.Equal(pads, []int64{p, p, p, p}) {
			return nil, unsupported(n, "pads %v for a %dx%d kernel", pads, k, k)
		}
	}
	if fw.weights += count / int(k*k) * 9; fw.weights > maxElements || len(f.layers) >= MaxLayers {
		return nil, unsupported(n, "the network is too large")
	}
	values, err := w.values()
	if err != nil {
		return nil, err
	}
	if k == 1 {
		middle := make([]float32, 9*len(values))
		for i, v := range values {
			middle[9*i+4] = v
		}
		values = middle
	}
	bias := make([]float32, out)
	if len(n.in) > 2 && n.in[2] != "" {
		if bias, err = fw.perChannel(n, 2); err != nil {
			return nil, err
		}
		if len(bias) != int(out) {
			return nil, unsupported(n, "%d biases for %d channels", len(bias), out)
		}
	}
	next := *f
	next.channels = int(out)
	next.layers = append(slices.Clip(f.layers), Layer{In: int(in), Out: int(out), Weight: values, Bias: bias})
	return &next, nil
}

// perChannel reads a constant with one number per channel, or one number for all.
func (fw *follower) perChannel(n *protoNode, i int) ([]float32, error) {
	t := fw.input(n, i).tensor
	if t == nil {
		return nil, unsupported(n, "input %d is not a constant", i)
	}
	if count, err := t.elements(); err != nil || count > MaxChannels {
		if err != nil {
			return nil, err
		}
		return nil, unsupported(n, "input %d has %d numbers", i, count)
	}
	return t.values()
}

func (fw *follower) activate(n *protoNode, f *feature) (*feature, error) {
	if len(f.layers) == 0 || f.shuffle != 1 || f.added || f.clipped {
		return nil, unsupported(n, "not after a convolution")
	}
	l := f.layers[len(f.layers)-1]
	if l.Act != Linear {
		return nil, unsupported(n, "a second activation")
	}
	switch n.op {
	case "Relu":
		l.Act = ReLU
	case "LeakyRelu":
		l.Act, l.Slope = Leaky, []float32{0.01}
		if a, ok := n.attributes["alpha"]; ok {
			l.Slope[0] = a.f
		}
	default:
		slope, err := fw.perChannel(n, 1)
		if err != nil {
			return nil, err
		}
		dims := fw.input(n, 1).tensor.dims
		switch {
		case len(slope) == 1:
			l.Act = Leaky
		case len(slope) == l.Out && len(dims) >= 3 && dims[len(dims)-3] == int64(l.Out):
			l.Act = PReLU
		default:
			return nil, unsupported(n, "slopes of sizes %v for %d channels", dims, l.Out)
		}
		l.Slope = slope
	}
	next := *f
	next.layers = append(slices.Clone(f.layers[:len(f.layers)-1]), l)
	return &next, nil
}

// resize enlarges the input picture by a whole number.
func (fw *follower) resize(n *protoNode, f *feature) (*feature, error) {
	if !f.plain() || f.resized != NoBase {
		return nil, unsupported(n, "of anything but the input")
	}
	mode := n.attributes["mode"].s
	if mode == "" {
		mode = "nearest"
	}
	where := n.attributes["coordinate_transformation_mode"].s
	if where == "" {
		where = "half_pixel"
	}
	if n.op == "Upsample" {
		where = "asymmetric"
	}
	scale, err := fw.resizeScale(n, f)
	if err != nil {
		return nil, err
	}
	next := *f
	half := where == "half_pixel" || where == "pytorch_half_pixel"
	switch {
	case mode == "nearest":
		rounding := n.attributes["nearest_mode"].s
		if n.op == "Upsample" {
			rounding = "floor"
		}
		// Both of these repeat each sample scale times.
		if !(where == "asymmetric" && rounding == "floor") && !(half && (rounding == "" || rounding == "round_prefer_floor" || rounding == "round_prefer_ceil")) {
			return nil, unsupported(n, "nearest with %s and nearest_mode %q", where, rounding)
		}
		next.resized = Nearest
	case mode == "linear" && half:
		next.resized = Bilinear
	case mode == "cubic" && half:
		if a, ok := n.attributes["cubic_coeff_a"]; ok && a.f != -0.75 {
			return nil, unsupported(n, "cubic_coeff_a %v, not -0.75", a.f)
		}
		next.resized = Bicubic
	default:
		return nil, unsupported(n, "mode %q with %s", mode, where)
	}
	for _, name := range []string{"antialias", "exclude_outside"} {
		if n.attributes[name].i != 0 {
			return nil, unsupported(n, "%s", name)
		}
	}
	next.h, next.w = f.h*scale, f.w*scale
	return &next, nil
}

// resizeScale reads the factor from scales (attribute or input) or sizes.
func (fw *follower) resizeScale(n *protoNode, f *feature) (int, error) {
	var factors []float64
	for _, x := range n.attributes["scales"].floats {
		factors = append(factors, float64(x))
	}
	in := []int{2, 3}
	if n.op == "Upsample" || len(n.in) == 2 {
		in = []int{1}
	}
	for k, i := range in {
		v := fw.input(n, i)
		if v.tensor == nil && v.vector == nil {
			continue
		}
		vec, err := v.small(n)
		if err != nil {
			return 0, err
		}
		if len(vec.v) != 4 {
			continue // an empty list stands for "not given"
		}
		factors = vec.v
		if k == 1 {
			factors = []float64{vec.v[0], vec.v[1] / float64(f.channels), vec.v[2] / float64(f.h), vec.v[3] / float64(f.w)}
		}
	}
	if len(factors) == 4 && factors[0] == 1 && factors[1] == 1 && factors[2] == factors[3] {
		if s := int(min(max(factors[2], 0), 16)); float64(s) == factors[2] && s >= 1 {
			return s, nil
		}
	}
	return 0, unsupported(n, "scales %v, not [1 1 s s] with a whole s", factors)
}
