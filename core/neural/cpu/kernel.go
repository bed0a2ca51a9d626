package cpu

import (
	"os"

	"github.com/tapelight/tapelight/core/neural"
)

// kernel is one way to compute.
type kernel interface {
	name() string
	// load prepares the weights of a program.
	load(p *program) (loaded, error)
}

// loaded holds weights, shared by workers. close is called after that of all workers.
type loaded interface {
	worker() (worker, error)
	bytes() int
	close()
}

// worker is one thread's share of memory.
type worker interface {
	// begin points the worker at a band of rows y0..y1-1 of the grid: frames around the centre (neural.MaxReach), the output.
	begin(frames *window, out []byte, flip bool, y0, y1 int)
	// step feeds grid row t and lets each layer make the row that has become possible.
	step(t int)
	bytes() int
	close()
}

// window is the samples of frames T = -MaxReach..MaxReach around a centre; nil where no input reads them.
type window [2*neural.MaxReach + 1][]byte

// steps is the range of t a band takes.
func (p *program) steps(y0, y1 int) (from, to int) {
	layers := len(p.net.Layers)
	return max(0, y0-layers), y1 + layers
}

// Kernel tells which kernel this machine uses: "avx512", "avx2", "c", or "go" where cgo is off. The environment variable TAPELIGHT_CPU
// may name a lesser one, for tests and comparisons.
func Kernel() string { return choose().name() }

// choose is the best kernel, or the one asked for if this machine has it.
func choose() kernel {
	all := kernels()
	for _, k := range all {
		if k.name() == os.Getenv("TAPELIGHT_CPU") {
			return k
		}
	}
	return all[0]
}
