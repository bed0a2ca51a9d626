package audio

// smoothest is the series that is both near to what was seen, weights times squared distance, and smooth: stiff times the sum of its squared differences of an
// order. (Whittaker, "On a new method of graduation", 1923; of order 2 with even weights also called the Hodrick-Prescott filter.) It is solved as a
// banded system by Cholesky's way, in time that grows with the length.
func smoothest(weight, seen []float64, order int, stiff float64) []float64 {
	n := len(seen)
	out := make([]float64, n)
	if n == 0 {
		return out
	}
	diff := []float64{1} // the coefficients of the difference
	for range order {
		next := make([]float64, len(diff)+1)
		for i, v := range diff {
			next[i] -= v
			next[i+1] += v
		}
		diff = next
	}
	a := make([][]float64, n) // a[i][j] is the matrix at row i, column i-j
	for i := range a {
		a[i] = make([]float64, order+1)
		a[i][0] = weight[i] + 1e-9
		out[i] = weight[i] * seen[i]
	}
	for first := 0; first+order < n; first++ {
		for i, v := range diff {
			for j := 0; j <= i; j++ {
				a[first+i][i-j] += stiff * v * diff[j]
			}
		}
	}
	// L·D·Lᵀ: afterwards a[i][0] is D, a[i][j] is L.
	for i := range a {
		for j := min(order, i); j >= 1; j-- {
			v := a[i][j]
			for q := j + 1; q <= min(order, i); q++ {
				v -= a[i][q] * a[i-q][0] * a[i-j][q-j]
			}
			a[i][j] = v / a[i-j][0]
		}
		for j := 1; j <= min(order, i); j++ {
			a[i][0] -= a[i][j] * a[i][j] * a[i-j][0]
		}
	}
	for i := range out {
		for j := 1; j <= min(order, i); j++ {
			out[i] -= a[i][j] * out[i-j]
		}
	}
	for i := range out {
		out[i] /= a[i][0]
	}
	for i := n - 1; i >= 0; i-- {
		for j := 1; j <= order && i+j < n; j++ {
			out[i] -= a[i+j][j] * out[i+j]
		}
	}
	return out
}

// stiffness picks the one of humTurnStiff with which the windows of one second tell best where those of the next lie.
func stiffness(weight, seen []float64) float64 {
	const fold = 4 // windows
	best, least := humTurnStiff[0], 0.0
	for i, stiff := range humTurnStiff {
		var cost float64
		for part := range 2 {
			w := append([]float64(nil), weight...)
			for m := range w {
				if m/fold%2 == part {
					w[m] = 0
				}
			}
			for m, v := range smoothest(w, seen, 3, stiff) {
				if m/fold%2 == part {
					cost += weight[m] * (v - seen[m]) * (v - seen[m])
				}
			}
		}
		if i == 0 || cost < 0.5*least {
			best, least = stiff, cost
		}
	}
	return best
}
