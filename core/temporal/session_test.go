package temporal_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/temporal"
)

// recorded is a network's session that gives the pictures it holds.
type recorded struct {
	neural.Session
	out  []*frame.Frame
	kind frame.Format
	err  error
}

func (r *recorded) Next(context.Context) (*frame.Frame, error) {
	if len(r.out) == 0 {
		return nil, r.err
	}
	f := r.out[0]
	r.out = r.out[1:]
	return f, nil
}

func (r *recorded) Output() frame.Format { return r.kind }
func (r *recorded) Stats() neural.Stats  { return neural.Stats{Frames: 3, Memory: 100} }

func TestSession(t *testing.T) {
	var pictures []*frame.Frame
	want := filterOf(t, small, noisy)
	for i := range 3 {
		pictures = append(pictures, scene(i))
	}
	inner := &recorded{out: append([]*frame.Frame(nil), pictures...), kind: small, err: io.EOF}
	s, err := temporal.Wrap(inner, noisy)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		f, err := s.Next(t.Context())
		if err != nil || f != pictures[i] {
			t.Fatalf("picture %d: %v", i, err)
		}
		g := scene(i)
		want.Apply(g)
		if string(g.Data) != string(f.Data) {
			t.Errorf("picture %d is not the filtered one", i)
		}
	}
	if _, err := s.Next(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	if got := s.Stats(); got.Memory != 100+temporal.Memory(small) || got.Frames != 3 {
		t.Errorf("it says of itself %+v", got)
	}
	if same, err := temporal.Wrap(inner, temporal.Settings{}); err != nil || same != neural.Session(inner) {
		t.Errorf("switched off it is not the session itself: %v", err)
	}
	inner.kind.Chroma = frame.RGB
	if _, err := temporal.Wrap(inner, noisy); err == nil {
		t.Error("a session of RGB pictures was taken")
	}
}
