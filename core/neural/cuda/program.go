//go:build cuda && cgo

package cuda

import "fmt"

// pass is one kernel's work: one layer, or several fused.
type pass struct {
	kernel      string
	first, last int // layers
	fused       bool
	width       int // channels a block makes, of a single layer
	weights     int // where its weights begin in the table, in words; of a group: all layers'
	numbers     int // likewise biases and slopes
	group       int // where Group and its layers begin in the table of groups, in words
	tiles       int
	shared      int // dynamic shared memory, in bytes
	edge        int // columns of a strip that are lost on each side
}

// program is a network as passes, with all tables.
type program struct {
	*geometry
	variant                  *variant
	passes                   []pass
	weights, numbers, groups words
}

// threads of a block, as kernels declare them.
const (
	convThreads  = 128
	fusedThreads = 256
)

// newProgram chooses the passes for a card with that much shared memory a block.
func newProgram(g *geometry, v *variant, shared int, fuse fusing) *program {
	p := &program{geometry: g, variant: v}
	at := make([][2]int, len(g.net.Layers)) // weights and numbers by layer
	for i := range g.net.Layers {
		l := &g.net.Layers[i]
		at[i] = [2]int{len(p.weights), len(p.numbers)}
		if v.half {
			halfWeights(&p.weights, l)
		} else {
			singleWeights(&p.weights, l)
		}
		numbers(&p.numbers, l)
	}
	last := len(g.net.Layers) - 1
	for _, s := range p.split(shared, fuse) {
		ps := pass{first: s.first, last: s.last, fused: s.tiles > 0, tiles: s.tiles, weights: at[s.first][0], numbers: at[s.first][1]}
		switch {
		case ps.fused:
			ps.kernel = "fused_f16"
			p.addGroup(&ps, at)
		case v.half:
			ps.width = min(up(g.net.Layers[s.first].Out, 16), 64)
			if ps.width == 48 {
				ps.width = 64
			}
			ps.kernel = fmt.Sprintf("conv_f16_%d", ps.width/8)
		default:
			ps.width = 16
			ps.kernel = "conv_f32"
		}
		switch head, tail := s.first == 0, s.last == last; {
		case head && tail:
			ps.kernel += "_both"
		case head:
			ps.kernel += "_head"
		case tail:
			ps.kernel += "_tail"
		}
		p.passes = append(p.passes, ps)
	}
	return p
}

// ringBytes is the bytes of four rows of a strip with so many channels (in units of 16), as kernels/fused_f16.h lays them out.
func ringBytes(tiles, chunks int) int { return 4 * (16*tiles + 2) * (16*chunks + 8) * 2 }

// sharedFor is the shared memory a group takes, and where its last layer's values wait.
func (p *program) sharedFor(first, last, tiles int) (stage, all int) {
	for _, l := range p.net.Layers[first : last+1] {
		stage += ringBytes(tiles, up(l.In, 16)/16)
	}
	return stage, stage + 2*16*tiles*up(p.net.Layers[last].Out, 16)*4
}

func (p *program) addGroup(ps *pass, at [][2]int) {
	layers := p.net.Layers
	ps.edge = ps.last - ps.first
	stage, all := p.sharedFor(ps.first, ps.last, ps.tiles)
	ps.shared, ps.group = all, len(p.groups)
	in, out := layers[ps.first].In, layers[ps.last].Out
	p.groups.ints(ps.edge+1, ps.tiles, stage, 0, in, out, up(in, 16), up(out, 16))
	offset := 0
	for i := ps.first; i <= ps.last; i++ {
		chunks := up(layers[i].In, 16) / 16
		p.groups.ints(chunks, up(layers[i].Out, 16)/16, offset, at[i][0], at[i][1], 0, 0, 0)
		offset += ringBytes(ps.tiles, chunks)
	}
	ps.weights, ps.numbers = 0, 0 // a group's layers know their places
}

// rows is the range of grid rows pass i makes so that rows y0..y1-1 of the output can be made.
func (p *program) rows(i, y0, y1 int) (from, to int) {
	reach := len(p.net.Layers) - 1 - p.passes[i].last
	return max(y0-reach, 0), min(y1+reach, p.gh)
}

// between is the bytes that activations between passes take at most, for one picture done in bands of that many rows.
func (p *program) between(band int) int {
	most := 0
	for i := range p.passes[:len(p.passes)-1] {
		rows := min(band+2*(len(p.net.Layers)-1-p.passes[i].last), p.gh)
		most = max(most, rows*p.gw*up(p.net.Layers[p.passes[i].last].Out, 16)*p.variant.bytes())
	}
	return most
}
