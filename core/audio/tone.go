package audio

import (
	"fmt"
	"math"
)

// Treble is what a track has of treble.
type Treble struct {
	LimitHz  float64 `json:"limit_hz"` // up to where the sound reaches; 0: to the end of what the rate can hold, or not known
	LackDB   float64 `json:"lack_db"`  // by how much 4 to 8 kHz lie under what speech and music usually have there, negative: over it
	Vowels   float64 `json:"vowels"`   // dBFS of a voice's loud vowels, 300 to 3000 Hz
	Sibilant float64 `json:"sibilant"` // dB of the loudest hisses of a voice (5 to 10 kHz) over its loud vowels (300 to 3000 Hz); -200: no voice
}

const (
	limitFrom = 3000.0 // Hz: what ends below it is a telephone's
	limitDrop = 15.0   // dB from the half octave below the limit to that above it; music falls by some 6 by itself
	// usualFall is how far the density of power falls from 500..2000 Hz to 4000..8000 Hz in long-term spectra of speech (D. Byrne and others, "An
	// international comparison of long-term average speech spectra", 1994: 18 dB) and of music (17 to 24 in the bench's clips).
	usualFall     = 19.0
	sibilantLimit = -4.0 // dB, from which on it hurts: usual voices have -20 to -6
	lackLimit     = 3.0  // dB
)

// treble measures the limit and the lack from the mean spectrum, noise taken away as far as it is known.
func (s *spectrum) treble(r *Report, total, quiet []float64) {
	hz := float64(s.rate) / float64(s.fft.n)
	mean := func(x []float64, from, to float64) float64 {
		var sum, n float64
		for k := max(1, int(from/hz)); k < min(len(x), int(to/hz)); k++ {
			sum, n = sum+x[k], n+1
		}
		return sum / max(1, n)
	}
	end := 0.49 * float64(s.rate)
	sums := make([]float64, len(total)+1) // of levels: a mean of powers would still see the edge from far above it
	for k, v := range total {
		sums[k+1] = sums[k] + max(-150, db(v))
	}
	levels := func(from, to float64) float64 {
		lo, hi := int(from/hz), min(len(total), int(to/hz))
		return (sums[hi] - sums[lo]) / float64(hi-lo)
	}
	most := limitDrop
	for f := limitFrom; f*1.1 < end; f *= 1.03 {
		drop := levels(f/math.Sqrt2, f) - levels(f*1.03, min(end, f*1.03*math.Sqrt2))
		if drop > most {
			most, r.Treble.LimitHz = drop, f
		}
	}
	if end < 8500 {
		return
	}
	without := func(from, to float64) float64 {
		t := mean(total, from, to)
		if r.Noise.Known {
			t = max(t-mean(quiet, from, to), 0.02*t)
		}
		return db(t)
	}
	if top := min(8000, r.limit(8000)); top > 5000 {
		r.Treble.LackDB = without(500, 2000) - without(4000, top) - usualFall
	}
}

// limit is up to where the sound reaches, at most most.
func (r *Report) limit(most float64) float64 {
	if r.Treble.LimitHz > 0 {
		return min(most, r.Treble.LimitHz)
	}
	return most
}

// HasLimit tells that the sound ends well before the rate's own end.
func (r *Report) HasLimit() bool {
	return r.Treble.LimitHz > 0 && r.Treble.LimitHz < 0.42*float64(r.Rate)
}

// Nature tells in words what a track is, apart from damage: what sounds in it, how far it reaches, how its treble is.
func (r *Report) Nature() (w []string) {
	if c := r.Content; c.Known && c.Speech+c.Music > 0 {
		w = append(w, fmt.Sprintf("%.0f %% speech, %.0f %% music or speech over music.", 100*c.Speech, 100*c.Music))
	}
	if r.HasLimit() {
		w = append(w, fmt.Sprintf("It ends at %.1f kHz%s.", r.Treble.LimitHz/1000, ending(r.Treble.LimitHz)))
	}
	if lack := r.Treble.LackDB; math.Abs(lack) >= lackLimit {
		w = append(w, fmt.Sprintf("Its treble is %.0f dB %s than usual.", math.Abs(lack), map[bool]string{true: "weaker", false: "stronger"}[lack > 0]))
	}
	return w
}

// ending tells where a limit comes from as a rule.
func ending(hz float64) string {
	switch {
	case hz < 4500:
		return ", as a telephone's does"
	case hz < 13000:
		return ", as that of a tape's linear track does"
	case hz < 17500:
		return ", as that of a broadcast or of a sparing codec does"
	}
	return ", as that of a Hi-Fi track does"
}

// HasSibilance tells that a voice hisses too strongly.
func (r *Report) HasSibilance() bool {
	return r.Content.Known && r.Content.Speech > 0.5 && r.Treble.Sibilant > sibilantLimit
}

// sibilance gathers the levels of vowels and hisses, window by window.
type sibilance struct {
	vowels, hisses histogram
	vowel, hiss    [2]int // bins
}

// levels of one window of spectrum; only at rates that hold hisses.
func (s *sibilance) add(power []float64, norm float64) {
	sum := func(b [2]int) (p float64) {
		for _, v := range power[min(b[0], len(power)):min(b[1], len(power))] {
			p += v
		}
		return db(p * norm / float64(len(power)))
	}
	v, h := sum(s.vowel), sum(s.hiss)
	s.vowels.add(v)
	s.hisses.add(h)
}

// strength is the level of the loudest hisses (2 % of the windows) over that of loud vowels (the loudest tenth).
func (s *sibilance) strength() float64 {
	if s.hiss[1] <= s.hiss[0] {
		return floorDB
	}
	return s.hisses.quantile(0.98) - s.vowels.quantile(0.9)
}

// Tone is a repair of the spectrum's balance.
type Tone struct {
	// ShelfDB raises (or lowers) what lies from 3.5 kHz to LimitHz on, fully from 6 kHz.
	ShelfDB float64 `json:"shelf_db,omitempty"`
	LimitHz float64 `json:"limit_hz,omitempty"` // 0: none
	// DeEss lowers hisses that stand higher than this under the level of a voice's loud vowels, dBFS of 5 to 10 kHz; 0: none.
	DeEss float64 `json:"de_ess,omitempty"`
}

const (
	toneSeconds   = 0.012
	deEssMost     = 9.0 // dB
	shelfMost     = 6.0 // dB
	deEssFrom     = 3500.0
	deEssFull     = 5000.0
	deEssTo       = -8.0 // dB beside the vowels
	deEssRelease  = 0.7  // a window, of what is taken away
	sibilantAbove = 10000.0
)

// toneStep weighs the bins of a window.
type toneStep struct {
	shelf     []float64
	lower     []float64 // how far each bin takes part in the lowering of hisses
	threshold float64   // |X|² summed over the hisses' bins
	lo, hi    int
	now       float64 // dB taken away
}

func newToneStage(rate, channels int, spec Tone) stage {
	n := 1 << int(math.Round(math.Log2(toneSeconds*float64(rate))))
	hz := float64(rate) / float64(n)
	t := &toneStep{shelf: make([]float64, n/2+1), lower: make([]float64, n/2+1), lo: int(deEssFull / hz), hi: min(n/2, int(sibilantAbove/hz))}
	limit := spec.LimitHz
	if limit == 0 {
		limit = float64(rate)
	}
	for k := range t.shelf {
		f := float64(k) * hz
		up := ramp(math.Log(max(f, 1)/3500) / math.Log(6000/3500.0))
		up *= ramp((1.15*limit - f) / (0.15 * limit))
		t.shelf[k] = math.Pow(10, spec.ShelfDB*up/20)
		t.lower[k] = ramp((f - deEssFrom) / (deEssFull - deEssFrom))
	}
	if spec.DeEss != 0 {
		// The root of Hann's window has a mean square of a half: one-sided, a level of p is p·n·n/4·…/2 in all bins together.
		t.threshold = math.Pow(10, spec.DeEss/10) * float64(n) * float64(n) / 4
	}
	return newOverlap(n, channels, channels, t)
}

// ramp rises evenly from 0 at 0 to 1 at 1.
func ramp(x float64) float64 {
	return 0.5 - 0.5*math.Cos(math.Pi*min(1, max(0, x)))
}

func (t *toneStep) frame(in [][]complex128) [][]complex128 {
	take := 0.0
	if t.threshold > 0 {
		var power float64
		for _, x := range in {
			for _, v := range x[t.lo:t.hi] {
				power += real(v)*real(v) + imag(v)*imag(v)
			}
		}
		if over := db(power/float64(len(in))/t.threshold + 1e-19); over > 0 {
			take = min(deEssMost, over)
		}
		t.now = max(take, t.now*deEssRelease)
	}
	for _, x := range in {
		for k := range x {
			g := t.shelf[k]
			if t.now > 0.05 && t.lower[k] > 0 {
				g *= math.Pow(10, -t.now*t.lower[k]/20)
			}
			if g != 1 {
				x[k] *= complex(g, 0)
			}
		}
	}
	return in
}
