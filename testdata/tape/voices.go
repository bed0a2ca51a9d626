package tape

import "math"

// vowels are formant frequencies in Hz of a few vowels of an adult speaker (after the averages of Peterson and Barney 1952).
var vowels = [][3]float64{
	{730, 1090, 2440}, {270, 2290, 3010}, {530, 1840, 2480}, {570, 840, 2410}, {300, 870, 2240}, {660, 1720, 2410},
}

// resonator is a second-order resonance with unit gain at DC (Klatt 1980).
type resonator struct{ a, b, c, y1, y2 float64 }

func (r *resonator) set(hz, bandwidth float64) {
	r.c = -math.Exp(-2 * math.Pi * bandwidth / SampleRate)
	r.b = 2 * math.Exp(-math.Pi*bandwidth/SampleRate) * math.Cos(2*math.Pi*hz/SampleRate)
	r.a = 1 - r.b - r.c
}

func (r *resonator) step(x float64) float64 {
	y := r.a*x + r.b*r.y1 + r.c*r.y2
	r.y1, r.y2 = y, r.y1
	return y
}

// babble is speech-like sound: glottal pulses through three moving formants, hissed consonants between syllables,
// rests at the end of every phrase.
func (t Sound) babble(n int) []float64 {
	r := seeded(t.seed, 10)
	out := make([]float64, n)
	var f [3]resonator
	var hiss resonator
	hiss.set(5200, 1800)
	from, to := vowels[0], vowels[1]
	syllable, length := 0, 1
	phase, pitch, noisy := 0.0, 120.0, false
	var sum float64
	var count int
	for i := range out {
		if syllable == 0 {
			length = int((0.12 + 0.10*r.unit()) * SampleRate)
			from, to = to, vowels[r.below(len(vowels))]
			pitch, noisy = 105+35*r.unit(), r.unit() < 0.4
		}
		x := float64(syllable) / float64(length)
		glide := 0.5 - 0.5*math.Cos(math.Pi*math.Min(1, 2*x))
		if i%8 == 0 {
			for j := range f {
				f[j].set(from[j]+(to[j]-from[j])*glide, 60+30*float64(j))
			}
		}
		phase += pitch * (1 + 0.08*math.Sin(3*float64(i)/SampleRate)) / SampleRate
		if phase >= 1 {
			phase--
		}
		// Rosenberg's glottal pulse: opening over 40 % of the period, closing over 16 %.
		var flow float64
		switch {
		case phase < 0.4:
			flow = 0.5 - 0.5*math.Cos(math.Pi*phase/0.4)
		case phase < 0.56:
			flow = math.Cos(math.Pi / 2 * (phase - 0.4) / 0.16)
		}
		v := flow - 0.28
		for j := range f {
			v = f[j].step(v)
		}
		// All levels change smoothly: a step would be a click, which the truth says there is none of.
		v *= swell(x/0.2) * swell((1-x)/0.2)
		if s := hiss.step(r.unit() - 0.5); noisy {
			consonant := swell(x/0.1) * swell((0.4-x)/0.15)
			v = (1-0.7*consonant)*v + 1.2*s*consonant
		}
		speaking := t.phrase(float64(i)/SampleRate - t.Early)
		out[i] = v * speaking
		if speaking > 0 {
			sum += out[i] * out[i]
			count++
		}
		syllable = (syllable + 1) % length
	}
	scale := t.SpeechRMS / math.Sqrt(sum/float64(max(1, count))+1e-12)
	for i := range out {
		out[i] = 0.6 * math.Tanh(out[i]*scale/0.6)
	}
	return out
}

// swell rises smoothly from 0 at x <= 0 to 1 at x >= 1.
func swell(x float64) float64 {
	return 0.5 - 0.5*math.Cos(math.Pi*math.Max(0, math.Min(1, x)))
}

// phrase is the envelope of speech at a time: 1 while speaking, 0 in the rests, with ramps of 30 ms.
func (t Sound) phrase(now float64) float64 {
	in := math.Mod(now+t.PauseEvery, t.PauseEvery)
	talk := t.PauseEvery - t.PauseFor
	return swell(math.Min(in, talk-in) / 0.03)
}

// addMusic adds plucked strings (Karplus and Strong 1983) playing broken chords, spread over two channels.
func addMusic(out [][]float32, level float64, r *random) {
	chords := [][]float64{{0, 4, 7, 12}, {-3, 0, 4, 9}, {-7, 0, 5, 9}, {-5, 2, 7, 11}}
	const beat = SampleRate / 5
	n := len(out[0])
	for start, note := 0, 0; start < n; start, note = start+beat, note+1 {
		chord := chords[note/8%len(chords)]
		hz := 220 * math.Pow(2, chord[note*3%4]/12)
		period := int(math.Round(SampleRate / hz))
		wire := make([]float64, period)
		for i := range wire {
			wire[i] = r.unit() - 0.5
		}
		side := 0.35 + 0.3*float64(note%3)/2
		for i, at := 0, start; at < min(n, start+2*SampleRate); i, at = i+1, at+1 {
			p := i % period
			v := wire[p]
			wire[p] = 0.4985 * (v + wire[(p+1)%period])
			fade := math.Min(1, float64(start+2*SampleRate-at)/4800)
			for c, ch := range out {
				gain := 1.0
				if len(out) == 2 {
					gain = 2 * math.Abs(float64(1-c)-side)
				}
				ch[at] += float32(level * 0.5 * gain * fade * v)
			}
		}
	}
}
