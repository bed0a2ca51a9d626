package core_test

import (
	"context"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// gate is an engine whose pictures never come out: a job that uses it runs until it is cancelled. It tells when it was opened.
type gate struct {
	opened chan struct{}
	panics string // the method that panics
}

func newGate() *gate { return &gate{opened: make(chan struct{}, 16)} }

func (g *gate) Name() string { return "gate" }

func (g *gate) Devices(context.Context) ([]neural.Device, error) {
	if g.panics == "Devices" {
		panic("no such luck")
	}
	return []neural.Device{{ID: "gate", Name: "gate"}}, nil
}

func (g *gate) Open(_ context.Context, n *neural.Network, in frame.Format, _ neural.Options) (neural.Session, error) {
	if g.panics == "Open" {
		panic("no such luck")
	}
	out := in
	if n.Companion {
		out.Height /= 2
	}
	out.Width, out.Height = out.Width*n.Scale, out.Height*n.Scale
	g.opened <- struct{}{}
	return &closedGate{in: in, out: out, closed: make(chan struct{})}, nil
}

type closedGate struct {
	in, out frame.Format
	closed  chan struct{}
	once    sync.Once
}

func (g *closedGate) Get(ctx context.Context) (*frame.Frame, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return frame.New(g.in), nil
}

func (g *closedGate) Push(ctx context.Context, _ *frame.Frame) error { return ctx.Err() }

func (g *closedGate) Finish() {}

func (g *closedGate) Next(ctx context.Context) (*frame.Frame, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-g.closed:
		return nil, context.Canceled
	}
}

func (g *closedGate) Put(*frame.Frame) {}

func (g *closedGate) Output() frame.Format { return g.out }

func (g *closedGate) Stats() neural.Stats { return neural.Stats{} }

func (g *closedGate) Close() error {
	g.once.Do(func() { close(g.closed) })
	return nil
}
