//go:build cuda && cgo

package cuda

import "math"

// span is a run of layers done in one pass: fused where tiles is above 0.
type span struct{ first, last, tiles int }

// What the split of a network into passes is reckoned with. A card does about macsPerByte multiply-adds in the time it moves a byte (A100: 156 TMAC/s to
// 1.5 TB/s, RTX 4090: 83 to 1.0, H100 by these instructions: 300 to 3.3); a single layer reaches singleShare of
// them. None of these shares has been measured on a card.
const (
	macsPerByte = 90
	singleShare = 0.4
	widestGroup = 2 // outputs of a fused layer, in units of 16 channels; wider ones are bound by arithmetic anyway
	groupRows   = 120
)

// fusing is how willingly layers are fused. Which is fastest depends on the card, and is measured there (tune.go).
type fusing int

const (
	fuseReckoned fusing = iota // where it should pay
	fuseNone
	fuseSome // where little is computed twice
	fuseMost // wherever it can be done
)

// groupShare is the share of a card's arithmetic that a group is reckoned to reach.
func (f fusing) groupShare() float64 {
	switch f {
	case fuseNone:
		return 0
	case fuseSome:
		return 1
	case fuseMost:
		return 10
	}
	return 0.4
}

// split divides the layers into passes so that the time reckoned is least.
func (p *program) split(shared int, fuse fusing) []span {
	count := len(p.net.Layers)
	best := make([]float64, count+1)
	choice := make([]span, count+1)
	for end := 1; end <= count; end++ {
		best[end] = best[end-1] + p.singleCost(end-1)
		choice[end] = span{end - 1, end - 1, 0}
		if fuse.groupShare() == 0 || !p.variant.half {
			continue
		}
		for first := end - 1; first >= 0 && p.fusable(first); first-- {
			for tiles := 1; tiles <= 8; tiles++ {
				if cost := best[first] + p.groupCost(first, end-1, tiles, shared, fuse.groupShare()); cost < best[end] {
					best[end], choice[end] = cost, span{first, end - 1, tiles}
				}
			}
		}
	}
	var spans []span
	for end := count; end > 0; end = choice[end].first {
		spans = append([]span{choice[end]}, spans...)
	}
	return spans
}

func (p *program) fusable(i int) bool {
	l := &p.net.Layers[i]
	return up(l.Out, 16)/16 <= widestGroup && up(l.In, 16)/16 <= widestGroup+1
}

// edgeBytes is what moves at the ends of layers first..last at one grid position, where those are not planes.
func (p *program) edgeBytes(first, last int) (bytes float64) {
	if first > 0 {
		bytes += float64(2 * up(p.net.Layers[first].In, 16))
	}
	if last < len(p.net.Layers)-1 {
		bytes += float64(2 * up(p.net.Layers[last].Out, 16))
	}
	return bytes
}

func (p *program) macs(i int) float64 {
	l := &p.net.Layers[i]
	return float64(9 * up(l.In, 16) * up(l.Out, 16))
}

// singleCost is the time of a layer for one grid position, in multiply-adds at the card's peak.
func (p *program) singleCost(i int) float64 {
	return max(p.macs(i)/singleShare, p.edgeBytes(i, i)*macsPerByte)
}

// groupCost is that of a group of layers; infinite where it can't be.
func (p *program) groupCost(first, last, tiles, shared int, share float64) float64 {
	layers, edge := last-first+1, last-first
	kept := 16*tiles - 2*edge
	_, need := p.sharedFor(first, last, tiles)
	if edge < 1 || kept < 8 || need > shared {
		return math.Inf(1)
	}
	strips := (p.gw + kept - 1) / kept
	wide := float64(strips*16*tiles) / float64(p.gw) // strips overlap
	macs := 0.0
	for i := first; i <= last; i++ {
		macs += p.macs(i) * wide * float64(groupRows+2*(last-i)) / groupRows
	}
	macs *= float64(groupRows+3*layers) / groupRows // until the last layer has its first row
	if 2*need+2048 > shared {
		share *= 0.75 // one block has a processor to itself, and nobody works while it waits
	}
	return max(macs/share, p.edgeBytes(first, last)*wide*macsPerByte)
}
