package masknet

// The inner loops. Each adds to acc, or changes x, point by point in one order of operations, so that every way of doing it gives the same bits.

// add3 adds three taps over frequency to acc: x has two points more than acc.
func add3(acc, x, w []float32) {
	n := len(acc)
	a, b, c := x[:n], x[1:][:n], x[2:][:n]
	u, v, w2 := w[0], w[1], w[2]
	if n = add3Fast(acc, x, w); n == len(acc) {
		return
	}
	for i := n; i < len(acc); i++ {
		acc[i] += float32(float32(u*a[i])+float32(v*b[i])) + float32(w2*c[i])
	}
}

// addAcross adds four channels at once.
func addAcross(acc, a, b, c, d, w []float32) {
	n := len(acc)
	a, b, c, d = a[:n], b[:n], c[:n], d[:n]
	s, t, u, v := w[0], w[1], w[2], w[3]
	if n = addAcrossFast(acc, a, b, c, d, w); n == len(acc) {
		return
	}
	for i := n; i < len(acc); i++ {
		acc[i] += float32(float32(float32(s*a[i])+float32(t*b[i]))+float32(u*c[i])) + float32(v*d[i])
	}
}

// leaky is LeakyReLU with a slope of 0.1, over the points and not the zeros beside them (which it would leave alone, too).
func leaky(x []float32) {
	for i := leakyFast(x); i < len(x); i++ {
		if v := x[i]; v < 0 {
			x[i] = 0.1 * v
		}
	}
}
