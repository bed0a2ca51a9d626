package audio

import "math"

// inpainter fills a gap by what an autoregressive model of the sound before it and one of the sound behind it expect there, faded from the one into the other
// (I. Kauppinen, K. Roth, "Audio signal extrapolation: theory and applications", DAFx 2002).
type inpainter struct {
	f, b, a, next []float64
	past          []float64
}

// across fills x[g.first:g.end] from what lies beside it. With hardly anything on one side of it, a gap stays.
func (p *inpainter) across(x []float64, g gap) {
	n := g.end - g.first
	order := min(dropoutOrder, max(384, 4*n))
	side := max(6*n, 3*order)
	left, right := x[max(0, g.first-side):g.first], x[g.end:min(len(x), g.end+side)]
	if len(left) < 64 || len(right) < 64 {
		return
	}
	forward := make([]float64, n)
	p.extrapolate(left, forward, order, false)
	backward := make([]float64, n)
	p.extrapolate(right, backward, order, true)
	for i := range n {
		t := math.Sin(math.Pi / 2 * (float64(i) + 1) / float64(n+1))
		x[g.first+i] = forward[i]*(1-t*t) + backward[n-1-i]*t*t
	}
}

// extrapolate continues x by len(to) samples; backward continues it before its start, nearest first.
func (p *inpainter) extrapolate(x, to []float64, order int, backward bool) {
	p.past = append(p.past[:0], x...)
	if backward {
		for i, j := 0, len(p.past)-1; i < j; i, j = i+1, j-1 {
			p.past[i], p.past[j] = p.past[j], p.past[i]
		}
	}
	a := p.burg(p.past, min(order, len(x)/3))
	// No louder than what it was made from: a model that is sure of itself may ring up.
	var most float64
	for _, v := range p.past {
		most = max(most, math.Abs(v))
	}
	for i := range to {
		var v float64
		for k, c := range a {
			v -= c * p.past[len(p.past)-1-k]
		}
		v = max(-most, min(most, v))
		to[i] = v
		p.past = append(p.past, v)
	}
}

// burg is J. P. Burg's prediction of x from its last order samples: x[n] + sum a[k]·x[n-1-k] is as small as can be forward and backward.
func (p *inpainter) burg(x []float64, order int) []float64 {
	n := len(x)
	p.f, p.b, p.a = append(p.f[:0], x...), append(p.b[:0], x...), p.a[:0]
	for m := range order {
		var num, den float64
		for i := m + 1; i < n; i++ {
			num += p.f[i] * p.b[i-1]
			den += p.f[i]*p.f[i] + p.b[i-1]*p.b[i-1]
		}
		if den < 1e-18 {
			break
		}
		k := -2 * num / den
		p.next = append(p.next[:0], p.a...)
		for i := range p.a {
			p.a[i] += k * p.next[m-1-i]
		}
		p.a = append(p.a, k)
		for i := n - 1; i > m; i-- {
			f, b := p.f[i], p.b[i-1]
			p.f[i], p.b[i] = f+k*b, b+k*f
		}
	}
	return p.a
}
