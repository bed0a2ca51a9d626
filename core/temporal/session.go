package temporal

import (
	"context"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// session is a network's session whose outputs are filtered.
type session struct {
	neural.Session
	filter *Filter
}

// Open is neural.Open with what comes out filtered.
func Open(ctx context.Context, e neural.Engine, n *neural.Network, in frame.Format, o neural.Options, set Settings) (neural.Session, error) {
	inner, err := neural.Open(ctx, e, n, in, o)
	if err != nil {
		return nil, err
	}
	s, err := Wrap(inner, set)
	if err != nil {
		inner.Close()
		return nil, err
	}
	return s, nil
}

// Wrap filters the outputs of s, one after the other as Next gives them. A filter that is off gives s itself; an error leaves s open.
func Wrap(s neural.Session, set Settings) (neural.Session, error) {
	if set.Off() {
		return s, nil
	}
	f, err := New(s.Output(), set)
	if err != nil {
		return nil, err
	}
	return &session{s, f}, nil
}

// Next is the network's, filtered.
func (s *session) Next(ctx context.Context) (*frame.Frame, error) {
	f, err := s.Session.Next(ctx)
	if err == nil {
		s.filter.Apply(f)
	}
	return f, err
}

// Stats are the network's, with the filter's memory.
func (s *session) Stats() neural.Stats {
	a := s.Session.Stats()
	a.Memory += Memory(s.filter.format)
	return a
}
