//go:build cuda && cgo

package cuda

import (
	"bytes"
	"fmt"
	"runtime"
	"unsafe"

	"gorgonia.org/cu"

	"github.com/tapelight/tapelight/core/frame"
)

// depth is how many batches may be under way on one card: one on its way up, one computed, one on its way down, and one waiting for its turn.
const depth = 4

// lane is one card at work for one session: its memory, three streams (up, compute, down) and the network loaded. Everything is allocated by
// openLane. Methods may be called from one goroutine at a time, except wait, which has one of its own.
type lane struct {
	card    *card
	program *program
	context cu.CUContext
	size    laneSize
	batch   int // pictures at a time
	band    int // grid rows at a time; all of them where memory allows
	bytes   uint64

	module           cu.Module
	functions        []cu.Function
	up, run, down    cu.Stream
	streams          []cu.Stream
	events           []cu.Event
	memory           []cu.DevicePtr
	registered       [][]byte
	inputs, outputs  cu.DevicePtr // slots
	table            cu.DevicePtr // of items
	between          [2]cu.DevicePtr
	pictures, chans  cu.DevicePtr
	outs, weights    cu.DevicePtr
	numbers, groups  cu.DevicePtr
	holds            []int64 // the frame each input slot holds, -1 for none
	flights          []*flight
	idle             chan *flight
	args             []uint64
	pointers         []unsafe.Pointer
	inFrame, outSize int64
}

// flight is the means of one batch under way.
type flight struct {
	items                          []int32 // written here, copied to the card
	offset                         int     // of its items on the card, in bytes
	uploaded, started, ended, done cu.Event
}

// picture is one output in the making.
type picture struct {
	index  int64
	flip   bool
	window []windowFrame // before..after
	out    *frame.Frame
	slot   int // of the output
}

// windowFrame is one frame a picture is made of: its number in the stream, and its slot.
type windowFrame struct {
	*frame.Frame
	number int64
	slot   int
}

// batch is what one lane computes at once.
type batch struct {
	lane     *lane
	pictures []*picture
	flight   *flight
	seconds  float64 // of computing
	err      error
	finished bool
}

// with runs f with the card's context current.
func (l *lane) with(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cu.SetCurrentContext(l.context); err != nil {
		return err
	}
	return f()
}

// laneSize is what a lane is made for: slots, pictures at a time, grid rows at a time. Where the slots are fixed, frames have them already.
type laneSize struct {
	inputs, outputs, batch, band int
	lanes                        int
	fixed                        bool
}

// openLane prepares a card. Memory that was allocated is freed when something fails.
func openLane(c *card, p *program, s laneSize) (l *lane, err error) {
	l = &lane{card: c, program: p, size: s, batch: s.batch, band: s.band, inFrame: int64(p.in.Bytes()), outSize: int64(p.out.Bytes()), idle: make(chan *flight, depth)}
	// Waiting for an event must not keep a core of the processor busy. A context that others made keeps its flags.
	_ = c.device.SetPrimaryCtxFlags(cu.SchedBlockingSync)
	if l.context, err = c.device.RetainPrimaryCtx(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name, err)
	}
	if err := l.with(func() error { return l.prepare(s) }); err != nil {
		l.close()
		return nil, fmt.Errorf("prepare %s: %w", c.name, err)
	}
	return l, nil
}

func (l *lane) prepare(s laneSize) (err error) {
	p := l.program
	log := &cu.JITErrorLogBuffer{Buffer: make([]byte, 4096)}
	if l.module, err = cu.LoadDataEx(p.variant.ptx, log); err != nil {
		said, _, _ := bytes.Cut(log.Buffer, []byte{0})
		return fmt.Errorf("the driver can't compile the kernels %s: %w %s", p.variant.name, err, bytes.TrimSpace(said))
	}
	for i := range p.passes {
		f, err := l.module.Function(p.passes[i].kernel)
		if err != nil {
			return fmt.Errorf("find the kernel %s: %w", p.passes[i].kernel, err)
		}
		if n := p.passes[i].shared; n > 48<<10 {
			if err := allowShared(f, n); err != nil {
				return fmt.Errorf("reserve %d bytes of shared memory for %s: %w", n, p.passes[i].kernel, err)
			}
		}
		l.functions = append(l.functions, f)
	}
	for _, to := range []*cu.Stream{&l.up, &l.run, &l.down} {
		if *to, err = cu.MakeStream(cu.NonBlocking); err != nil {
			return err
		}
		l.streams = append(l.streams, *to)
	}
	if err := l.allocate(s); err != nil {
		return err
	}
	items := make([]int32, depth*l.batch*p.item)
	for i := range depth {
		size := l.batch * p.item
		f := &flight{items: items[i*size : (i+1)*size], offset: 4 * i * size}
		for e, flags := range map[*cu.Event]cu.EventFlags{
			&f.uploaded: cu.DisableTiming, &f.started: cu.DefaultEvent, &f.ended: cu.DefaultEvent, &f.done: cu.BlockingSyncEvent | cu.DisableTiming,
		} {
			if *e, err = cu.MakeEvent(flags); err != nil {
				return err
			}
			l.events = append(l.events, *e)
		}
		l.flights = append(l.flights, f)
		l.idle <- f
	}
	l.holds = make([]int64, s.inputs)
	for i := range l.holds {
		l.holds[i] = -1
	}
	return nil
}

// allocate takes all the memory the lane will ever need.
func (l *lane) allocate(s laneSize) error {
	p := l.program
	need := func(to *cu.DevicePtr, bytes int64) (err error) {
		if *to, err = cu.MemAlloc(max(bytes, 16)); err != nil {
			return fmt.Errorf("allocate %d MiB: %w", bytes>>20, err)
		}
		l.memory = append(l.memory, *to)
		l.bytes += uint64(bytes)
		return nil
	}
	between := int64(s.batch) * int64(p.between(s.band))
	for _, a := range []struct {
		to    *cu.DevicePtr
		bytes int64
	}{
		{&l.inputs, int64(s.inputs) * l.inFrame}, {&l.outputs, int64(s.outputs) * l.outSize}, {&l.between[0], between}, {&l.between[1], between},
		{&l.table, int64(4 * depth * s.batch * p.item)},
	} {
		if err := need(a.to, a.bytes); err != nil {
			return err
		}
	}
	for _, t := range []struct {
		to *cu.DevicePtr
		w  words
	}{{&l.pictures, p.pictureTable}, {&l.chans, p.channels}, {&l.outs, p.outs}, {&l.weights, p.weights}, {&l.numbers, p.numbers}, {&l.groups, p.groups}} {
		if err := need(t.to, int64(4*len(t.w))); err != nil {
			return err
		}
		if len(t.w) > 0 {
			if err := cu.MemcpyHtoD(*t.to, unsafe.Pointer(&t.w[0]), int64(4*len(t.w))); err != nil {
				return err
			}
		}
	}
	// A copy from memory that isn't registered may come back before the card has it, and our streams don't wait for the one it was on.
	return cu.Synchronize()
}

// register lets transfers of these pieces of memory run beside other work. A driver that refuses makes them slower, not wrong.
func (l *lane) register(pieces ...[]byte) {
	_ = l.with(func() error {
		for _, b := range pieces {
			if register(b) == nil {
				l.registered = append(l.registered, b)
			}
		}
		return nil
	})
}

// close waits for the card and frees everything. On a card that was lost all of this fails, and the driver frees it with the context.
func (l *lane) close() {
	_ = l.with(func() error {
		_ = cu.Synchronize() // tables may still be on their way to memory that is about to be freed, where the next piece did not fit
		for i := range l.streams {
			_ = l.streams[i].Synchronize()
			_ = l.streams[i].Destroy()
		}
		for i := range l.events {
			_ = cu.DestroyEvent(&l.events[i])
		}
		for _, m := range l.memory {
			_ = cu.MemFree(m)
		}
		for _, b := range l.registered {
			_ = unregister(b)
		}
		if l.module != (cu.Module{}) {
			_ = l.module.Unload()
		}
		return nil
	})
	_ = l.card.device.ReleasePrimaryCtx()
	l.streams, l.events, l.memory, l.registered, l.module = nil, nil, nil, nil, cu.Module{}
}
