package temporal

import (
	"encoding/binary"
	"math"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
)

// each calls do for parts of n rows, side by side. What the parts read of each other's rows was written before the call; so the loops over samples leave the race
// detector out (go:norace), which makes them ten times as slow.
func (t *Filter) each(n int, do func(from, to int)) {
	var all sync.WaitGroup
	for i := 1; i < t.bands; i++ {
		from, to := n*i/t.bands, n*(i+1)/t.bands
		all.Go(func() { do(from, to) })
	}
	do(0, n/t.bands)
	all.Wait()
}

// compare fills delta: the picture less the one before, in units, of luma the mean of a cell.
func (t *Filter) compare(f *frame.Frame, from, to int) {
	wide := t.format.SampleBytes() == 2
	for y := from; y < to; y++ {
		row := t.delta[0][y*t.w : (y+1)*t.w]
		for k := range 2 {
			at := (2*y + k) * 2 * t.w
			s := t.state[0][at : at+2*t.w]
			if wide {
				addPairs16(row, f.Plane(0)[2*at:2*(at+2*t.w)], s, t.shift, k == 0)
			} else {
				addPairs8(row, f.Plane(0)[at:at+2*t.w], s, t.shift, k == 0)
			}
		}
		for x, v := range row {
			row[x] = v / 4
		}
		for p := 1; p < 3; p++ {
			at := y * t.w
			d, s := t.delta[p][at:at+t.w], t.state[p][at:at+t.w]
			if wide {
				less16(d, f.Plane(p)[2*at:2*(at+t.w)], s, t.shift)
			} else {
				less8(d, f.Plane(p)[at:at+t.w], s, t.shift)
			}
		}
	}
}

// addPairs16 sums pairs of samples less those before, over what row holds or anew.
//
//go:norace
func addPairs16(row []int32, line []byte, s []uint16, shift uint, anew bool) {
	shift &= 15
	line, s = line[:4*len(row)], s[:2*len(row)]
	if anew {
		clear(row)
	}
	for x := range row {
		both := binary.LittleEndian.Uint32(line[4*x:])
		row[x] += int32(both&0xffff+both>>16)<<shift - int32(s[2*x]) - int32(s[2*x+1])
	}
}

//go:norace
func addPairs8(row []int32, line []byte, s []uint16, shift uint, anew bool) {
	if anew {
		clear(row)
	}
	for x := range row {
		row[x] += (int32(line[2*x])+int32(line[2*x+1]))<<shift - int32(s[2*x]) - int32(s[2*x+1])
	}
}

//go:norace
func less16(d []int32, line []byte, s []uint16, shift uint) {
	shift &= 15
	line, s = line[:2*len(d)], s[:len(d)]
	for x := range d {
		d[x] = int32(binary.LittleEndian.Uint16(line[2*x:]))<<shift - int32(s[x])
	}
}

//go:norace
func less8(d []int32, line []byte, s []uint16, shift uint) {
	for x := range d {
		d[x] = int32(line[x])<<shift - int32(s[x])
	}
}

// around sums row y of a grid with its neighbours above and below, into sum, which has room for the cells beyond both ends: edges are repeated.
//
//go:norace
func (t *Filter) around(grid []int32, y int, sum []int32) {
	row := func(y int) []int32 { y = min(t.h-1, max(0, y)); return grid[y*t.w : (y+1)*t.w] }
	a, b, c, in := row(y-1), row(y), row(y+1), sum[1:t.w+1]
	for x := range in {
		in[x] = a[x] + b[x] + c[x]
	}
	sum[0], sum[t.w+1] = sum[1], sum[t.w]
}

// ninth is the size of a sum of nine.
//
//go:norace
func ninth(v int32) int32 {
	if v < 0 {
		v = -v
	}
	return v / 9
}

// measure fills place for the rows from..to, and power for their blocks.
//
//go:norace
func (t *Filter) measure(from, to int) {
	sum := make([]int32, t.w+2)
	for y := from; y < to; y++ {
		power := t.power[y/block*t.bw : (y/block+1)*t.bw]
		if y%block == 0 {
			clear(power)
		}
		t.around(t.delta[0], y, sum)
		row := t.place[y*t.w : (y+1)*t.w]
		for x := range row {
			row[x] = ninth(sum[x] + sum[x+1] + sum[x+2])
		}
		for b := range power {
			var squares int64
			for _, v := range row[b*block : min(t.w, (b+1)*block)] {
				squares += int64(v) * int64(v)
			}
			power[b] += float64(squares)
		}
	}
}

// judge fills rest: the root mean square of places, over blocks weighted 1 4 6 4 1 in both directions, held against the change that is rest.
func (t *Filter) judge() {
	for y := range t.bh {
		high := min(block, t.h-y*block)
		for x := range t.bw {
			t.power[y*t.bw+x] /= float64(high * min(block, t.w-x*block))
		}
	}
	binomial := func(from, to []float64, n, lines, step, next int) {
		for l := range lines {
			for i := range n {
				at := func(k int) float64 { return from[l*next+min(n-1, max(0, i+k))*step] }
				to[l*next+i*step] = (at(-2) + 4*at(-1) + 6*at(0) + 4*at(1) + at(2)) / 16
			}
		}
	}
	binomial(t.power, t.blur, t.bw, t.bh, 1, t.bw)
	binomial(t.blur, t.power, t.bh, t.bw, t.bw, 1)
	for i, v := range t.power {
		t.rest[i] = int32(256*min(1, max(0, 2-math.Sqrt(v)/t.change)) + 0.5)
	}
}
