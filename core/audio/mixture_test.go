package audio

import (
	"math"
	"math/cmplx"
	"testing"

	"pgregory.net/rapid"
)

// TestMixtureKeepsItsLimits holds what a bin becomes to the least gain and the share that stays, whatever gain, longer window and network say.
func TestMixtureKeepsItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string, lo, hi float64) float32 { return float32(rapid.Float64Range(lo, hi).Draw(t, name)) }
		v := complex(number("re", -2, 2), number("im", -2, 2))
		long := v * complex(number("long re", -0.2, 1.2), number("long im", -0.5, 0.5))
		gain, share := number("gain", 0, 1), number("share", 0, 1)
		reduction, dry := float64(number("reduction", 0, 40)), float64(number("dry", 0, 1))
		network := rapid.Bool().Draw(t, "network")
		become := func(reduction, dry float64, share float32) complex128 {
			m, x := newMixture(Denoise{Reduction: reduction, Dry: dry}, network), []complex64{v}
			m.finish(x, []complex64{long}, []float32{gain}, []float32{share})
			return complex128(x[0])
		}
		near := func(what string, got, want complex128) {
			if !(cmplx.Abs(got-want) < 1e-5) {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
		}
		near("all dry", become(reduction, 1, share), complex128(v))
		floor := math.Pow(10, -reduction/20)
		near("nothing of the longer window", become(reduction, dry, 0), complex128(v)*complex(dry+(1-dry)*max(floor, float64(gain)), 0))
		a, b := become(reduction, 0, 0), become(reduction, 0, 1)
		near("half of it", become(reduction, 0, 0.5), (a+b)/2)
		if network {
			near("no reduction", become(0, dry, share), complex128(v))
			if got := real(b*cmplx.Conj(complex128(v))) / math.Pow(cmplx.Abs(complex128(v)), 2); floor > leastLong && cmplx.Abs(complex128(v)) > 0.01 && got < floor-0.34*(1-floor)-1e-5 {
				t.Fatalf("a gain of %v, the least is %v", got, floor)
			}
		} else {
			near("all of it", b, complex128(long))
		}
	})
}

// TestBesideGivesTheSameInParts sends a stream in odd parts: what comes of it does not depend on them.
func TestBesideGivesTheSameInParts(t *testing.T) {
	const rate, n = 48000, 30000
	x := planes{make([]float64, n), make([]float64, n)}
	for c := range x {
		hiss(x[c], 0.1, uint64(c))
	}
	run := func(part int) planes {
		d := Denoise{Reduction: 12, Window: 512, Long: 2048, Print: []Point{{1000, -30}}}
		s, in, out := newDenoiser(rate, 2, d, nil), newPlanes(2), newPlanes(2)
		for at := 0; at < n; at += part {
			for c := range x {
				in[c] = x[c][at:min(n, at+part)]
			}
			out = s.add(in, out)
		}
		return s.end(out)
	}
	want := run(n)
	for _, part := range []int{1 << 10, 777, 97} {
		got := run(part)
		for c := range want {
			if len(got[c]) != n || len(want[c]) != n {
				t.Fatalf("%d samples became %d and %d", n, len(got[c]), len(want[c]))
			}
			for i := range want[c] {
				if got[c][i] != want[c][i] {
					t.Fatalf("in parts of %d sample %d is %v, at once %v", part, i, got[c][i], want[c][i])
				}
			}
		}
	}
}
