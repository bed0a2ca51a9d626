package audio

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// A method of restoration: whole channels in, whole channels out.
type method struct {
	name string
	run  func(t testing.TB, x [][]float64) [][]float64
}

func filtered(name string, filters ...ffmpeg.Filter) method {
	return method{name, func(t testing.TB, x [][]float64) [][]float64 {
		out, _ := through(t, writeWAV(t, benchRate, len(x), interleave(x...)), benchRate, len(x), filters)
		return out
	}}
}

var rivals = []method{
	filtered("untouched"),
	filtered("afftdn 12 dB", ffmpeg.F("afftdn", "nr", 12, "tn", 1)),
	filtered("afftdn 20 dB", ffmpeg.F("afftdn", "nr", 20, "nf", -30, "tn", 1)),
	filtered("old light", ffmpeg.F("highpass", "f", 80), ffmpeg.F("lowpass", "f", 15000), ffmpeg.F("acompressor", "threshold", "-20dB", "ratio", 2, "attack", 20, "release", 250)),
	filtered("old moderate", ffmpeg.F("highpass", "f", 100), ffmpeg.F("lowpass", "f", 14000), ffmpeg.F("afftdn", "nf", -20), ffmpeg.F("acompressor", "threshold", "-18dB", "ratio", 3, "attack", 10, "release", 200), ffmpeg.F("equalizer", "f", 3000, "t", "q", "w", 1, "g", 2)),
	filtered("old music", ffmpeg.F("highpass", "f", 30), ffmpeg.F("afftdn", "nf", -25), ffmpeg.F("acompressor", "threshold", "-24dB", "ratio", 2, "attack", 50, "release", 500)),
}

func ours(mode Mode) method {
	return method{"Tapelight " + string(mode), func(t testing.TB, x [][]float64) [][]float64 {
		out, _, _ := apply(t, benchRate, Settings{Mode: mode, KeepLoudness: true}, x...)
		return out
	}}
}

// scene is a clip with its damage.
type scene struct {
	name, clip string
	damage     damage
}

var denoiseScenes = []scene{
	{"speech dev, 8 dB, hiss and hum", "speech-dev", damage{hiss: 11, hum: 13.2}},
	{"music dev, 20 dB, hiss", "music-dev", damage{hiss: 20}},
	{"orchestra dev, 20 dB, hiss", "orchestra-dev", damage{hiss: 20}},
	{"speech, 8 dB, hiss and hum", "speech-test", damage{hiss: 11, hum: 13.2}},
	{"speech, 4 dB, hiss", "speech-test", damage{hiss: 4}},
	{"speech, 14 dB, hiss", "speech-test", damage{hiss: 14}},
	{"voices, 8 dB, hiss and hum", "voices-test", damage{hiss: 11, hum: 13.2}},
	{"voices, 20 dB, hiss", "voices-test", damage{hiss: 20}},
	{"music, 14 dB, hiss", "music-test", damage{hiss: 14}},
	{"music, 20 dB, hiss", "music-test", damage{hiss: 20}},
	{"music, 26 dB, hiss", "music-test", damage{hiss: 26}},
	{"game music, 20 dB, hiss", "game-test", damage{hiss: 20}},
	{"music, hum alone", "music-test", damage{hum: 20}},
	{"stereo music, 20 dB, hiss", "stereo-test", damage{hiss: 20}},
}

// dirty is the scene's sound, and its parts.
func (s scene) dirty(t testing.TB) (clean, x [][]float64) {
	channels := 1
	if strings.HasPrefix(s.clip, "stereo") {
		channels = 2
	}
	clean = clip(t, s.clip, channels)
	for c, ch := range clean {
		h, m := noiseOf(len(ch), rms(ch), s.damage, uint64(c+1))
		y := make([]float64, len(ch))
		for i := range y {
			y[i] = ch[i] + h[i] + m[i]
		}
		s.damage.strike(y, uint64(c+1))
		x = append(x, y)
	}
	return clean, x
}

// figures of a result against the truth, the first two seconds, in which everything settles, left out.
type figures struct {
	lag                int // samples
	snr, sisdr, pauses float64
}

func compareWith(clean, y []float64) figures {
	f := figures{pauses: math.NaN()}
	from := 2 * benchRate
	mid := 8 * benchRate
	f.lag = lag(clean[mid:mid+benchRate/4], y[mid:], 2000)
	var ss, ee, cy, yy float64
	var quiet, n float64
	env := 0.0
	for i := from; i < len(clean)-benchRate; i++ {
		j := i + f.lag
		if j < 0 || j >= len(y) {
			continue
		}
		a, b := clean[i], y[j]
		ss += a * a
		ee += (b - a) * (b - a)
		cy += a * b
		yy += b * b
		env += (math.Abs(a) - env) / 2400
		if env < 1e-4 {
			quiet += b * b
			n++
		}
	}
	f.snr = 10 * math.Log10(ss/(ee+1e-30))
	k := cy / ss
	target := k * k * ss
	f.sisdr = 10 * math.Log10(target/(yy-2*k*cy+target+1e-30))
	if n > benchRate/2 {
		f.pauses = 10 * math.Log10(quiet/n+1e-30)
	}
	return f
}

// TestBenchSound prints the table of docs/quality.md. BENCH_ONLY=word picks scenes, BENCH_METHODS=word methods.
func TestBenchSound(t *testing.T) {
	methods := append(rivals[:len(rivals):len(rivals)], ours(Auto), ours(Light), ours(Voice), ours(Music), ours(Strong))
	only, which := os.Getenv("BENCH_ONLY"), os.Getenv("BENCH_METHODS")
	for _, s := range denoiseScenes {
		if only != "" && !strings.Contains(s.name, only) {
			continue
		}
		clean, x := s.dirty(t)
		for _, m := range methods {
			if which != "" && !strings.Contains(m.name, which) && m.name != "untouched" {
				continue
			}
			start := time.Now()
			y := m.run(t, x)
			wall := time.Since(start).Seconds() / (float64(len(x[0])) / benchRate)
			f := compareWith(clean[0], y[0])
			fmt.Printf("| %-32s | %-16s | %6.2f | %6.2f | %6.1f | %5.2f | %.3f |\n", s.name, m.name, f.snr, f.sisdr, f.pauses, 1000*float64(f.lag)/benchRate, wall)
		}
	}
}
