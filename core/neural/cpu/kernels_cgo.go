//go:build cgo

package cpu

/*
#cgo CFLAGS: -O3
#include "kernel.h"
*/
import "C"

import (
	"errors"
	"unsafe"

	"github.com/tapelight/tapelight/core/neural"
)

// kernels lists what runs here, best first.
func kernels() []kernel {
	all := []kernel{cKernel(C.TL_AVX512), cKernel(C.TL_AVX2), cKernel(C.TL_PLAIN), goKernel{}}
	return all[C.TL_AVX512-C.tl_detect():]
}

type cKernel C.int

func (k cKernel) name() string {
	return map[cKernel]string{C.TL_PLAIN: "c", C.TL_AVX2: "avx2", C.TL_AVX512: "avx512"}[k]
}

// peak measures what the kernel's instructions could do at best, in floating-point operations per CPU-second.
func (k cKernel) peak(rounds int) float64 { return float64(C.tl_peak(C.int(k), C.long(rounds))) }

var errMemory = errors.New("no memory for the network's weights and rows")

// memory is a bump allocator over one block of C's.
type memory struct {
	base unsafe.Pointer
	size int
	used int
}

const align = 64

func floats(n int) int { return (n*4 + align - 1) / align * align }

func (m *memory) reserve() error {
	m.base = C.tl_alloc(C.size_t(m.size))
	if m.base == nil {
		return errMemory
	}
	return nil
}

func (m *memory) take(n int) (*C.float, []float32) {
	p := unsafe.Add(m.base, m.used)
	m.used += floats(n)
	if m.used > m.size {
		panic("cpu: memory laid out too small")
	}
	return (*C.float)(p), unsafe.Slice((*float32)(p), n)
}

func array[T any](n int) []T {
	p := C.tl_alloc(C.size_t(n * int(unsafe.Sizeof(*new(T)))))
	if p == nil {
		return nil
	}
	return unsafe.Slice((*T)(p), n)
}

type cProgram struct {
	kernel   cKernel
	program  *program
	net      *C.tl_net
	layers   []C.tl_layer
	channels []C.tl_channel
	weights  memory
}

func (k cKernel) load(p *program) (loaded, error) {
	n := p.net
	c := &cProgram{kernel: k, program: p, layers: array[C.tl_layer](len(n.Layers)), channels: array[C.tl_channel](len(n.Inputs))}
	if nets := array[C.tl_net](1); nets != nil {
		c.net = &nets[0]
	}
	for _, l := range n.Layers {
		c.weights.size += floats(blocks(l.Out)*16*l.In*9) + 2*floats(blocks(l.Out)*16)
	}
	if c.layers == nil || c.channels == nil || c.net == nil || c.weights.reserve() != nil {
		c.close()
		return nil, errMemory
	}
	for i := range n.Layers {
		c.loadLayer(&c.layers[i], &n.Layers[i])
	}
	for i, ch := range p.channels {
		c.channels[i] = C.tl_channel{t: C.int(ch.T), plane: C.int(ch.Plane), dy: C.int(ch.DY), dx: C.int(ch.DX), offset: C.size_t(ch.offset)}
	}
	base := 1
	if n.Base == neural.NoBase {
		base = 0
	}
	*c.net = C.tl_net{
		layers: C.int(len(n.Layers)), inputs: C.int(len(n.Inputs)), planes: C.int(n.Planes), gw: C.int(p.gw), gh: C.int(p.gh),
		scale: C.int(n.Scale), base: C.int(base), wide: C.int(p.in.SampleBytes() - 1), px: C.int(p.gw + 2 + C.TL_TAIL),
		top: C.float(p.top), offset: C.float(p.offset), layer: &c.layers[0], channel: &c.channels[0],
	}
	for f := range 4 {
		c.net.first[f] = C.int(p.first[f])
		for j, w := range p.taps[f] {
			c.net.taps[f][j] = C.float(w)
		}
	}
	for i, pl := range p.planes {
		c.net.plane[i] = C.tl_plane{
			w: C.int(pl.w), h: C.int(pl.h), ow: C.int(pl.ow), oh: C.int(pl.oh), step: C.int(pl.step), block: C.int(pl.block),
			first: C.int(pl.first), base: C.size_t(pl.base), out: C.size_t(pl.out),
		}
	}
	return c, nil
}

// loadLayer lays weights out as kernel.h says.
func (c *cProgram) loadLayer(to *C.tl_layer, l *neural.Layer) {
	padded := blocks(l.Out) * 16
	pw, w := c.weights.take(padded * l.In * 9)
	pb, bias := c.weights.take(padded)
	ps, slope := c.weights.take(padded)
	copy(bias, l.Bias)
	copy(slope, l.Slopes())
	*to = C.tl_layer{in: C.int(l.In), out: C.int(l.Out), w: pw, bias: pb, slope: ps}
	at := 0
	for o := 0; o < l.Out; o += 16 {
		width := 16
		if l.Out-o <= 8 {
			width = 8
		}
		for i := 0; i < l.In; i += 16 {
			count := min(16, l.In-i)
			for k := range 9 * count {
				ky, kx, ic := k/(3*count), k/count%3, k%count
				if c.kernel == C.TL_AVX512 {
					kx, ic = k%3, k/3%count
				}
				for oc := o; oc < min(o+width, l.Out); oc++ {
					w[at+oc-o] = l.Weight[(oc*l.In+i+ic)*9+3*ky+kx]
				}
				at += width
			}
		}
	}
}

func (c *cProgram) bytes() int { return c.weights.size }

func (c *cProgram) close() {
	C.tl_free(c.weights.base)
	C.tl_free(unsafe.Pointer(unsafe.SliceData(c.layers)))
	C.tl_free(unsafe.Pointer(unsafe.SliceData(c.channels)))
	C.tl_free(unsafe.Pointer(c.net))
}

type cWorker struct {
	kernel cKernel
	w      *C.tl_worker
	rings  []*C.float
	memory memory
}

func (c *cProgram) worker() (worker, error) {
	p := c.program
	row := (p.gw + 2 + C.TL_TAIL) * C.TL_BLOCK
	sizes := []int{len(p.channels)}
	widest := 0
	for _, l := range p.net.Layers {
		sizes = append(sizes, l.Out)
		widest = max(widest, l.In)
	}
	w := &cWorker{kernel: c.kernel, rings: array[*C.float](len(sizes))}
	if ws := array[C.tl_worker](1); ws != nil {
		w.w = &ws[0]
	}
	scratch := p.gw*16*2 + p.gw*4 + 96
	for _, s := range sizes {
		w.memory.size += floats(3 * row * blocks(s))
	}
	w.memory.size += floats(row*blocks(widest)) + floats(scratch)
	if w.rings == nil || w.w == nil || w.memory.reserve() != nil {
		w.close()
		return nil, errMemory
	}
	for i, s := range sizes {
		w.rings[i], _ = w.memory.take(3 * row * blocks(s))
	}
	w.w.net = c.net
	w.w.ring = &w.rings[0]
	w.w.zero, _ = w.memory.take(row * blocks(widest))
	w.w.line, _ = w.memory.take(scratch)
	return w, nil
}

// begin keeps pointers to Go memory in C's; the session has pinned it.
func (w *cWorker) begin(frames *window, out []byte, flip bool, y0, y1 int) {
	for i, f := range frames {
		w.w.frame[i] = (*C.uint8_t)(unsafe.SliceData(f))
	}
	w.w.out = (*C.uint8_t)(unsafe.SliceData(out))
	w.w.flip = 0
	if flip {
		w.w.flip = 1
	}
	w.w.y0, w.w.y1 = C.int(y0), C.int(y1)
}

func (w *cWorker) step(t int) { C.tl_step(C.int(w.kernel), w.w, C.int(t)) }
func (w *cWorker) bytes() int { return w.memory.size }

func (w *cWorker) close() {
	C.tl_free(w.memory.base)
	C.tl_free(unsafe.Pointer(unsafe.SliceData(w.rings)))
	C.tl_free(unsafe.Pointer(w.w))
}
