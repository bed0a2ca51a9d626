//go:build cuda && cgo

package cuda

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// TestError says that a card gives wrong results.
type TestError struct {
	Card     string
	Kernels  string
	Distance float64 // from the reference, as a share of the range
}

func (e *TestError) Error() string {
	return fmt.Sprintf("%s computes wrongly: a small known network came out %.2g of the range from what is right (kernels %s). The card or its memory may be faulty, or overclocked too far; it is not used", e.Card, e.Distance, e.Kernels)
}

// testBound is how far the known network may be off.
const testBound = 4e-3

// selfTest computes small known networks on a card and holds the result against the reference, once for each set of kernels.
func (e *Engine) selfTest(c *card, v *variant) error {
	key := fmt.Sprint(c.number, " ", c.uuid, " ", v.name)
	e.mu.Lock()
	defer e.mu.Unlock()
	err, done := e.tested[key]
	if !done {
		_, err = check(c, v)
		if outOfMemory(err) {
			return err // says nothing about the card
		}
		e.tested[key] = err
	}
	return err
}

// check gives the largest distance from the reference, as a share of the range, over both ways to run a network: layer by layer, and fused.
func check(c *card, v *variant) (worst float64, err error) {
	n, in := known()
	right, err := knownResult()
	if err != nil {
		return 0, err
	}
	g, err := newGeometry(n, in[0].Format)
	if err != nil {
		return 0, err
	}
	ways := []fusing{fuseNone}
	if v.half {
		ways = append(ways, fuseMost)
	}
	for _, fuse := range ways {
		out, err := once(c, newProgram(g, v, c.shared, fuse), in)
		if err != nil {
			return 0, err
		}
		for i, f := range out {
			worst = max(worst, neural.Apart(f, right[i]))
		}
	}
	if worst > testBound {
		return worst, &TestError{c.name, v.name, worst}
	}
	return worst, nil
}

// known is a network that uses all that networks can, with weights from a fixed seed, and two frames.
func known() (*neural.Network, []*frame.Frame) {
	n := &neural.Network{
		Name: "self-test", Planes: 3, Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Base: neural.Bicubic, BaseFrom: neural.Companion,
		Inputs: []neural.Channel{{T: -1, DY: 1}, {}, {DX: 1}, {Picture: neural.Companion, T: 1}, {Plane: 1}, {Picture: neural.Companion, Plane: 2}},
	}
	r := rand.New(rand.NewPCG(20, 24))
	in := len(n.Inputs)
	for _, out := range []int{16, 32, 16, n.OutputChannels()} {
		l := neural.Layer{In: in, Out: out, Act: neural.Leaky, Slope: []float32{0.1}}
		for range in * out * 9 {
			l.Weight = append(l.Weight, float32((2*r.Float64()-1)*math.Sqrt(3/float64(9*in))))
		}
		for range out {
			l.Bias = append(l.Bias, float32(r.Float64()-0.5)/10)
		}
		n.Layers = append(n.Layers, l)
		in = out
	}
	f := frame.Format{Width: 74, Height: 2 * 26, Chroma: frame.YUV420, Depth: 10}
	var frames []*frame.Frame
	for i := range 2 {
		fr := frame.New(f)
		fr.Parity = []frame.Parity{frame.Top, frame.Bottom}[i]
		for k := 0; k < len(fr.Data); k += 2 {
			binary.LittleEndian.PutUint16(fr.Data[k:], uint16(r.IntN(1024)))
		}
		frames = append(frames, fr)
	}
	return n, frames
}

// knownResult is what the reference makes of known's frames.
var knownResult = sync.OnceValues(func() (right [][][]float64, err error) {
	n, in := known()
	for i := range in {
		planes, err := neural.ReferencePlanes(n, in, i)
		if err != nil {
			return nil, err
		}
		right = append(right, planes)
	}
	return right, nil
})

// once computes all frames of a short stream in one batch.
func once(c *card, p *program, frames []*frame.Frame) ([]*frame.Frame, error) {
	in, out := newRing(p.in, len(frames)), newRing(p.out, len(frames))
	defer in.release()
	defer out.release()
	l, err := openLane(c, p, laneSize{inputs: len(frames), outputs: len(frames), batch: len(frames), band: p.gh})
	if err != nil {
		return nil, err
	}
	defer l.close()
	l.register(in.memory, out.memory)
	b := &batch{lane: l, flight: <-l.idle}
	var window []windowFrame
	ctx := context.Background()
	for i, f := range frames {
		to, err := in.get(ctx)
		if err != nil {
			return nil, err
		}
		copy(to.Data, f.Data)
		window = append(window, windowFrame{to, int64(i), in.number[to]})
	}
	var results []*frame.Frame
	for i, f := range frames {
		to, err := out.get(ctx)
		if err != nil {
			return nil, err
		}
		pic := &picture{index: int64(i), flip: p.net.FlipBottom && f.Parity == frame.Bottom, out: to, slot: out.number[to]}
		for t := -p.before; t <= p.after; t++ {
			pic.window = append(pic.window, window[min(max(i+t, 0), len(frames)-1)])
		}
		b.pictures = append(b.pictures, pic)
		results = append(results, to)
	}
	if err := l.submit(b); err != nil {
		return nil, err
	}
	return results, l.wait(b)
}
