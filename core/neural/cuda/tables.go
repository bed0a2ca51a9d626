//go:build cuda && cgo

package cuda

import (
	"math"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// words is a table as kernels read it, of 32-bit numbers.
type words []uint32

func (w *words) ints(v ...int) {
	for _, x := range v {
		*w = append(*w, uint32(int32(x)))
	}
}

func (w *words) floats(v ...float32) {
	for _, x := range v {
		*w = append(*w, math.Float32bits(x))
	}
}

// geometry is a network fitted to one picture format.
type geometry struct {
	net            *neural.Network
	in, out        frame.Format
	picture        frame.Format
	gw, gh         int
	before, after  int
	item           int // numbers in an item: flip, output slot, a slot for each frame of the window
	pictureTable   words
	channels, outs words
}

// itemHead is how many numbers of an item come before its frames.
const itemHead = 2

func newGeometry(n *neural.Network, in frame.Format) (*geometry, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	picture, out, err := n.Formats(in)
	if err != nil {
		return nil, err
	}
	g := &geometry{net: n, in: in, out: out, picture: picture}
	g.gw, g.gh = n.GridSize(picture.Width, picture.Height)
	g.before, g.after = n.Window()
	g.item = itemHead + g.before + g.after + 1
	g.tables()
	return g, nil
}

// tables writes Picture, Channel and Output as kernels/picture.h has them.
func (g *geometry) tables() {
	n := g.net
	start := func(which neural.Picture, p int) int {
		at := g.in.PlaneOffset(p)
		if which == neural.Companion {
			w, h := g.picture.PlaneSize(p)
			at += w * h * g.in.SampleBytes()
		}
		return at
	}
	flag := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	offset := float32(0.5)
	if n.RGB {
		offset = 0
	}
	t := &g.pictureTable
	t.ints(g.gw, g.gh, len(n.Inputs), n.OutputChannels(), n.Scale, flag(n.Base != neural.NoBase), g.in.SampleBytes()-1, g.before, g.item)
	top := float32(int(1)<<g.in.Depth - 1)
	t.floats(top, offset)
	t.ints(g.in.Bytes(), g.out.Bytes())
	t.floats(1 / top)
	for p := range 3 {
		if p >= n.Planes {
			t.ints(0, 0, 0, 0, 0, 0, 0, 0)
			continue
		}
		w, h := g.picture.PlaneSize(p)
		ow, oh := g.out.PlaneSize(p)
		t.ints(w, h, ow, oh, n.GridStep(p), start(n.BaseFrom, p), g.out.PlaneOffset(p), 0)
		block := n.Scale * n.GridStep(p)
		for d := range block * block {
			dy, dx := d/block, d%block
			g.outs.ints(p, dy, dx, dy/n.Scale, dx/n.Scale, dy%n.Scale, dx%n.Scale)
		}
	}
	var weights [4][4]float32
	for phase := range 4 {
		first := 0
		if phase < n.Scale {
			first, weights[phase] = neural.Taps(n.Base, n.Scale, phase)
		}
		t.ints(first)
	}
	for _, w := range weights {
		t.floats(w[:]...)
	}
	for _, c := range n.Inputs {
		g.channels.ints(c.T+g.before, c.Plane, c.DY, c.DX, start(c.Picture, c.Plane))
	}
}
