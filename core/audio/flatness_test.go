package audio

import (
	"math"
	"testing"

	"github.com/tapelight/tapelight/testdata/tape"
)

// The hiss of the sample tapes is found and taken down, however long they are, and their undamaged sound, music without a pause, is not taken for hiss.
func TestHissOfTheSampleTapes(t *testing.T) {
	for _, c := range []struct {
		name    string
		seconds float64
	}{{"early-sound", 20}, {"webcam", 8}, {"film-soft", 12}} {
		if testing.Short() && c.seconds > 12 {
			continue
		}
		spec, ok := tape.SpecOf(c.name, c.seconds)
		if !ok {
			t.Fatalf("there is no sample %s", c.name)
		}
		sound := tape.SoundOf(spec, 0)
		var x [][]float64
		for _, samples := range sound.Render() {
			var ch []float64
			for _, v := range samples {
				ch = append(ch, float64(v))
			}
			x = append(x, ch)
		}
		r := measured(t, tape.SampleRate, x...)
		if r.HasNoise() != sound.Damaged {
			t.Errorf("%s, %.0f s: %v, %+v", c.name, c.seconds, r.Words(), r.Noise)
			continue
		}
		if !sound.Damaged {
			continue
		}
		truth := 20 * math.Log10(sound.HissRMS)
		if off := r.Noise.FloorDBFS - truth; off > 1.5 || off < -1.5 {
			t.Errorf("%s: hiss at %.1f dBFS is taken for %.1f", c.name, truth, r.Noise.FloorDBFS)
		}
		planned := Chain(r, Settings{Mode: Auto, KeepLoudness: true}, nil).Program
		if planned == nil || planned.Denoise == nil || planned.Denoise.Reduction < 12 {
			t.Errorf("%s: %+v", c.name, planned)
		}
	}
}
