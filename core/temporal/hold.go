package temporal

import (
	"encoding/binary"

	"github.com/tapelight/tapelight/core/frame"
)

// hold draws the rows from..to of the grid towards the picture before, and keeps what comes of it.
func (t *Filter) hold(f *frame.Frame, from, to int) {
	rest, blocks := make([]int32, t.w), make([]int32, t.bw)
	sums := [2][]int32{make([]int32, t.w+2), make([]int32, t.w+2)}
	luma, colour := make([]int32, t.w), make([]int32, t.w)
	wide := t.format.SampleBytes() == 2
	for y := from; y < to; y++ {
		t.spread(y, blocks, rest)
		t.around(t.delta[1], y, sums[0])
		t.around(t.delta[2], y, sums[1])
		t.weigh(t.place[y*t.w:(y+1)*t.w], rest, sums, luma, colour)
		for k := range 2 {
			at := (2*y + k) * 2 * t.w
			t.draw(f.Plane(0), t.state[0], at, 2*t.w, luma, 1, wide)
		}
		for p := 1; p < 3; p++ {
			t.draw(f.Plane(p), t.state[p], y*t.w, t.w, colour, 0, wide)
		}
	}
}

// spread fills rest for the cells of row y, linearly between the centres of blocks; values has room for a row of blocks.
//
//go:norace
func (t *Filter) spread(y int, values, rest []int32) {
	a, b, k := between(y, t.bh)
	for i := range values {
		p, q := t.rest[a*t.bw+i], t.rest[b*t.bw+i]
		values[i] = p + (q-p)*k/(2*block)
	}
	for x := range rest {
		a, b, k := between(x, t.bw)
		rest[x] = values[a] + (values[b]-values[a])*k/(2*block)
	}
}

// between is where cell i lies between the centres of blocks a and b, in halves of a cell from a.
func between(i, n int) (a, b int, k int32) {
	at := 2*i + 1 - block
	if at < 0 {
		return 0, 0, 0
	}
	a = at / (2 * block)
	return a, min(n-1, a+1), int32(at % (2 * block))
}

// weigh gives the weights of the picture before, of 256, for one row of cells: for luma by how much the surroundings (rest) and the place stand still, for
// chroma by that of its own place as well. sums are those of chroma's changes in three rows.
//
//go:norace
func (t *Filter) weigh(place, rest []int32, sums [2][]int32, luma, colour []int32) {
	u, v := sums[0][:len(place)+2], sums[1][:len(place)+2]
	for x, d := range place {
		if rest[x] == 0 {
			luma[x], colour[x] = 0, 0
			continue
		}
		luma[x] = t.weight * rest[x] * fall(t.slope, d) >> 16
		c := max(ninth(u[x]+u[x+1]+u[x+2]), ninth(v[x]+v[x+1]+v[x+2]))
		colour[x] = (t.colour * rest[x] >> 8) * fall(t.m, d) >> 8 * fall(t.slopeC, c) >> 8
	}
}

// draw does n samples of a plane from sample at on: each weight holds for 1<<spread of them. What is rounded away is the picture before, so that a picture
// that stays comes to be itself.
func (t *Filter) draw(plane []byte, state []uint16, at, n int, weights []int32, spread uint, wide bool) {
	s := state[at : at+n]
	switch {
	case !wide:
		t.draw8(plane[at:at+n], s, weights, spread)
	case spread == 1:
		t.drawPairs(plane[2*at:2*(at+n)], s, weights)
	default:
		t.drawSingles(plane[2*at:2*(at+n)], s, weights)
	}
}

//go:norace
func (t *Filter) draw8(line []byte, s []uint16, weights []int32, spread uint) {
	half := int32(1) << t.shift >> 1
	for i, b := range line {
		x := int32(b) << t.shift
		x += weights[i>>spread] * (int32(s[i]) - x) / 256
		s[i], line[i] = uint16(x), uint8((x+half)>>t.shift)
	}
}

//go:norace
func (t *Filter) drawPairs(line []byte, s []uint16, weights []int32) {
	shift := t.shift & 15
	half := int32(1) << shift >> 1
	line, s = line[:4*len(weights)], s[:2*len(weights)]
	for i, w := range weights {
		both := binary.LittleEndian.Uint32(line[4*i:])
		x, y := int32(both&0xffff)<<shift, int32(both>>16)<<shift
		if w != 0 {
			x += w * (int32(s[2*i]) - x) / 256
			y += w * (int32(s[2*i+1]) - y) / 256
			binary.LittleEndian.PutUint32(line[4*i:], uint32((x+half)>>shift)|uint32((y+half)>>shift)<<16)
		}
		s[2*i], s[2*i+1] = uint16(x), uint16(y)
	}
}

//go:norace
func (t *Filter) drawSingles(line []byte, s []uint16, weights []int32) {
	shift := t.shift & 15
	half := int32(1) << shift >> 1
	line, s = line[:2*len(weights)], s[:len(weights)]
	for i, w := range weights {
		x := int32(binary.LittleEndian.Uint16(line[2*i:])) << shift
		if w != 0 {
			x += w * (int32(s[i]) - x) / 256
			binary.LittleEndian.PutUint16(line[2*i:], uint16((x+half)>>shift))
		}
		s[i] = uint16(x)
	}
}
