package cpu

import (
	"context"
	"fmt"
	"runtime"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// New returns the engine that runs on the processor. It works on every machine.
func New() neural.Engine { return engine{choose()} }

type engine struct{ kernel kernel }

func (engine) Name() string { return "cpu" }

func (e engine) Devices(context.Context) ([]neural.Device, error) {
	name := fmt.Sprintf("Processor, %d threads, %s", runtime.GOMAXPROCS(0), map[string]string{
		"avx512": "AVX-512", "avx2": "AVX2", "c": "no wide vectors", "go": "built without C",
	}[e.kernel.name()])
	return []neural.Device{{ID: "cpu", Name: name}}, nil
}

// Open prepares a session; ctx bounds only that, not the session's life, which ends with Close. Options.Threads is one per core where 0;
// Options.Batch is how many frames are worked on at once, as many as there are threads where 0. Each thread takes a frame of its own when
// there are enough, else frames are cut into bands of rows. Errors: an invalid network, a *neural.FormatError, or no memory.
func (e engine) Open(ctx context.Context, n *neural.Network, in frame.Format, o neural.Options) (neural.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.Device != "" && o.Device != "cpu" {
		return nil, fmt.Errorf("the cpu engine has no device %q", o.Device)
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Batch <= 0 {
		o.Batch = o.Threads
	}
	const limit = 1024
	o.Threads, o.Batch = min(o.Threads, limit), min(o.Batch, limit)
	p, err := newProgram(n, in)
	if err != nil {
		return nil, err
	}
	return newSession(p, e.kernel, o)
}
