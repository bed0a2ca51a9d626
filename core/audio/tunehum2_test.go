package audio

import (
	"fmt"
	"math"
	"os"
	"testing"
)

func TestTuneHum2(t *testing.T) {
	n := 14 * benchRate
	for _, which := range []string{"nothing", "speech-dev", "music-test"} {
		base := make([]float64, n)
		if which != "nothing" {
			if os.Getenv("NOCLIPS") != "" {
				continue
			}
			copy(base, clip(t, which, 1)[0])
		}
		hiss(base, 0.0003, 1)
		lev := 0.1
		_, m := noiseOf(n, lev, damage{hum: 15}, 1)
		x := make([]float64, n)
		for i := range x {
			x[i] = base[i] + m[i]
		}
		spec := Dehum{Hz: 59.31, Depth: 1}
		for k := range humSeries {
			spec.Harmonics = append(spec.Harmonics, k+1)
			spec.Levels = append(spec.Levels, Point{0, 20*math.Log10(lev) - 15 + humSeries[k]})
		}
		y := run(newDehummer(benchRate, 1, spec), [][]float64{x})
		rest := make([]float64, n)
		for i := range x {
			rest[i] = y[0][i] - base[i]
		}
		fmt.Printf("%s: down %.1f:", which, dbRMS(m[3*benchRate:11*benchRate])-dbRMS(rest[3*benchRate:11*benchRate]))
		for k := range humSeries {
			f := benchHum * float64(k+1)
			a, b := 0.0, 0.0
			for df := -2.0; df <= 2; df += 0.5 {
				a += math.Pow(10, level(m[5*benchRate:7*benchRate], benchRate, f+df)/10)
				b += math.Pow(10, level(rest[5*benchRate:7*benchRate], benchRate, f+df)/10)
			}
			fmt.Printf(" %.0f", 10*math.Log10(a/b))
		}
		fmt.Println()
	}
}
