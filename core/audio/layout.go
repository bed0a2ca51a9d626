package audio

import (
	"fmt"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// meterStep is what a measured peak may be higher than it is said: the meter rounds to a tenth.
const meterStep = 0.05

// Mixed is the gain in dB for a track whose channels were mixed or spread, measured behind that: what its loudness asks for, or less where peaks would
// come over the limit. It is never left alone there, as a track that stays as it is may be: mixing can push it over full scale.
func (s Settings) Mixed(measured ffmpeg.Loudness) (gain float64, why string) {
	if s.Mode != Off {
		gain, why = s.Loudness(measured)
	}
	if room := s.truePeak() - meterStep - measured.TruePeak; gain > room {
		return room, fmt.Sprintf("%+.1f dB: mixing the channels brings peaks to %.1f dBTP.", room, measured.TruePeak)
	}
	return gain, why
}

// BothSides are the filters that make what carries sound of a stereo track be on both sides, in phase, so that they can become one channel; nil where that is
// so. Chain's own repair does the same among the rest.
func (r *Report) BothSides() (filters []ffmpeg.Filter, why string) {
	step := channels(r, Settings{Mode: Light}, measure{}, &Program{})
	if step == nil {
		return nil, ""
	}
	return step.Filters, step.Why
}

// OneSound tells whether both sides of a stereo track carry the same, or only one carries anything.
func (r *Report) OneSound() bool {
	return r.Channels == 2 && !r.Silent && (r.DualMono || r.DeadSide >= 0)
}

// Stretched makes the report that of the same track played by times as long: its hum is that much lower.
func (r *Report) Stretched(by float64) {
	r.HumHz /= by
	for i := range r.Hum {
		r.Hum[i].Hz /= by
	}
}
