package quality

import "math"

// move takes a sample at x, counted from the middle, to x*(1+sx)+dx; and so down the picture.
type move struct{ dx, dy, sx, sy float64 }

// register finds the move that takes the second picture of each pair to the first: the method of Lucas and Kanade (1981) with a shift and a
// scale along each axis, from coarse to fine. Moves too small to mean anything (0.02 samples at the edges) come back as none, and so does one
// that does not make the pictures clearly more alike.
func register(pairs [][2]*gray) move {
	if len(pairs) == 0 {
		return move{}
	}
	levels := [][][2]*gray{pairs}
	for g := pairs[0][0]; len(levels) < 4 && g.w >= 96 && g.h >= 96; g = g.half() {
		var next [][2]*gray
		for _, p := range levels[len(levels)-1] {
			next = append(next, [2]*gray{p[0].half(), p[1].half()})
		}
		levels = append(levels, next)
	}
	var m move
	for l := len(levels) - 1; l >= 0; l-- {
		for range 8 {
			step, ok := refine(levels[l], m)
			if !ok {
				return move{}
			}
			m = move{m.dx + step.dx, m.dy + step.dy, m.sx + step.sx, m.sy + step.sy}
			if math.Abs(step.dx)+math.Abs(step.dy) < 0.002 {
				break
			}
		}
		if l > 0 {
			m.dx, m.dy = 2*m.dx, 2*m.dy
		}
	}
	g := pairs[0][0]
	w, h := float64(g.w)/2, float64(g.h)/2
	const least = 0.02
	if math.Abs(m.sx)*w < least && math.Abs(m.sy)*h < least {
		m.sx, m.sy = 0, 0
	}
	if math.Abs(m.dx) < least && math.Abs(m.dy) < least {
		m.dx, m.dy = 0, 0
	}
	if math.Abs(m.dx) > w/4 || math.Abs(m.dy) > h/4 || math.Abs(m.sx) > 0.1 || math.Abs(m.sy) > 0.1 ||
		m != (move{}) && !worthwhile(pairs, m) {
		return move{}
	}
	return m
}

// worthwhile tells moves from what noise makes up: a move interpolates, which takes noise away and so makes any two pictures more alike. The
// opposite move does so just as much.
func worthwhile(pairs [][2]*gray, m move) bool {
	return difference(pairs, m) < 0.95*difference(pairs, move{-m.dx, -m.dy, -m.sx, -m.sy})
}

// moved is g with m undone.
func (g *gray) moved(m move) *gray {
	return g.resample(g.w, g.h, along(g.w, g.w, m.dx, 1+m.sx), along(g.h, g.h, m.dy, 1+m.sy))
}

const border = 4 // samples of each edge that don't count: there is nothing to move in from beyond it

func difference(pairs [][2]*gray, m move) (sum float64) {
	for _, p := range pairs {
		a, b := p[0], p[1].moved(m)
		for y := border; y < a.h-border; y++ {
			for x := border; x < a.w-border; x++ {
				e := float64(a.v[y*a.w+x] - b.v[y*a.w+x])
				sum += e * e
			}
		}
	}
	return sum
}

// refine is one step of Gauss and Newton from m; not ok where the pictures show too little.
func refine(pairs [][2]*gray, m move) (move, bool) {
	var n [4][5]float64
	for _, p := range pairs {
		a, b := p[0], p[1].moved(m)
		cx, cy := float64(a.w-1)/2, float64(a.h-1)/2
		for y := border; y < a.h-border; y++ {
			for x := border; x < a.w-border; x++ {
				i := y*a.w + x
				gx, gy := float64(b.v[i+1]-b.v[i-1])/2, float64(b.v[i+a.w]-b.v[i-a.w])/2
				d := [4]float64{gx, gy, gx * (float64(x) - cx), gy * (float64(y) - cy)}
				e := float64(a.v[i] - b.v[i])
				for r := range d {
					for c := r; c < 4; c++ {
						n[r][c] += d[r] * d[c]
					}
					n[r][4] += d[r] * e
				}
			}
		}
	}
	for r := range n {
		for c := range r {
			n[r][c] = n[c][r]
		}
	}
	s, ok := solve(n)
	return move{s[0], s[1], s[2], s[3]}, ok
}

// solve is Gaussian elimination with pivots of the normal equations, which are scaled first: shifts and scales have other units.
func solve(n [4][5]float64) (x [4]float64, ok bool) {
	var unit [4]float64
	for i := range n {
		if unit[i] = math.Sqrt(n[i][i]); !(unit[i] > 1e-6) {
			return x, false
		}
	}
	for r := range n {
		for c := range 4 {
			n[r][c] /= unit[r] * unit[c]
		}
		n[r][4] /= unit[r]
	}
	for k := range n {
		best := k
		for r := k + 1; r < 4; r++ {
			if math.Abs(n[r][k]) > math.Abs(n[best][k]) {
				best = r
			}
		}
		n[k], n[best] = n[best], n[k]
		if math.Abs(n[k][k]) < 1e-4 {
			return x, false
		}
		for r := k + 1; r < 4; r++ {
			f := n[r][k] / n[k][k]
			for c := k; c < 5; c++ {
				n[r][c] -= f * n[k][c]
			}
		}
	}
	for k := 3; k >= 0; k-- {
		s := n[k][4]
		for c := k + 1; c < 4; c++ {
			s -= n[k][c] * x[c]
		}
		x[k] = s / n[k][k]
	}
	for i := range x {
		x[i] /= unit[i]
	}
	return x, true
}
