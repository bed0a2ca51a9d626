package neural

import "slices"

// depthSpace handles the two operators; torch exports the same as Reshape, Transpose, Reshape.
func depthSpace(n *protoNode, f *feature) (*feature, error) {
	r := int(min(max(n.attributes["blocksize"].i, 0), 16))
	if r < 1 {
		return nil, unsupported(n, "blocksize")
	}
	if n.op == "SpaceToDepth" {
		return unshuffle(n, f, r, true)
	}
	if err := n.only("mode", "DCR", "CRD"); err != nil {
		return nil, err
	}
	return shuffle(n, f, r, n.attributes["mode"].s != "CRD")
}

// unshuffle packs r by r blocks of the input picture into channels: reverse puts the colours last (ONNX's order), else first (torch's).
func unshuffle(n *protoNode, f *feature, r int, reverse bool) (*feature, error) {
	if !f.plain() || f.resized != NoBase || f.channels*r*r > MaxChannels {
		return nil, unsupported(n, "of anything but the input")
	}
	if f.h%r != 0 || f.w%r != 0 {
		return nil, unsupported(n, "a %dx%d picture in blocks of %d", f.w, f.h, r)
	}
	next := *f
	next.unshuffle = r
	next.h, next.w = f.h/r, f.w/r
	next.channels = f.channels * r * r
	next.order = make([]Channel, next.channels)
	for c := range f.channels {
		for d := range r * r {
			at := c*r*r + d
			if reverse {
				at = d*f.channels + c
			}
			next.order[at] = Channel{Plane: c, DY: d / r, DX: d % r}
		}
	}
	return &next, nil
}

// shuffle unpacks the last layer's channels. Networks keep them in CRD order; for DCR (reverse) the layer's channels change places.
func shuffle(n *protoNode, f *feature, r int, reverse bool) (*feature, error) {
	if len(f.layers) == 0 || f.shuffle != 1 || f.added || f.clipped || f.channels%(r*r) != 0 {
		return nil, unsupported(n, "of %d channels at this place", f.channels)
	}
	next := *f
	next.channels = f.channels / (r * r)
	next.h, next.w = f.h*r, f.w*r
	next.shuffle = r
	if reverse && r > 1 {
		l := f.layers[len(f.layers)-1]
		old := l
		l.Weight = make([]float32, 0, len(old.Weight))
		l.Bias = make([]float32, 0, len(old.Bias))
		if l.Act == PReLU {
			l.Slope = make([]float32, 0, len(old.Slope))
		}
		for c := range next.channels {
			for d := range r * r {
				from := d*next.channels + c
				l.Weight = append(l.Weight, old.Weight[from*l.In*9:(from+1)*l.In*9]...)
				l.Bias = append(l.Bias, old.Bias[from])
				if l.Act == PReLU {
					l.Slope = append(l.Slope, old.Slope[from])
				}
			}
		}
		next.layers = append(slices.Clone(f.layers[:len(f.layers)-1]), l)
	}
	return &next, nil
}

// reshape opens or ends a pixel shuffle that is written as Reshape, Transpose, Reshape.
func (fw *follower) reshape(n *protoNode, f *feature) (*feature, error) {
	vec, err := fw.input(n, 1).small(n)
	if err != nil {
		return nil, err
	}
	have := []int64{1, int64(f.channels), int64(f.h), int64(f.w)}
	if f.pending != nil {
		have = f.pending
	}
	to, ok := resolve(have, vec.v)
	if !ok {
		return nil, unsupported(n, "%v to %v", have, vec.v)
	}
	next := *f
	if f.pending == nil {
		if slices.Equal(to, have) {
			return f, nil
		}
		if len(to) != 6 {
			return nil, unsupported(n, "%v to %v", have, to)
		}
		next.pending, next.permuted = to, false
		return &next, nil
	}
	next.pending = nil
	if !f.permuted {
		return nil, unsupported(n, "without a Transpose before it")
	}
	var done *feature
	d := f.pending // after the Transpose: [1, c, h, r, w, r], or [1, r, r, c, h, w] and its like for an unshuffle
	if len(f.layers) > 0 {
		if d[3] != d[5] {
			return nil, unsupported(n, "blocks of %dx%d", d[5], d[3])
		}
		done, err = shuffle(n, &next, int(d[3]), f.reverse)
	} else {
		r := d[2]
		if f.reverse {
			r = d[1]
		}
		done, err = unshuffle(n, &next, int(r), f.reverse)
	}
	if err != nil {
		return nil, err
	}
	if want := []int64{1, int64(done.channels), int64(done.h), int64(done.w)}; !slices.Equal(to, want) {
		return nil, unsupported(n, "%v where a pixel shuffle gives %v", to, want)
	}
	return done, nil
}

// transpose is the middle of a pixel shuffle: only the four orders that pixel shuffles have are known.
func transpose(n *protoNode, f *feature) (*feature, error) {
	perm := n.ints("perm")
	d := f.pending
	if f.permuted || len(perm) != 6 {
		return nil, unsupported(n, "perm %v", perm)
	}
	is := func(p ...int64) bool { return slices.Equal(perm, p) }
	h, w, c := int64(f.h), int64(f.w), int64(f.channels)
	next := *f
	next.permuted = true
	switch up := len(f.layers) > 0; {
	case up && is(0, 1, 4, 2, 5, 3) && d[2] == d[3] && d[4] == h && d[5] == w:
		next.reverse = false
	case up && is(0, 3, 4, 1, 5, 2) && d[1] == d[2] && d[4] == h && d[5] == w:
		next.reverse = true
	case !up && is(0, 1, 3, 5, 2, 4) && d[1] == c && d[3] == d[5] && d[2]*d[3] == h:
		next.reverse = false
	case !up && is(0, 3, 5, 1, 2, 4) && d[1] == c && d[3] == d[5] && d[2]*d[3] == h:
		next.reverse = true
	default:
		return nil, unsupported(n, "%v by perm %v is no pixel shuffle", d, perm)
	}
	next.pending = make([]int64, 6)
	for i, p := range perm {
		next.pending[i] = d[p]
	}
	return &next, nil
}

// resolve fills in the 0 (keep) and -1 (infer) of a Reshape and checks that the number of elements stays.
func resolve(have []int64, want []float64) ([]int64, bool) {
	total, known, infer := int64(1), int64(1), -1
	for _, d := range have {
		total *= d
	}
	out := make([]int64, len(want))
	for i, x := range want {
		d := int64(x)
		switch {
		case d == 0 && i < len(have):
			d = have[i]
		case d == -1 && infer < 0:
			infer = i
			continue
		case d <= 0 || d > total:
			return nil, false
		}
		out[i] = d
		if known *= d; known > total {
			return nil, false
		}
	}
	if infer >= 0 {
		out[infer] = total / known
		known *= out[infer]
	}
	return out, known == total
}
