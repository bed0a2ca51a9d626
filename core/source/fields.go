package source

import (
	"math"
	"slices"
)

// The measurement of fields. Call T(i) and B(i) the top and bottom field of frame i. Weaving two fields that show different moments makes
// combs where something moves, and the more, the further the moments are apart. So three weaves tell everything:
//
//	frame   T(i)   with B(i)
//	top     T(i+1) with B(i)     the neighbours in time when the top field is first
//	bottom  T(i)   with B(i+1)   the neighbours in time when the bottom field is first
//
// Progressive: frame has no combs, top and bottom the same. Top first: frame and top are one field apart, bottom three. Comb energy is a
// sum of squares, so that noise, which differs from field to field, adds the same to all three and drops out of their differences: noisy
// tapes need no threshold. Still content makes the three the same, and says nothing.

// pair holds the energies of frame i and the next, over the parts of the picture that change most, a sample.
type pair struct {
	frame, top, bottom float64 // combs of the three weaves; frame is the mean of both frames
	changeT, changeB   float64 // squared difference of T(i) and T(i+1), of B(i) and B(i+1)

	// contrast is the combs that motion would make, measured between the parts that change most and the calmer half, over those that the
	// same change would make if all of it were motion.
	contrast float64
}

func (p pair) change() float64 { return (p.changeT + p.changeB) / 2 }

// combs is what weaving different frames adds.
func (p pair) combs() float64 { return (p.top+p.bottom)/2 - p.frame }

const fieldBlock = 16 // a block's width and height in samples

// meter turns luma pictures into pairs.
type meter struct {
	width, height int
	last          []byte
	pairs         []pair
	frames        int
}

func newMeter(width, height int) *meter { return &meter{width: width, height: height} }

// add takes the next picture: width x height samples, of which line 0 belongs to the top field. It keeps a copy.
func (m *meter) add(luma []byte) error {
	m.frames++
	if m.last == nil {
		m.last = slices.Clone(luma)
		return nil
	}
	m.pairs = append(m.pairs, compare(m.last, luma, m.width, m.height))
	copy(m.last, luma)
	return nil
}

type energies struct{ frame, top, bottom, changeT, changeB int64 }

func compare(prev, next []byte, width, height int) pair {
	across := max(width/fieldBlock, 1)
	var blocks []energies
	for y0 := 2; y0+fieldBlock <= height-2 || y0 == 2; y0 += fieldBlock {
		row := make([]energies, across)
		for y := y0; y < min(y0+fieldBlock, height-1); y++ {
			weaveLine(row, prev[(y-1)*width:(y+2)*width], next[(y-1)*width:(y+2)*width], width, y%2 == 0)
		}
		blocks = append(blocks, row...)
	}
	// The quarter that changes most: a speaker's head in a still room must not drown in the room's noise.
	slices.SortFunc(blocks, func(a, b energies) int {
		return int((b.changeT + b.changeB) - (a.changeT + a.changeB))
	})
	busy := average(blocks[:max(len(blocks)/4, 1)])
	calm := average(blocks[len(blocks)/2:])
	if more := 4 * (busy.change() - calm.change()); more > 0 {
		busy.contrast = (busy.combs() - calm.combs()) / more
	}
	return busy
}

func average(blocks []energies) (p pair) {
	n := float64(len(blocks) * fieldBlock * fieldBlock)
	for _, b := range blocks {
		p.frame += float64(b.frame) / 2 / n
		p.top += float64(b.top) / n
		p.bottom += float64(b.bottom) / n
		p.changeT += float64(b.changeT) * 2 / n // each parity is half of the lines
		p.changeB += float64(b.changeB) * 2 / n
	}
	return p
}

// weaveLine adds the middle one of three lines of both pictures to its row of blocks; the comb is the second difference across the line.
func weaveLine(row []energies, prev, next []byte, width int, isTop bool) {
	pa, p, pc := prev[:width], prev[width:2*width], prev[2*width:3*width]
	na, n, nc := next[:width], next[width:2*width], next[2*width:3*width]
	for b := range row {
		var frame, pn, np, change int64
		for x := b * fieldBlock; x < min((b+1)*fieldBlock, width); x++ {
			pe, ne := int64(pa[x])+int64(pc[x]), int64(na[x])+int64(nc[x])
			p2, n2 := 2*int64(p[x]), 2*int64(n[x])
			frame += (pe-p2)*(pe-p2) + (ne-n2)*(ne-n2)
			pn += (pe - n2) * (pe - n2) // this line from the next picture, its neighbours from the previous
			np += (ne - p2) * (ne - p2)
			change += (n2 - p2) * (n2 - p2) / 4
		}
		e := &row[b]
		e.frame += frame
		if isTop {
			e.top += pn
			e.bottom += np
			e.changeT += change
		} else {
			e.top += np
			e.bottom += pn
			e.changeB += change
		}
	}
}

// reading is what a run of pairs says.
type reading struct {
	frames   int
	moving   float64 // 0..1: share of the change that is motion rather than noise
	contrast float64 // the same between busy and calm parts of the picture: noise that a codec made alike in both fields drops out too
	changed  float64 // median change, squared levels a sample
	sure     float64 // motion's mean over its standard error
	ratio    float64 // 0 interlaced, 1 progressive; without meaning where nothing moves
	spread   float64 // standard error of ratio
	topFirst bool
	orderBy  float64 // the order's mean evidence over its standard error
	cadence  float64 // 0..1, fit of 2:3 pulldown
}

// still says that nothing moves enough to tell fields apart. Codecs smooth noise within frames, which makes still noise look progressive;
// measured on seven codecs it stays below a contrast of 0.1, on DV of 0.18, and motion above 0.24 even under heavy noise. Nothing but motion
// makes an order or a cadence, so that these are believed at less.
func (r reading) still() bool {
	const least, plain = 0.03, 0.2
	enough := 3.5 * (1 + 6/float64(r.frames)) // few frames scatter too little to judge their scatter by
	if r.frames < 8 || r.changed < 1.5 || r.sure < 2 || max(r.sure, r.orderBy) < enough && r.cadence == 0 {
		return true
	}
	if r.cadence > 0 || r.orderBy > 4 && r.ratio+r.spread < 0.5 {
		return r.contrast < least
	}
	return r.contrast < plain
}

// read weighs pairs: each counts alike, whatever the size of its change, but for cuts, which are left out.
func read(pairs []pair) reading {
	r := reading{frames: len(pairs) + 1}
	var level, motion, order, contrast []float64
	for _, p := range steady(pairs) {
		c := p.change()
		if c <= 0 {
			continue
		}
		// (4 x change) is what motion by half of a frame's distance adds to a comb's energy: see the second difference.
		level = append(level, p.combs()/(4*c))
		order = append(order, (p.bottom-p.top)/(4*c))
		contrast = append(contrast, p.contrast)
		motion = append(motion, c)
	}
	if len(level) < 3 {
		return r
	}
	// Pairs where little moves have noise for level and order; weigh by change, capped, so that one jump doesn't rule.
	limit := 3 * median(motion)
	r.changed = median(motion)
	for i := range motion {
		motion[i] = min(motion[i], limit)
	}
	mean, se := weighted(level, motion)
	r.moving, r.sure = min(max(mean, 0), 1), mean/max(se, 1e-9)
	r.contrast, _ = weighted(contrast, motion)
	tilt, tiltSE := weighted(order, motion)
	r.topFirst, r.orderBy = tilt > 0, math.Abs(tilt)/max(tiltSE, 1e-9)
	// With nearer and further the two weaves of different frames: nearer-frame = level-|tilt|/2, further-frame = level+|tilt|/2.
	half := math.Abs(tilt) / 2
	if mean > 0 {
		r.ratio = (mean - half) / (mean + half)
		r.spread = 2 * (tiltSE/2*mean + half*se) / ((mean + half) * (mean + half))
	}
	r.cadence = cadence(pairs, r.moving)
	return r
}

// steady drops cuts and flashes: pairs that change many times more than those around.
func steady(pairs []pair) []pair {
	if len(pairs) < 5 {
		return pairs
	}
	all := make([]float64, len(pairs))
	for i, p := range pairs {
		all[i] = p.change()
	}
	var out []pair
	for i, p := range pairs {
		if all[i] <= 6*median(all[max(i-6, 0):min(i+7, len(all))]) {
			out = append(out, p)
		}
	}
	return out
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// weighted is the mean of v with weights w, and its standard error.
func weighted(v, w []float64) (mean, se float64) {
	var sw, sww float64
	for i := range v {
		sw += w[i]
		sww += w[i] * w[i]
		mean += w[i] * v[i]
	}
	if sw <= 0 {
		return 0, 0
	}
	mean /= sw
	var sq float64
	for i := range v {
		sq += w[i] * w[i] * (v[i] - mean) * (v[i] - mean)
	}
	return mean, math.Sqrt(sq) / sw
}
