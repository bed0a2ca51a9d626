package audio

// Mode is how far restoration goes. Whatever the mode, a step runs only where its defect was found.
type Mode string

const (
	Off    Mode = "off"    // nothing at all, loudness included
	Auto   Mode = "auto"   // for tapes of all kinds; undamaged sound comes out as it was
	Light  Mode = "light"  // hum and clicks, and a touch of denoising
	Voice  Mode = "voice"  // speech: more denoising, more rumble taken away
	Music  Mode = "music"  // keeps the quietest detail and the lowest notes
	Strong Mode = "strong" // as far as it goes
)

// Modes lists all modes in the order in which a window offers them.
var Modes = []Mode{Off, Auto, Light, Voice, Music, Strong}

// Settings are what a person asks for. The zero value is Off.
type Settings struct {
	Mode Mode `json:"mode" toml:"mode"`

	// Strength scales a step: 1 is the mode's own measure (also where a step is missing), 0 leaves the step out, up to 2.
	Strength map[StepName]float64 `json:"strength,omitempty" toml:"strength,omitempty"`

	// Loudness is brought to TargetLUFS by one constant gain where the track is more than 1 LU off it (in every mode but Off), as far as TruePeak lets it.
	TargetLUFS float64 `json:"target_lufs" toml:"target_lufs"` // 0: -16
	TruePeak   float64 `json:"true_peak" toml:"true_peak"`     // dBTP; 0: -1
	// Treble is how much of the treble that the track lacks, or has too much of, is mended by a shelf from 3.5 kHz of 6 dB at most: 0 nothing, 1 all.
	Treble float64 `json:"treble,omitempty" toml:"treble,omitempty"`

	KeepLoudness bool `json:"keep_loudness" toml:"keep_loudness"`
	Rate         int  `json:"rate" toml:"rate"` // samples a second of the result; 0: the source's
}

const (
	defaultTarget   = -16.0 // LUFS, usual for playback on computers and phones
	defaultTruePeak = -1.0  // dBTP, the maximum of EBU R128
)

func (s Settings) target() float64 {
	if s.TargetLUFS == 0 {
		return defaultTarget
	}
	return min(-5, max(-40, s.TargetLUFS))
}

func (s Settings) truePeak() float64 {
	if s.TruePeak == 0 {
		return defaultTruePeak
	}
	return min(0, max(-9, s.TruePeak))
}

func (s Settings) strength(n StepName) float64 {
	v, ok := s.Strength[n]
	if !ok || v != v {
		return 1
	}
	return min(2, max(0, v))
}

// measure is what a mode means in figures.
type measure struct {
	reduction float64 // dB, the most that denoising takes away
	goal      float64 // dBFS, the noise floor at which it stops
	rumbleHz  float64 // high-pass where rumble was found
	declick   float64 // how far a click stands out, times the mean second difference beside it
	window    float64 // of the denoiser, seconds: syllables want short ones, held notes long ones
}

var measures = map[Mode]measure{
	Auto:   {reduction: 18, goal: -80, rumbleHz: 30, declick: 18, window: 0.043},
	Light:  {reduction: 8, goal: -70, rumbleHz: 25, declick: 24, window: 0.043},
	Voice:  {reduction: 24, goal: -86, rumbleHz: 70, declick: 18, window: 0.030},
	Music:  {reduction: 14, goal: -80, rumbleHz: 22, declick: 24, window: 0.085},
	Strong: {reduction: 30, goal: -90, rumbleHz: 40, declick: 12, window: 0.043},
}
