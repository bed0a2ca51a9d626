// Package cpu runs networks on the processor: all layers in one pass over the rows of a frame, so that only a few rows of each layer are
// ever in memory, with kernels for AVX-512, AVX2 and plain C, and a Go path for builds without cgo.
package cpu

import (
	"math"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// program is a network fitted to one picture format: everything the kernels look up.
type program struct {
	net         *neural.Network
	in, out     frame.Format
	gw, gh      int
	top, offset float32 // the largest code; what is subtracted from inputs scaled to 0..1
	channels    []channel
	planes      []plane
	taps        [4][4]float32 // of the base's enlargement, by phase
	first       [4]int        // source position of the first tap, from the sample's own
}

// channel is one input: offset is where its plane starts in a frame, in bytes.
type channel struct {
	neural.Channel
	offset int
}

// plane is one plane of the picture (w by h), of the output (ow by oh), and the block of output samples at one grid position, whose
// channels start at first. base and out are byte offsets of the plane in the base picture and the output frame.
type plane struct {
	w, h, ow, oh, step, block, first int
	base, out                        int
}

func newProgram(n *neural.Network, in frame.Format) (*program, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	picture, out, err := n.Formats(in)
	if err != nil {
		return nil, err
	}
	p := &program{net: n, in: in, out: out, top: float32(int(1)<<in.Depth - 1), offset: 0.5}
	p.gw, p.gh = n.GridSize(picture.Width, picture.Height)
	if n.RGB {
		p.offset = 0
	}
	start := func(which neural.Picture, i int) int {
		at := in.PlaneOffset(i)
		if which == neural.Companion {
			w, h := picture.PlaneSize(i)
			at += w * h * in.SampleBytes()
		}
		return at
	}
	first := 0
	for i := range n.Planes {
		pl := plane{step: n.GridStep(i), first: first, base: start(n.BaseFrom, i), out: out.PlaneOffset(i)}
		pl.w, pl.h = picture.PlaneSize(i)
		pl.ow, pl.oh = out.PlaneSize(i)
		pl.block = n.Scale * pl.step
		first += pl.block * pl.block
		p.planes = append(p.planes, pl)
	}
	for _, c := range n.Inputs {
		p.channels = append(p.channels, channel{c, start(c.Picture, c.Plane)})
	}
	for f := range n.Scale {
		p.first[f], p.taps[f] = taps(n.Base, n.Scale, f)
	}
	return p, nil
}

// taps gives the four weights that make sample s*k+phase of a line enlarged s times, and where the first stands relative to sample k.
func taps(how neural.Upsampling, s, phase int) (first int, w [4]float32) {
	pos := (float64(phase)+0.5)/float64(s) - 0.5
	floor := math.Floor(pos)
	t := pos - floor
	switch how {
	case neural.Bilinear:
		return int(floor) - 1, [4]float32{0, float32(1 - t), float32(t), 0}
	case neural.Bicubic:
		for k, d := range [4]float64{1 + t, t, 1 - t, 2 - t} {
			w[k] = float32(cubic(d))
		}
		return int(floor) - 1, w
	}
	return -1, [4]float32{0, 1, 0, 0}
}

// cubic is the convolution kernel of Keys (1981) with a = -0.75.
func cubic(d float64) float64 {
	const a = -0.75
	if d <= 1 {
		return ((a+2)*d-(a+3))*d*d + 1
	}
	return ((a*d-5*a)*d+8*a)*d - 4*a
}

// blocks is how many blocks of 16 channels c take.
func blocks(c int) int { return (c + 15) / 16 }
