// Package cpu runs networks on the processor: all layers in one pass over the rows of a frame, so that only a few rows of each layer are
// ever in memory, with kernels for AVX-512, AVX2 and plain C, and a Go path for builds without cgo.
package cpu

import (
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
		p.first[f], p.taps[f] = neural.Taps(n.Base, n.Scale, f)
	}
	return p, nil
}

// blocks is how many blocks of 16 channels c take.
func blocks(c int) int { return (c + 15) / 16 }
