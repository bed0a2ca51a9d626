package audio

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

func TestTuneHum(t *testing.T) {
	for _, s := range []scene{
		{"music", "music-test", damage{hum: 20}}, {"music dev", "music-dev", damage{hum: 20}}, {"orch", "orchestra-dev", damage{hum: 20, hiss: 26}},
		{"speech", "speech-dev", damage{hum: 13}}, {"speech+hiss", "speech-dev", damage{hum: 13, hiss: 11}}, {"voices", "voices-test", damage{hum: 13, hiss: 11}}, {"voices", "voices-test", damage{hum: 24, hiss: 20}},
	} {
		if only := os.Getenv("BENCH_ONLY"); !strings.Contains(s.name, only) {
			continue
		}
		clean, x := s.dirty(t)
		h, m := noiseOf(len(x[0]), rms(clean[0]), s.damage, 1)
		r := measured(t, benchRate, x...)
		spec := Dehum{Hz: r.HumHz, Depth: 1}
		for _, l := range r.Hum {
			spec.Harmonics = append(spec.Harmonics, l.Harmonic)
			spec.Levels = append(spec.Levels, Point{l.Hz, l.LevelDBFS})
		}
		if r.HumHz == 0 {
			fmt.Println(s.name, "no hum found")
			continue
		}
		st := time.Now()
		y := run(newDehummer(benchRate, 1, spec), x)
		el := time.Since(st).Seconds() / 30
		ref := make([]float64, len(h))
		rest := make([]float64, len(h))
		for i := range h {
			ref[i] = clean[0][i] + h[i]
			rest[i] = y[0][i] - ref[i]
		}
		fmt.Printf("%s: len %v, f %.3f found %v; hum was %.1f dB, left %.1f dB under the sound; %.3f:", s.name, len(y[0]) == len(x[0]), r.HumHz, spec.Harmonics, dbRMS(clean[0])-dbRMS(m), dbRMS(clean[0])-dbRMS(rest[96000:len(rest)-48000]), el)
		for k := range humSeries {
			fmt.Printf(" %.0f", bandLevel(m[96000:], benchHum*float64(k+1))-bandLevel(rest[96000:], benchHum*float64(k+1)))
		}
		fmt.Println()
	}
}

// bandLevel is the level within 3 Hz of hz.
func bandLevel(x []float64, hz float64) float64 {
	sum := 0.0
	n := benchRate // a second
	for at := 0; at+n <= len(x); at += n / 2 {
		for df := -3.0; df <= 3; df++ {
			sum += math.Pow(10, level(x[at:at+n], benchRate, hz+df)/10)
		}
	}
	return 10 * math.Log10(sum)
}
