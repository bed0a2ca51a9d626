package audio

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// What stands still is averaged over its whole length; what swings is followed, and both are found although most of it is seen badly.
func TestDriftLearnsHowFarToFollow(t *testing.T) {
	const n, rate = 300, 8.0
	for _, swing := range []float64{0, 0.3} {
		rng := rand.New(rand.NewPCG(1, 2))
		weight, seen, truth := make([]float64, n), make([]float64, n), make([]float64, n)
		for m := range seen {
			truth[m] = 1 - 0.002*float64(m) + swing*math.Sin(2*math.Pi*0.2*float64(m)/rate)
			sigma := 0.1
			if m%50 < 35 {
				sigma = 0.5
			}
			weight[m], seen[m] = 1/(sigma*sigma), truth[m]+sigma*rng.NormFloat64()
		}
		d := newDrift(n, 2, rate, 2, func(hz float64) float64 { return 1e-3 * math.Pow(0.3/hz, 4) })
		var got []float64
		for range 8 {
			got = d.smooth(weight, seen, true)
		}
		var off float64
		for m := range got {
			off += (got[m] - truth[m]) * (got[m] - truth[m]) / n
		}
		t.Logf("swing %.1f: off by %.4f", swing, math.Sqrt(off))
		if most := 0.03 + 0.25*swing; math.Sqrt(off) > most {
			t.Errorf("swing %.1f: off by %.4f, more than %.4f", swing, math.Sqrt(off), most)
		}
	}
}

// The solution solves, and the variances are the inverse's.
func TestSolvePositive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		value := rapid.Float64Range(-2, 2)
		root := make([][]float64, n)
		for i := range root {
			root[i] = rapid.SliceOfN(value, n, n).Draw(t, "row")
		}
		full := make([][]float64, n)
		for i := range full {
			full[i] = make([]float64, n)
			for j := range full[i] {
				for q := range n {
					full[i][j] += root[i][q] * root[j][q]
				}
			}
			full[i][i]++
		}
		lower := func() [][]float64 {
			a := make([][]float64, n)
			for i := range a {
				a[i] = append([]float64(nil), full[i][:i+1]...)
			}
			return a
		}
		b := rapid.SliceOfN(value, n, n).Draw(t, "b")
		x, variance := solvePositive(lower(), b)
		for i := range b {
			var sum float64
			for j := range x {
				sum += full[i][j] * x[j]
			}
			if math.Abs(sum-b[i]) > 1e-8 {
				t.Fatalf("row %d gives %g, not %g", i, sum, b[i])
			}
			unit := make([]float64, n)
			unit[i] = 1
			if column, _ := solvePositive(lower(), unit); math.Abs(column[i]-variance[i]) > 1e-8 {
				t.Fatalf("variance %d is %g, not %g", i, variance[i], column[i])
			}
		}
	})
}

// Nothing seen gives nothing, and no number that is none.
func TestDriftOfNothing(t *testing.T) {
	for n := range 6 {
		d := newDrift(n, 2, 8, 2, func(float64) float64 { return 1e-3 })
		for range 3 {
			for _, v := range d.smooth(make([]float64, n), make([]float64, n), true) {
				if v != 0 {
					t.Fatalf("%d values: %g", n, v)
				}
			}
		}
	}
}
