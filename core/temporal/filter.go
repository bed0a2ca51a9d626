// Package temporal holds still what stands still: a motion-adaptive recursive filter over the pictures a network made. A network sees a few moments at once,
// so what noise it leaves differs from picture to picture; where nothing moves, each picture is drawn towards the one before it.
package temporal

import (
	"fmt"
	"math"
	"runtime"

	"github.com/tapelight/tapelight/core/frame"
)

// Settings of a filter. The zero value does nothing.
type Settings struct {
	// Change is the change against the picture before up to which a place stands still, in codes of 255: the root mean square over some 80 samples across
	// and down of what is left when noise is averaged away over 6x6 samples. At twice as much the place moves and is left alone; in between the filter fades.
	Change float64 `json:"change,omitempty"`
	// Weight is the share of the picture before at rest, 0 to 1; of 1, what a recursive filter can bear (most) is used.
	Weight float64 `json:"weight,omitempty"`
}

// Off tells whether there is nothing to do.
func (s Settings) Off() bool { return s.Change <= 0 || s.Weight <= 0 }

// LeadIn is how many pictures a filter has to see before its output is, sample by sample, that of one that began earlier. The memory of a picture fades by
// a seventh at the least with each that follows, so after half of them it is below the state's last digit; the rest are for that digit to agree, which it does at
// random, and then for good.
const LeadIn = 128

// Settled is how many it has to see before one picture alone shows no difference: noise then is within a tenth of what it comes to.
const Settled = 6

const (
	most       = 195 // of 256: the largest weight of luma
	mostColour = 220 // and of chroma, which a tape blurs over time as over the lines
	point      = 3   // a place's own change may be so many times Change: noise is averaged over 36 samples only
	pointDelta = 6   // and that of its colour
	pointMove  = 8   // where luma changes by so much, colour moves
	unit       = 256 // of the state: a code of 255
	block      = 8   // width and height of a block of the grid, in grid cells of 2x2 luma samples
)

// Filter is the filter of one stream. It is for one goroutine at a time.
type Filter struct {
	format frame.Format
	shift  uint
	w, h   int // of the grid: a cell is 2x2 samples of luma, one of each chroma plane
	bw, bh int // of its blocks
	bands  int
	begun  bool

	weight, colour   int32 // of 256
	change           float64
	slope, slopeC, m int32 // by how much a weight falls, of 256, for each unit of a place's change: see falling

	state [3][]uint16 // the picture before, of 16 bits
	delta [3][]int32  // a picture against it, by grid cell: luma, and each chroma plane
	place []int32     // luma's change, averaged over 3x3 cells
	power []float64   // mean square of place, by block
	blur  []float64
	rest  []int32 // how much each block stands still, of 256
}

// New makes a filter of pictures of f: 4:2:0, of even width and height and of 8 to 12 bits.
func New(f frame.Format, s Settings) (*Filter, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if f.Chroma != frame.YUV420 || f.Width%2 != 0 || f.Height%2 != 0 || f.Depth > 12 {
		return nil, fmt.Errorf("pictures of %v can't be held still: 4:2:0 of even size and at most 12 bits can", f)
	}
	if s.Off() || s.Weight > 1 || math.IsNaN(s.Change+s.Weight) || s.Change > 255 {
		return nil, fmt.Errorf("holding still by %g of changes of %g codes makes no sense", s.Weight, s.Change)
	}
	t := &Filter{format: f, shift: uint(16 - f.Depth), w: f.Width / 2, h: f.Height / 2, bands: min(4, runtime.GOMAXPROCS(0))}
	t.bw, t.bh = (t.w+block-1)/block, (t.h+block-1)/block
	t.weight, t.colour = int32(most*s.Weight+0.5), int32(mostColour*s.Weight+0.5)
	t.change = s.Change * unit
	t.slope, t.slopeC, t.m = falling(point*t.change), falling(pointDelta*t.change), falling(pointMove*t.change)
	cells := t.w * t.h
	t.state = [3][]uint16{make([]uint16, 4*cells), make([]uint16, cells), make([]uint16, cells)}
	t.delta = [3][]int32{make([]int32, cells), make([]int32, cells), make([]int32, cells)}
	t.place = make([]int32, cells)
	t.power, t.blur, t.rest = make([]float64, t.bw*t.bh), make([]float64, t.bw*t.bh), make([]int32, t.bw*t.bh)
	return t, nil
}

// falling is the slope, in 1/65536, of a weight that is whole up to a change of limit units and gone at twice that.
func falling(limit float64) int32 { return int32(min(math.MaxInt16, 256*65536/limit) + 0.5) }

// fall is that weight, of 256, at a change of d units.
func fall(slope, d int32) int32 {
	return min(256, max(0, 512-int32(int64(d)*int64(slope)>>16)))
}

// Apply filters the next picture, of the filter's format, in place.
func (t *Filter) Apply(f *frame.Frame) {
	if !t.begun {
		t.begun = true
		for p := range t.state {
			t.keep(f.Plane(p), t.state[p])
		}
		return
	}
	t.each(t.h, func(from, to int) { t.compare(f, from, to) })
	t.each(t.bh, func(from, to int) { t.measure(from*block, min(t.h, to*block)) })
	t.judge()
	t.each(t.h, func(from, to int) { t.hold(f, from, to) })
}

// Memory is how many bytes a filter of pictures of f takes.
func Memory(f frame.Format) uint64 {
	samples := uint64(f.Width) * uint64(f.Height)
	return samples/2*3*2 + samples/4*4*4
}

// keep takes a plane as it is.
func (t *Filter) keep(plane []byte, state []uint16) {
	if t.format.SampleBytes() == 1 {
		for i, v := range plane[:len(state)] {
			state[i] = uint16(v) << t.shift
		}
		return
	}
	for i := range state {
		state[i] = (uint16(plane[2*i]) | uint16(plane[2*i+1])<<8) << t.shift
	}
}
