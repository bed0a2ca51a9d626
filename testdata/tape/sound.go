package tape

import "math"

// SampleRate is the sampling rate of every sound track, in Hz.
const SampleRate = 48000

// SoundKind is what a track holds.
type SoundKind int

// The kinds of sound.
const (
	Mixed  SoundKind = iota // speech over quiet music
	Speech                  // speech-like babble with pauses
	Music                   // plucked strings and chords
)

// Sound is the truth of one track. Times are seconds from the first picture; amplitudes are linear, full scale is 1.
type Sound struct {
	Track
	Seconds float64 // length of the picture
	Early   float64 // how long before the first picture the track starts

	Sync       []float64 // starts of the sync clicks: bursts of SyncHz lasting SyncSeconds, at the flashes of the picture
	Hum        float64   // Hz, 0 for none; its harmonics are HumLevels[1:], amplitudes
	HumLevels  []float64
	HissRMS    float64
	DamageAt   []float64 // starts of the damage clicks, each shorter than 0.5 ms
	SpeechRMS  float64   // of the babble while it speaks, 0 without speech
	PauseEvery float64   // the babble rests for PauseFor seconds at the end of each such period
	PauseFor   float64

	seed int
}

// The sync click: a Hann-windowed tone, long enough that a click remover must let it be.
const (
	SyncHz      = 1500
	SyncSeconds = 0.010
	SyncPeak    = 0.45
)

// SoundOf is the truth of track number i of a sample.
func SoundOf(s Spec, i int) Sound {
	t := Sound{Track: s.Audio[i], Seconds: s.Duration(), seed: seedOf(s.Name) + i}
	if s.Name == "early-sound" {
		t.Early = -s.SoundOffset.Seconds()
	}
	for _, k := range s.SyncMoments() {
		t.Sync = append(t.Sync, s.MomentTime(k))
	}
	if t.Sound != Music {
		t.SpeechRMS, t.PauseEvery, t.PauseFor = 0.08, 1.3, 0.35
	}
	if t.Damaged {
		t.Hum = 59.3
		if s.Standard == "PAL" {
			t.Hum = 50.8
		}
		t.HumLevels = []float64{0.020, 0.012, 0.008, 0.005, 0.003}
		t.HissRMS = 0.004
		for at := 0.31; at < t.Seconds-0.05; at += 0.7 {
			if t.fromSync(at) > 0.1 {
				t.DamageAt = append(t.DamageAt, at)
			}
		}
	}
	return t
}

// Clean renders the undamaged track, one slice a channel, from Early seconds before the first picture on.
func (t Sound) Clean() [][]float32 {
	n := int(math.Round((t.Seconds + t.Early) * SampleRate))
	out := make([][]float32, t.Channels)
	for c := range out {
		out[c] = make([]float32, n)
	}
	if t.Sound != Speech {
		level := 0.5
		if t.Sound == Mixed {
			level = 0.12
		}
		addMusic(out, level, seeded(t.seed, 11))
	}
	if t.SpeechRMS > 0 {
		voice := t.babble(n)
		for _, ch := range out {
			for i, v := range voice {
				ch[i] += float32(v)
			}
		}
	}
	for _, ch := range out {
		// Everything else ducks for a moment, so that the click is plain to find.
		for i := range ch {
			gone := t.fromSync(float64(i)/SampleRate-t.Early) - SyncSeconds
			ch[i] *= float32(math.Max(0.15, math.Min(1, gone/0.05)))
		}
		for _, at := range t.Sync {
			addSync(ch, at+t.Early)
		}
	}
	return out
}

// fromSync is how far a time is from the nearest start of a sync click, in seconds.
func (t Sound) fromSync(now float64) float64 {
	best := math.Inf(1)
	for _, at := range t.Sync {
		best = math.Min(best, math.Abs(now-at))
	}
	return best
}

// Render is the track as it stands in the file: Clean and, if Damaged, the hum, hiss and clicks, the same in all
// channels but for the hiss.
func (t Sound) Render() [][]float32 {
	out := t.Clean()
	if !t.Damaged {
		return out
	}
	for c, ch := range out {
		r := seeded(t.seed, 12, c)
		for i := range ch {
			now := float64(i)/SampleRate - t.Early
			v := t.HissRMS * r.gauss()
			for h, level := range t.HumLevels {
				v += level * math.Sin(2*math.Pi*t.Hum*float64(h+1)*now+0.7*float64(h))
			}
			ch[i] += float32(v)
		}
		for j, at := range t.DamageAt {
			sign := float64(1 - 2*(j&1))
			start := int(math.Round((at + t.Early) * SampleRate))
			for i := range 20 {
				if start+i < len(ch) {
					ch[start+i] += float32(sign * 0.6 * math.Exp(-float64(i)/4) * math.Cos(1.9*float64(i)))
				}
			}
		}
	}
	return out
}

func addSync(ch []float32, at float64) {
	n := int(SyncSeconds * SampleRate)
	start := int(math.Round(at * SampleRate))
	for i := range n {
		if start+i < len(ch) {
			ch[start+i] += float32(syncShape(i, n))
		}
	}
}

func syncShape(i, n int) float64 {
	window := 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(n))
	return SyncPeak * window * math.Sin(2*math.Pi*SyncHz*float64(i)/SampleRate)
}

// FindSync finds the sync clicks in mono samples (full scale 1, SampleRate) by their shape and gives their starts in
// seconds from the first sample. It works on damaged and on restored sound at any loudness.
func FindSync(samples []float32) []float64 {
	n := int(SyncSeconds * SampleRate)
	var shape []float64
	var norm float64
	for i := range n {
		v := syncShape(i, n)
		shape = append(shape, v)
		norm += v * v
	}
	likeness := make([]float64, max(0, len(samples)-n))
	for i := range likeness {
		var dot, power float64
		for j, s := range shape {
			v := float64(samples[i+j])
			dot += s * v
			power += v * v
		}
		if power > 1e-6 {
			likeness[i] = dot / math.Sqrt(norm*power)
		}
	}
	var out []float64
	for i := 0; i < len(likeness); i++ {
		if likeness[i] < 0.8 {
			continue
		}
		best := i
		for j := i; j < min(len(likeness), i+n); j++ {
			if likeness[j] > likeness[best] {
				best = j
			}
		}
		out = append(out, float64(best)/SampleRate)
		i += 20 * n
	}
	return out
}
