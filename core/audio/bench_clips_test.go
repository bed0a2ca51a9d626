package audio

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// benchRate is the rate of the clips that testdata/sounds.sh makes.
const benchRate = 48000

// soundsVar names the folder that testdata/sounds.sh filled. Without it the bench is skipped.
const soundsVar = "TAPELIGHT_SOUNDS"

func clip(t testing.TB, name string, channels int) [][]float64 {
	t.Helper()
	dir := os.Getenv(soundsVar)
	if dir == "" {
		t.Skip(soundsVar + " does not name a folder of recordings; make bench-sound does")
	}
	raw, err := os.ReadFile(filepath.Join(dir, name+".f32"))
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, channels)
	for i := 0; i+4*channels <= len(raw); i += 4 * channels {
		for c := range out {
			out[c] = append(out[c], float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i+4*c:]))))
		}
	}
	for c := range out { // headroom for what is added
		for i := range out[c] {
			out[c][i] *= 0.5
		}
	}
	return out
}

// damage is what a tape does to a sound. Levels are dB below the sound's own level; 0 leaves the damage out.
type damage struct {
	hiss     float64 // broadband, falling above 6 kHz, its level breathing by some dB
	hum      float64 // of the fundamental; the mains at 59.3 Hz, wandering by a tenth of a hertz as the tape runs
	rumble   float64
	clicks   float64 // a minute
	dropouts float64 // a minute
}

// humSeries are levels of the harmonics below the fundamental.
var humSeries = []float64{0, -6, -8, -15, -12, -25, -18}

const benchHum = 59.3

// noiseOf is the sum of hiss, hum and rumble for a sound of n samples at level rms.
func noiseOf(n int, level float64, d damage, seed uint64) (hissed, hummed []float64) {
	rng := rand.New(rand.NewPCG(seed, 77))
	hissed, hummed = make([]float64, n), make([]float64, n)
	if d.hiss != 0 {
		var a, power float64
		for i := range hissed {
			v := rng.NormFloat64()
			a += 0.55 * (v - a)
			breath := math.Pow(10, 1.5*math.Sin(2*math.Pi*0.13*float64(i)/benchRate+float64(seed))/20)
			hissed[i] = a * breath
			power += hissed[i] * hissed[i]
		}
		g := level * math.Pow(10, -d.hiss/20) / math.Sqrt(power/float64(n))
		for i := range hissed {
			hissed[i] *= g
		}
	}
	if d.rumble != 0 {
		a := level * math.Pow(10, -d.rumble/20)
		tone(hissed, benchRate, 13, a, 0)
		tone(hissed, benchRate, 19, a, 0.3)
	}
	if d.hum != 0 {
		a := level * math.Pow(10, -d.hum/20) * math.Sqrt2
		phase := 0.0
		for i := range hummed {
			now := float64(i) / benchRate
			f := benchHum + 0.06*math.Sin(2*math.Pi*0.05*now) + 0.03*math.Sin(2*math.Pi*0.31*now+1)
			phase += f / benchRate
			swell := 1 + 0.1*math.Sin(2*math.Pi*0.07*now)
			for k, db := range humSeries {
				hummed[i] += a * swell * math.Pow(10, db/20) * math.Sin(2*math.Pi*(phase*float64(k+1)+0.13*float64(k)))
			}
		}
	}
	return hissed, hummed
}

// bad takes whole milliseconds out (a dropout of 3 to 12 ms, its edges soft), and puts clicks in.
func (d damage) strike(x []float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 78))
	places := func(perMinute float64) (at []int) {
		if perMinute == 0 {
			return nil
		}
		step := 60 / perMinute * benchRate
		for p := 0.7 * step; int(p)+benchRate/10 < len(x); p += step * (0.6 + 0.8*rng.Float64()) {
			at = append(at, int(p))
		}
		return at
	}
	for _, at := range places(d.dropouts) {
		n := benchRate * (3 + rng.IntN(10)) / 1000
		edge := 24
		for i := range n {
			g := 1 - min(1, float64(min(i, n-1-i))/float64(edge))
			x[at+i] *= 0.01 + 0.99*g
		}
	}
	for _, at := range places(d.clicks) {
		a := 0.2 + 0.4*rng.Float64()
		n := 2 + rng.IntN(30)
		for i := range n {
			x[at+i] += a * math.Exp(-3*float64(i)/float64(n)) * math.Cos(1.9*float64(i))
		}
	}
}
