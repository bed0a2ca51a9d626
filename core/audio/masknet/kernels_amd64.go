package masknet

import "golang.org/x/sys/cpu"

// hasAVX is set once, before anything runs.
var hasAVX = cpu.X86.HasAVX

// The kernels of kernels_amd64.s take n points, a multiple of 4, eight at a time. They multiply and add apart, as Go does.

//go:noescape
func add3AVX(acc, x *float32, n int, w *float32)

//go:noescape
func addAcrossAVX(acc, a, b, c, d *float32, n int, w *float32)

//go:noescape
func leakyAVX(x *float32, n int)

// add3Fast does as many points as it can, and tells how many; so do the others.
func add3Fast(acc, x, w []float32) int {
	n := len(acc) &^ 3
	if !hasAVX || n == 0 {
		return 0
	}
	_, _ = x[n+1], w[2]
	add3AVX(&acc[0], &x[0], n, &w[0])
	return n
}

func addAcrossFast(acc, a, b, c, d, w []float32) int {
	n := len(acc) &^ 3
	if !hasAVX || n == 0 {
		return 0
	}
	_, _, _, _, _ = a[n-1], b[n-1], c[n-1], d[n-1], w[3]
	addAcrossAVX(&acc[0], &a[0], &b[0], &c[0], &d[0], n, &w[0])
	return n
}

func leakyFast(x []float32) int {
	n := len(x) &^ 3
	if !hasAVX || n == 0 {
		return 0
	}
	leakyAVX(&x[0], n)
	return n
}
