package cpu

import (
	"encoding/binary"

	"github.com/tapelight/tapelight/core/neural"
)

// goKernel is the path without cgo: the same pipeline of rows, one channel after the other.
type goKernel struct{}

func (goKernel) name() string { return "go" }

func (goKernel) load(p *program) (loaded, error) {
	g := &goProgram{p: p}
	for i := range p.net.Layers {
		g.slopes = append(g.slopes, p.net.Layers[i].Slopes())
	}
	return g, nil
}

type goProgram struct {
	p      *program
	slopes [][]float32
}

func (g *goProgram) close() {}

func (g *goProgram) bytes() int {
	n := 0
	for _, l := range g.p.net.Layers {
		n += 4 * (len(l.Weight) + len(l.Bias) + l.Out)
	}
	return n
}

// lines holds one row of a layer: channel after channel, each with a zero on both sides.
type lines []float32

type goWorker struct {
	g      *goProgram
	rings  [][3]lines // by layer input; the last is the output
	zero   lines
	value  []float32 // one row of output samples
	col    []float32 // a row of the base before it is stretched; three more at both ends
	frames *window
	out    []byte
	flip   bool
	y0, y1 int
}

func (g *goProgram) worker() (worker, error) {
	p := g.p
	w := &goWorker{g: g, value: make([]float32, p.gw*16), col: make([]float32, p.gw*4+6)}
	widest := 0
	channels := []int{len(p.channels)}
	for _, l := range p.net.Layers {
		channels = append(channels, l.Out)
		widest = max(widest, l.In)
	}
	for _, c := range channels {
		var ring [3]lines
		for k := range ring {
			ring[k] = make(lines, c*(p.gw+2))
		}
		w.rings = append(w.rings, ring)
	}
	w.zero = make(lines, widest*(p.gw+2))
	return w, nil
}

func (w *goWorker) bytes() int {
	n := len(w.zero) + len(w.value) + len(w.col)
	for _, r := range w.rings {
		n += 3 * len(r[0])
	}
	return 4 * n
}

func (w *goWorker) close() {}

func (w *goWorker) begin(frames *window, out []byte, flip bool, y0, y1 int) {
	w.frames, w.out, w.flip, w.y0, w.y1 = frames, out, flip, y0, y1
}

func (w *goWorker) step(t int) {
	p := w.g.p
	layers := p.net.Layers
	if t >= 0 && t < p.gh {
		w.pack(t, w.rings[0][t%3])
	}
	for l := range layers {
		y, halo := t-1-l, len(layers)-1-l
		if y < 0 || y >= p.gh || y < w.y0-halo || y >= w.y1+halo {
			continue
		}
		r := [3]lines{w.zero, w.rings[l][y%3], w.zero}
		if y > 0 {
			r[0] = w.rings[l][(y-1)%3]
		}
		if y+1 < p.gh {
			r[2] = w.rings[l][(y+1)%3]
		}
		to := w.rings[l+1][y%3]
		convolve(&layers[l], w.g.slopes[l], r, to, p.gw)
		if l+1 == len(layers) {
			w.finish(y, to)
		}
	}
}

func convolve(l *neural.Layer, slopes []float32, r [3]lines, to lines, gw int) {
	for o := range l.Out {
		sum := to[o*(gw+2)+1:][:gw]
		for x := range sum {
			sum[x] = l.Bias[o]
		}
		for c := range l.In {
			for ky, row := range r {
				k := l.Weight[(o*l.In+c)*9+3*ky:][:3]
				a, b, d := k[0], k[1], k[2]
				in := row[c*(gw+2):][:gw+2]
				left, mid, right := in[:len(sum)], in[1:][:len(sum)], in[2:][:len(sum)]
				for x := range sum {
					sum[x] += a*left[x] + b*mid[x] + d*right[x]
				}
			}
		}
		for x, v := range sum {
			if v < 0 {
				sum[x] = v * slopes[o]
			}
		}
	}
}

// sample reads the i-th sample of b.
func (p *program) sample(b []byte, i int) float32 {
	if p.in.Depth == 8 {
		return float32(b[i])
	}
	return float32(binary.LittleEndian.Uint16(b[2*i:]))
}

// turned is row y of h rows, counted from below where the picture is turned upside down.
func turned(y, h int, flip bool) int {
	if flip {
		return h - 1 - y
	}
	return y
}

func (w *goWorker) pack(gy int, to lines) {
	p := w.g.p
	for i, c := range p.channels {
		pl := &p.planes[c.Plane]
		y := turned(min(gy*pl.step+c.DY, pl.h-1), pl.h, w.flip)
		src := w.frames[c.T+neural.MaxReach][c.offset+y*pl.w*p.in.SampleBytes():]
		line := to[i*(p.gw+2)+1:][:p.gw]
		for x := range line {
			line[x] = p.sample(src, min(x*pl.step+c.DX, pl.w-1))/p.top - p.offset
		}
	}
}

func (w *goWorker) finish(gy int, row lines) {
	p := w.g.p
	for i := range p.planes {
		pl := &p.planes[i]
		for dy := range pl.block {
			y := gy*pl.block + dy
			if y >= pl.oh {
				break
			}
			value := w.value[:pl.ow]
			w.base(pl, y, value)
			for x := range value {
				c := pl.first + dy*pl.block + x%pl.block
				value[x] += row[c*(p.gw+2)+1+x/pl.block]*p.top + 0.5
			}
			at := turned(y, pl.oh, w.flip) * pl.ow
			for x, v := range value {
				v = min(max(v, 0), p.top)
				if p.in.Depth == 8 {
					w.out[pl.out+at+x] = byte(v)
				} else {
					binary.LittleEndian.PutUint16(w.out[pl.out+2*(at+x):], uint16(v))
				}
			}
		}
	}
}

// base writes row y of the enlarged base, in codes.
func (w *goWorker) base(pl *plane, y int, to []float32) {
	p := w.g.p
	s := p.net.Scale
	if p.net.Base == neural.NoBase {
		for x := range to {
			to[x] = p.offset * p.top
		}
		return
	}
	col := w.col[:pl.w+6]
	clear(col)
	for k, t := range p.taps[y%s] {
		if t == 0 {
			continue
		}
		from := turned(min(max(y/s+p.first[y%s]+k, 0), pl.h-1), pl.h, w.flip)
		src := w.frames[neural.MaxReach][pl.base+from*pl.w*p.in.SampleBytes():]
		for x := range pl.w {
			col[3+x] += t * p.sample(src, x)
		}
	}
	for k := range 3 {
		col[k], col[pl.w+3+k] = col[3], col[pl.w+2]
	}
	for x := range to {
		f := x % s
		c := col[3+x/s+p.first[f]:][:4]
		t := &p.taps[f]
		to[x] = c[0]*t[0] + c[1]*t[1] + c[2]*t[2] + c[3]*t[3]
	}
}
