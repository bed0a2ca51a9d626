package tape_test

import (
	"math"
	"testing"

	"github.com/tapelight/tapelight/testdata/tape"
)

func soundOf(t *testing.T, name string) tape.Sound {
	t.Helper()
	s, ok := tape.SpecOf(name, 2)
	if !ok {
		t.Fatalf("no sample %s", name)
	}
	return tape.SoundOf(s, 0)
}

// tone is the amplitude of a frequency in a signal (one bin of a Fourier transform).
func tone(x []float64, hz float64) float64 {
	var re, im float64
	for i, v := range x {
		sn, cs := math.Sincos(2 * math.Pi * hz * float64(i) / tape.SampleRate)
		re, im = re+v*cs, im+v*sn
	}
	return 2 * math.Hypot(re, im) / float64(len(x))
}

func TestDamageIsAsStated(t *testing.T) {
	for _, name := range []string{"ntsc-vhs", "pal-dv", "early-sound"} {
		t.Run(name, func(t *testing.T) {
			s := soundOf(t, name)
			clean, damaged := s.Clean()[0], s.Render()[0]
			diff := make([]float64, len(clean))
			for i := range diff {
				diff[i] = float64(damaged[i] - clean[i])
			}
			for i, want := range s.HumLevels {
				if got := tone(diff, s.Hum*float64(i+1)); math.Abs(got-want) > 0.15*want+0.001 {
					t.Errorf("hum at %.1f Hz is %.4f, want %.4f", s.Hum*float64(i+1), got, want)
				}
			}
			for _, at := range s.DamageAt {
				if v := math.Abs(diff[int(math.Round((at+s.Early)*tape.SampleRate))]); v < 0.4 {
					t.Errorf("no damage click at %.2f s: %.2f", at, v)
				}
			}
			if len(s.DamageAt) == 0 {
				t.Error("no damage clicks at all")
			}
		})
	}
}

func TestUndamagedTrackIsClean(t *testing.T) {
	s, _ := tape.SpecOf("archive-422", 1)
	sound := tape.SoundOf(s, 1)
	clean, file := sound.Clean(), sound.Render()
	for i := range clean[0] {
		if clean[0][i] != file[0][i] {
			t.Fatalf("sample %d differs", i)
		}
	}
}

func TestSpeechPausesAndNothingClips(t *testing.T) {
	for _, s := range tape.SpecsOf(3) {
		for i := range s.Audio {
			sound := tape.SoundOf(s, i)
			clean := sound.Clean()
			var sum float64
			for _, v := range clean[0] {
				sum += float64(v) * float64(v)
			}
			if rms := math.Sqrt(sum / float64(len(clean[0]))); rms < 0.01 || rms > 0.3 {
				t.Errorf("%s track %d: loudness %.3f", s.Name, i, rms)
			}
			for c, ch := range sound.Render() {
				for j, v := range ch {
					if v > 1 || v < -1 {
						t.Fatalf("%s track %d channel %d clips at %.3f s: %.2f", s.Name, i, c, float64(j)/tape.SampleRate, v)
					}
				}
			}
		}
	}
	sound := soundOf(t, "webcam")
	at := int((sound.PauseEvery - sound.PauseFor/2) * tape.SampleRate)
	for _, v := range sound.Clean()[0][at : at+2400] {
		if v != 0 {
			t.Fatal("no rest in the speech")
		}
	}
}

// crest is the greatest third difference of a signal over the root mean square of those in the 5 ms around it: how
// much the sharpest click stands out.
func crest(x []float32) float64 {
	const half = 120
	power := make([]float64, len(x)+1)
	rough := make([]float64, len(x))
	for i := range x {
		if i >= 3 {
			rough[i] = float64(x[i] - 3*x[i-1] + 3*x[i-2] - x[i-3])
		}
		power[i+1] = power[i] + rough[i]*rough[i]
	}
	worst := 0.0
	for i := half; i < len(x)-half; i++ {
		around := math.Sqrt((power[i+half]-power[i-half])/(2*half)) + 1e-4
		worst = math.Max(worst, math.Abs(rough[i])/around)
	}
	return worst
}

// The clean tracks must hold nothing that a click remover could take for damage; the damaged ones must.
func TestOnlyDamageLooksLikeClicks(t *testing.T) {
	for _, name := range []string{"webcam", "ntsc-vhs", "film-hard"} {
		s := soundOf(t, name)
		clean := crest(s.Clean()[0])
		if clean > 5 {
			t.Errorf("%s: the sharpest sample of the clean track stands out %.1f times", name, clean)
		}
		if damaged := crest(s.Render()[0]); s.Damaged && damaged < 7 {
			t.Errorf("%s: damage stands out only %.1f times", name, damaged)
		}
	}
}
