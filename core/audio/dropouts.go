package audio

import "math"

// A dropout is a moment in which dirt or a crease lifts the tape off the head: the sound falls within a millisecond, hiss and all, and comes back as
// quickly. Pauses of speech and music fall slowly, whatever they rise like. Levels are looked at above dropoutHz, where a millisecond tells one, in hops
// of a millisecond.
const (
	dropoutHz      = 700.0
	dropoutDepth   = 0.01  // of the power beside it
	dropoutMin     = 2     // hops
	dropoutMax     = 30    // hops: a longer one can't be made up
	dropoutContext = 12    // hops on each side that are looked at,
	dropoutSteady  = 0.03  // of whose mean power every fifth of them may at most fall short of,
	dropoutEdge    = 0.1   // and the two nearest may not
	dropoutFloor   = 1e-6  // power beside it, full scale 1: what is quieter is not missed
	dropoutSeconds = 0.06  // of sound on each side, at least, from which a dropout is filled
	dropoutOrder   = 1000  // of the prediction, at most: low partials want long ones
	dropoutBlock   = 0.5   // s, looked at together
	dropoutLimit   = 1.0   // a minute
	tremoloLimit   = 120.0 // a minute: what falls away that regularly is meant
)

// gap is a stretch of samples, from first to before end.
type gap struct{ first, end int }

// gapFinder finds dropouts in pieces of one channel.
type gapFinder struct {
	hop        int
	smooth     float64
	high, full []float64 // power by hop
}

func newGapFinder(rate int) *gapFinder {
	return &gapFinder{hop: max(8, rate/1000), smooth: 1 - math.Exp(-2*math.Pi*dropoutHz/float64(rate))}
}

// margin is how many samples on each side of a dropout find needs to see, its own length and settling included.
func (g *gapFinder) margin() int { return g.hop * (dropoutMax + dropoutContext + 4) }

// block is dropoutBlock in samples, whole hops, so that no dropout falls between two blocks.
func (g *gapFinder) block(rate int) int {
	return max(1, int(dropoutBlock*float64(rate))/g.hop) * g.hop
}

// find appends to dst the dropouts that begin in x[from:to], edges included. Around that x holds margin samples on each side, or less at the track's ends.
func (g *gapFinder) find(x []float64, from, to int, dst []gap) []gap {
	g.high, g.full = g.high[:0], g.full[:0]
	var a, b float64
	for at := 0; at+g.hop <= len(x); at += g.hop {
		var high, full float64
		for _, v := range x[at : at+g.hop] {
			a += g.smooth * (v - a)
			h := v - a
			b += g.smooth * (h - b)
			h -= b
			high += h * h
			full += v * v
		}
		g.high, g.full = append(g.high, high/float64(g.hop)), append(g.full, full/float64(g.hop))
	}
	for i := dropoutContext; i < len(g.high)-dropoutContext; {
		j := g.gapAt(i)
		if j == 0 {
			i++
			continue
		}
		if first := (i - 1) * g.hop; first >= from && first < to {
			dst = append(dst, gap{first, (j + 1) * g.hop})
		}
		i = j + 1
	}
	return dst
}

// gapAt is the hop behind a dropout whose first quiet hop is i; 0 if there is none. The hops beside it are its edges.
func (g *gapFinder) gapAt(i int) int {
	before := g.high[i-dropoutContext : i-1]
	ref := average(before)
	if ref < dropoutFloor || g.high[i] > dropoutDepth*ref {
		return 0
	}
	j := i
	for j < len(g.high) && g.high[j] <= dropoutDepth*ref {
		if j++; j-i > dropoutMax {
			return 0
		}
	}
	if j-i < dropoutMin || j+dropoutContext > len(g.high) {
		return 0
	}
	after := g.high[j+1 : j+dropoutContext]
	other := average(after)
	least := min(ref, other)
	if least < dropoutFloor {
		return 0
	}
	n := len(before)
	if min(before[n-1], before[n-2]) < dropoutEdge*ref || min(after[0], after[1]) < dropoutEdge*other || !steady(before, ref) || !steady(after, other) {
		return 0
	}
	for _, v := range g.high[i:j] {
		if v > dropoutDepth*least {
			return 0
		}
	}
	// What only loses its treble is a consonant's end.
	if average(g.full[i:j]) > 4*dropoutDepth*min(average(g.full[i-dropoutContext:i-1]), average(g.full[j+1:j+dropoutContext])) {
		return 0
	}
	return j
}

// steady tells whether hardly any hop falls far short of their mean: pulses in a row are no sound with holes.
func steady(hops []float64, mean float64) bool {
	short := 0
	for _, v := range hops {
		if v < dropoutSteady*mean {
			short++
		}
	}
	return short <= len(hops)/5
}

func average(x []float64) (m float64) {
	for _, v := range x {
		m += v
	}
	return m / float64(max(1, len(x)))
}

// inpaintStage fills what its finder finds from the sound on both sides.
type inpaintStage struct {
	finder finder
	hop    int
	block  int
	side   int // samples held before and behind what is worked on
	in     planes
	done   int // samples of in that were given out
	found  []gap
	fill   inpainter
}

func newInpaintStage(rate, channels int) stage {
	f := newGapFinder(rate)
	return &inpaintStage{finder: f, hop: f.hop, block: f.block(rate), side: f.margin() + int(dropoutSeconds*float64(rate)), in: newPlanes(channels)}
}

func (s *inpaintStage) add(in, out planes) planes {
	s.in.add(in)
	for s.in.len()-s.done >= s.block+s.side {
		out = s.work(s.block, out)
	}
	return out
}

func (s *inpaintStage) end(out planes) planes { return s.work(s.in.len()-s.done, out) }

// work mends and gives out the next n samples. A dropout that begins in them may end behind them: it is mended whole.
func (s *inpaintStage) work(n int, out planes) planes {
	for c, x := range s.in {
		s.found = s.finder.find(x, s.done, s.done+n, s.found[:0])
		for _, g := range s.found {
			s.fill.across(x, g)
		}
		out[c] = append(out[c], x[s.done:s.done+n]...)
	}
	s.done += n
	if drop := (s.done - s.side) / s.hop * s.hop; drop > 0 { // the hops stay where they lie
		s.in.drop(drop)
		s.done -= drop
	}
	return out
}
