package core_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// TestSampleTapesSoundAsTheyShould: restored with nothing set, the sound of the damaged sample tapes is held against what was recorded on them: hum is at least
// 40 dB lower at each harmonic (25 where the voice itself has a line there, which nothing tells from hum in ten seconds), what is left of noise, clicks and all lies far under the voice, and the voice is where it was, to the sample.
func TestSampleTapesSoundAsTheyShould(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	const seconds = 12
	for _, name := range []string{"ntsc-vhs", "pal-dv"} {
		t.Run(name, func(t *testing.T) {
			sample := tape.For(t, seconds, name)[name]
			truth := tape.SoundOf(sample.Spec, 0)
			r := fast()
			r.Sound = recipe.Default().Sound
			r.Sound.Loudness, r.Sound.Codec = 0, recipe.CodecFLAC
			out := filepath.Join(t.TempDir(), "out.mkv")
			if _, err := newService(t).Restore(t.Context(), core.Request{Path: sample.Path, Recipe: r, Output: out}, nil); err != nil {
				t.Fatal(err)
			}
			got := oneChannel(t, out, 0, "-af", "pan=mono|c0=c0")
			clean, worn := truth.Clean()[0], truth.Render()[0]
			n := min(len(got), len(clean)) / tape.SampleRate * tape.SampleRate
			if n < (seconds-1)*tape.SampleRate {
				t.Fatalf("there are %d samples", n)
			}
			// The first and last two seconds are left out: there the noise is known from one side only.
			cut := func(i int) bool { return i < 2*tape.SampleRate || i >= n-2*tape.SampleRate }
			power := func(of func(i int) float64) (sum float64) {
				for i := range n {
					if !cut(i) {
						sum += of(i) * of(i)
					}
				}
				return sum
			}
			voice := power(func(i int) float64 { return float64(clean[i]) })
			snr := func(of func(i int) float64) float64 {
				return 10 * math.Log10(voice/power(func(i int) float64 { return of(i) - float64(clean[i]) }))
			}
			before, after := snr(func(i int) float64 { return float64(worn[i]) }), snr(func(i int) float64 { return float64(got[i]) })
			t.Logf("signal to noise %.1f dB before, %.1f after", before, after)
			if after < before+8 || after < 20 {
				t.Errorf("signal to noise is %.1f dB, and was %.1f", after, before)
			}
			for lag := -3; lag <= 3; lag++ {
				if d := snr(func(i int) float64 { return float64(got[i+lag]) }); lag != 0 && d >= after {
					t.Errorf("%d samples off it fits better: %.1f dB", lag, d)
				}
			}
			var left, was, own []float32
			for i := range n {
				if !cut(i) {
					left, was, own = append(left, got[i]-clean[i]), append(was, worn[i]-clean[i]), append(own, clean[i])
				}
			}
			for h := range truth.HumLevels {
				hz := truth.Hum * float64(h+1)
				hum := lineLevel(was, hz)
				fell, beside := hum-lineLevel(left, hz), lineLevel(own, hz)-hum
				t.Logf("hum at %.1f Hz fell by %.0f dB; the voice's own line there is %.0f dB beside it", hz, fell, beside)
				if fell < 25 || fell < 40 && beside < -30 {
					t.Errorf("hum at %.1f Hz fell by %.1f dB, beside a voice of %.1f dB", hz, fell, beside)
				}
			}
		})
	}
}
