package audio

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

func run(s stage, x [][]float64) [][]float64 {
	out := newPlanes(len(x))
	n := len(x[0])
	for i := 0; i < n; i += 4096 {
		j := min(n, i+4096)
		in := newPlanes(len(x))
		for c := range in {
			in[c] = x[c][i:j]
		}
		out = s.add(in, out)
	}
	return s.end(out)
}

func TestTune(t *testing.T) {
	for _, s := range denoiseScenes {
		if only := os.Getenv("BENCH_ONLY"); !strings.Contains(s.name, only) {
			continue
		}
		s.damage.hum = 0
		clean, x := s.dirty(t)
		var nz []float64
		for i := range clean[0] {
			nz = append(nz, x[0][i]-clean[0][i])
		}
		or := measured(t, benchRate, nz)
		r := measured(t, benchRate, x...)
		fmt.Printf("%s: in %.2f;", s.name, compareWith(clean[0], x[0]).snr)
		var o, m []Point
		for i, hz := range bandCentres {
			o = append(o, Point{hz, or.Noise.Bands[i]})
			m = append(m, Point{hz, r.Noise.Bands[i]})
		}
		for _, w := range []int{2048} {
			for _, p := range [][]Point{o, m} {
				st := time.Now()
				y := run(newDenoiser(benchRate, len(x), Denoise{Reduction: 20, Print: p, Window: w}), x)
				el := time.Since(st).Seconds() / 30
				fmt.Printf(" %d: %.2f (%.3f)", w, compareWith(clean[0], y[0]).snr, el)
			}
		}
		d := 0.0
		for i := range o {
			d += m[i].DBFS - o[i].DBFS
		}
		fmt.Printf(" print off by %.1f, low %.1f, high %.1f\n", d/15, m[3].DBFS-o[3].DBFS, m[11].DBFS-o[11].DBFS)
	}
	_ = math.Pi
}
