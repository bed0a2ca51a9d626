package audio

import "math"

// drift finds a series that wanders about a trend: cosines of whole numbers of half turns over its length, each with a spread that is learnt from what is
// seen. What stands still is so averaged over the whole length, and what wanders only as far as it does. (Evidence maximised as by MacKay, "Bayesian
// interpolation", 1992.)
type drift struct {
	n      int
	trend  int       // powers of time that are free: 1 for a constant, 2 for a line
	spread []float64 // variance of each cosine, from half a turn on
	cosine []float64 // of a turn in 4·n steps
}

const (
	driftPool  = 8     // a cosine's spread is learnt with that of its neighbours, one to each side more for so many
	driftLeast = 1e-10 // variance: where the spread begins again
)

// newDrift begins with what spread tells for frequencies in Hz, for n values a second/rate apart, with cosines up to highest Hz.
func newDrift(n, trend int, rate, highest float64, spread func(hz float64) float64) *drift {
	d := &drift{n: n, trend: trend, cosine: make([]float64, 4*n)}
	for i := range d.cosine {
		d.cosine[i] = math.Cos(2 * math.Pi * float64(i) / float64(4*n))
	}
	for j := 1; j <= n/2; j++ {
		hz := 0.5 * float64(j) * rate / float64(n)
		if hz > highest {
			break
		}
		d.spread = append(d.spread, spread(hz))
	}
	return d
}

// wave is cosine j (0: constant) at value m.
func (d *drift) wave(j, m int) float64 { return d.cosine[j*(2*m+1)%(4*d.n)] }

// smooth is the likeliest series where values were seen with weights, which are one over their variances. learn: the spreads are learnt from that.
func (d *drift) smooth(weight, seen []float64, learn bool) []float64 {
	waves := len(d.spread)
	a, b := d.equations(weight, seen)
	x, variance := solvePositive(a, b)
	out := make([]float64, d.n)
	for m := range out {
		for p := range d.trend {
			out[m] += x[p] * d.power(p, m)
		}
		for j := range waves {
			out[m] += x[d.trend+j] * d.wave(j+1, m)
		}
	}
	if !learn {
		return out
	}
	size := x[d.trend:]
	known := make([]float64, waves) // how far each cosine is known by what was seen, not by its spread alone
	for j := range known {
		known[j] = min(1, max(0, 1-variance[d.trend+j]/d.spread[j]))
	}
	for j := range d.spread {
		r := 1 + j/driftPool
		var power, sum float64
		for i := max(0, j-r); i <= min(waves-1, j+r); i++ {
			power += size[i] * size[i]
			sum += known[i]
		}
		d.spread[j] = (power + 0.01*driftLeast) / (sum + 0.01)
	}
	return out
}

// power p of time, which runs from -1 to 1.
func (d *drift) power(p, m int) float64 {
	t, v := float64(2*m+1)/float64(d.n)-1, 1.0
	for range p {
		v *= t
	}
	return v
}

// equations are the normal equations, of which the lower half is filled.
func (d *drift) equations(weight, seen []float64) (a [][]float64, b []float64) {
	waves := len(d.spread)
	b = make([]float64, d.trend+waves)
	a = make([][]float64, len(b))
	for i := range a {
		a[i] = make([]float64, i+1)
	}
	sums := make([]float64, 2*waves+1) // the product of two cosines is the mean of two cosines
	for m, w := range weight {
		if w == 0 {
			continue
		}
		for q := range sums {
			sums[q] += w * d.wave(q, m)
		}
		for p := range d.trend {
			v := w * d.power(p, m)
			b[p] += v * seen[m]
			for r := range p + 1 {
				a[p][r] += v * d.power(r, m)
			}
			for j := range waves {
				a[d.trend+j][p] += v * d.wave(j+1, m)
			}
		}
		for j := range waves {
			b[d.trend+j] += w * seen[m] * d.wave(j+1, m)
		}
	}
	for i := range waves {
		for j := range i + 1 {
			a[d.trend+i][d.trend+j] = 0.5 * (sums[i+j+2] + sums[i-j])
		}
		a[d.trend+i][d.trend+i] += 1 / d.spread[i]
	}
	for p := range d.trend {
		a[p][p] += 1e-9
	}
	return a, b
}

// solvePositive solves a·x = b for a symmetric positive a, of which it overwrites the lower half, by Cholesky's way. variance is the diagonal of a's inverse.
func solvePositive(a [][]float64, b []float64) (x, variance []float64) {
	n := len(b)
	x, variance = make([]float64, n), make([]float64, n)
	for i, row := range a {
		for j := range i + 1 {
			v := row[j]
			for q, f := range a[j][:j] {
				v -= row[q] * f
			}
			if i == j {
				row[i] = math.Sqrt(max(1e-12, v))
			} else {
				row[j] = v / a[j][j]
			}
		}
		x[i] = b[i]
		for q, f := range row[:i] {
			x[i] -= f * x[q]
		}
		x[i] /= row[i]
	}
	for i := n - 1; i >= 0; i-- {
		x[i] /= a[i][i]
		for q := range i {
			x[q] -= a[i][q] * x[i]
		}
	}
	column := make([]float64, n)
	for j := range n { // of the inverse of the root
		for i := j; i < n; i++ {
			v := 0.0
			if i == j {
				v = 1
			}
			for q, f := range a[i][j:i] {
				v -= f * column[j+q]
			}
			column[i] = v / a[i][i]
			variance[j] += column[i] * column[i]
		}
	}
	return x, variance
}
