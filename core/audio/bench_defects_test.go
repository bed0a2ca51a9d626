package audio

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestBenchSoundDefects prints what becomes of other damage than noise: signal to noise before and after, over the whole track, and what the repair was.
func TestBenchSoundDefects(t *testing.T) {
	clips := []string{"speech-test", "voices-test", "music-test", "game-test"}
	for _, name := range clips {
		clean := clip(t, name, 1)[0]
		for _, d := range []struct {
			name   string
			damage func(x []float64)
		}{
			{"nothing", func([]float64) {}},
			{"clicks, 30 a minute", func(x []float64) { damage{clicks: 30}.strike(x, 1) }},
			{"dropouts, 30 a minute", func(x []float64) { damage{dropouts: 30}.strike(x, 1) }},
			{"clipped by 5 dB", func(x []float64) {
				g := 1.8 / peak(x)
				for i := range x {
					x[i] = max(-1, min(1, g*x[i])) / g
				}
			}},
			{"rumble", func(x []float64) {
				h, _ := noiseOf(len(x), rms(x), damage{rumble: 20}, 1)
				for i := range x {
					x[i] += h[i]
				}
			}},
		} {
			x := append([]float64(nil), clean...)
			d.damage(x)
			gain, down := 1.0, 1.0
			if strings.HasPrefix(d.name, "clipped") { // at full scale, where clipping is looked for
				gain = 1 / peak(x)
				for i := range x {
					x[i] *= gain
				}
			}
			out, steps, _ := apply(t, benchRate, Settings{Mode: Auto, KeepLoudness: true}, x)
			var names []StepName
			for _, s := range steps {
				names = append(names, s.Name)
				if s.Name == StepDeclip {
					down = math.Pow(10, -declipRoom/20.0)
				}
			}
			var before, after float64
			for i, v := range clean {
				before += math.Pow(x[i]/gain-v, 2)
				after += math.Pow(out[0][i]/(gain*down)-v, 2)
			}
			whole := rms(clean) * rms(clean) * float64(len(clean))
			fmt.Printf("| %-12s | %-22s | %7.2f | %7.2f | %v |\n", name, d.name, 10*math.Log10(whole/(before+1e-20)), 10*math.Log10(whole/(after+1e-20)), names)
		}
	}
}

func peak(x []float64) (p float64) {
	for _, v := range x {
		p = max(p, math.Abs(v))
	}
	return p
}

// TestBenchSoundHum prints how far each harmonic of hum goes down, on hum that stands still and on hum that wanders as a tape's does, and what that does to
// the sound: its error without the hum that is left.
func TestBenchSoundHum(t *testing.T) {
	for _, name := range []string{"speech-test", "voices-test", "music-test", "game-test"} {
		for _, wanders := range []bool{false, true} {
			clean := clip(t, name, 1)[0]
			var hummed []float64
			if wanders {
				_, hummed = noiseOf(len(clean), rms(clean), damage{hum: 20}, 1)
			} else {
				hummed = make([]float64, len(clean))
				for k, db := range humSeries {
					tone(hummed, benchRate, benchHum*float64(k+1), rms(clean)*math.Sqrt2*math.Pow(10, (db-20)/20), 0.13*float64(k))
				}
			}
			x := make([]float64, len(clean))
			for i := range x {
				x[i] = clean[i] + hummed[i]
			}
			r := measured(t, benchRate, x)
			repair := Chain(r, Settings{Mode: Auto, KeepLoudness: true, Strength: map[StepName]float64{StepDenoise: 0, StepHighPass: 0, StepDropouts: 0, StepDeclick: 0}}, nil)
			out := repaired(t, benchRate, repair, x)
			rest := make([]float64, len(clean))
			for i := range rest {
				rest[i] = out[0][i] - clean[i]
			}
			from, to := 2*benchRate, len(clean)-benchRate
			fmt.Printf("| %-12s | wanders %-5v | found %.2f Hz | %6.2f | %6.2f |", name, wanders, r.HumHz, dbRMS(clean)-dbRMS(hummed), dbRMS(clean[from:to])-dbRMS(rest[from:to]))
			for k := range humSeries {
				hz := benchHum * float64(k+1)
				fmt.Printf(" %4.0f", bandLevel(rest[from:to], hz)-bandLevel(hummed[from:to], hz))
			}
			fmt.Println(" |")
		}
	}
}

// bandLevel is the level within 2 Hz of hz, mean over seconds.
func bandLevel(x []float64, hz float64) float64 {
	sum, n := 0.0, benchRate
	for at := 0; at+n <= len(x); at += n {
		for df := -2.0; df <= 2; df++ {
			sum += math.Pow(10, level(x[at:at+n], benchRate, hz+df)/10)
		}
	}
	return 10 * math.Log10(sum+1e-30)
}
