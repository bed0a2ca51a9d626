package neuraltest

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// Noise is a stream of random frames of mixed parity.
func Noise(r *rand.Rand, f frame.Format, count int) []*frame.Frame {
	var all []*frame.Frame
	for i := range count {
		fr := frame.New(f)
		fr.Index, fr.Parity = int64(i), frame.Parity(r.IntN(3))
		for k := range fr.Data {
			fr.Data[k] = byte(r.Uint32())
		}
		if f.Depth > 8 {
			for k := 0; k < len(fr.Data); k += 2 {
				binary.LittleEndian.PutUint16(fr.Data[k:], binary.LittleEndian.Uint16(fr.Data[k:])&(1<<f.Depth-1))
			}
		}
		all = append(all, fr)
	}
	return all
}

// Feed pushes frames until all are in or the session ends, and tells the session that no more will come.
func Feed(ctx context.Context, s neural.Session, in []*frame.Frame) error {
	defer s.Finish()
	for _, f := range in {
		g, err := s.Get(ctx)
		if err != nil {
			return err
		}
		copy(g.Data, f.Data)
		g.Parity = f.Parity
		if err := s.Push(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// Through sends frames through a session of its own, and returns copies of the outputs.
func Through(e neural.Engine, n *neural.Network, in []*frame.Frame, o neural.Options) (out []*frame.Frame, st neural.Stats, err error) {
	ctx := context.Background()
	s, err := e.Open(ctx, n, in[0].Format, o)
	if err != nil {
		return nil, st, err
	}
	defer s.Close()
	fed := make(chan error, 1)
	go func() { fed <- Feed(ctx, s, in) }()
	for {
		f, err := s.Next(ctx)
		if err == io.EOF {
			return out, s.Stats(), <-fed
		}
		if err != nil {
			return nil, st, err
		}
		keep := frame.New(f.Format)
		keep.Index = f.Index
		copy(keep.Data, f.Data)
		out = append(out, keep)
		s.Put(f)
	}
}

// Right is what the reference makes of each frame of a stream.
func Right(t *testing.T, n *neural.Network, in []*frame.Frame) (all [][][]float64) {
	t.Helper()
	for i := range in {
		planes, err := neural.ReferencePlanes(n, in, i)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, planes)
	}
	return all
}

// Off tells what is wrong with the outputs of a whole stream: their number, an index, or one that is further from what is right than the
// bound, a share of the range beside half a code.
func Off(want [][][]float64, out []*frame.Frame, bound float64) error {
	if len(out) != len(want) {
		return fmt.Errorf("%d frames out for %d in", len(out), len(want))
	}
	for i, f := range out {
		if f.Index != int64(i) {
			return fmt.Errorf("output %d has index %d", i, f.Index)
		}
		if d := neural.Apart(f, want[i]); d > bound {
			return fmt.Errorf("frame %d is %.2g from the reference", i, d)
		}
	}
	return nil
}
