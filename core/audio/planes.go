package audio

import "slices"

// planes are channels of samples beside each other, all of one length, full scale ±1.
type planes [][]float64

func newPlanes(channels int) planes { return make(planes, channels) }

func (p planes) len() int {
	if len(p) == 0 {
		return 0
	}
	return len(p[0])
}

// add appends the samples of q.
func (p planes) add(q planes) planes {
	for c := range p {
		p[c] = append(p[c], q[c]...)
	}
	return p
}

// drop takes the first n samples away and keeps the room.
func (p planes) drop(n int) {
	for c := range p {
		p[c] = p[c][:copy(p[c], p[c][n:])]
	}
}

// empty keeps the room alone.
func (p planes) empty() planes {
	for c := range p {
		p[c] = p[c][:0]
	}
	return p
}

// zeros appends n samples of silence.
func (p planes) zeros(n int) planes {
	for c := range p {
		p[c] = slices.Grow(p[c], n)[:len(p[c])+n]
		clear(p[c][len(p[c])-n:])
	}
	return p
}

// A stage is one step of a repair as a stream. It may look ahead as far as it likes, but what comes out has no delay: sample for sample it is
// the repair of what went in, and as much of it.
type stage interface {
	// add takes samples, which it must not keep, and appends to out what is ready.
	add(in, out planes) planes
	// end appends the rest.
	end(out planes) planes
}

// A longStage holds so much at its end that it gives it out in parts.
type longStage interface {
	stage
	// endPart appends some of the rest, and tells whether there is more.
	endPart(out planes) (planes, bool)
}
