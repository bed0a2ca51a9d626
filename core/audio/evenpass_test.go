package audio

import (
	"math"
	"testing"
)

// What is low goes, what is not keeps its level and its phase, and no sample is lost.
func TestLowCut(t *testing.T) {
	for _, rate := range []int{8000, 44100} {
		for _, n := range []int{0, 5, rate / 7, 3*rate + 1} {
			x, want := make([]float64, n), make([]float64, n)
			tone(want, rate, 90, 0.2, 0.1)
			tone(want, rate, 700, 0.2, 0.3)
			copy(x, want)
			tone(x, rate, 13, 0.1, 0)
			for i := range x {
				x[i] += 0.05
			}
			y := processed(t, &Program{Rate: rate, Channels: 2, LowCut: 30}, x, x)[1]
			if len(y) != n {
				t.Fatalf("%d Hz: %d samples became %d", rate, n, len(y))
			}
			for i := rate / 2; i < n-rate/2; i++ {
				if math.Abs(y[i]-want[i]) > 0.002 {
					t.Fatalf("%d Hz, sample %d: %.4f, want %.4f", rate, i, y[i], want[i])
				}
			}
		}
	}
}
