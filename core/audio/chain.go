package audio

import (
	"fmt"
	"math"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// StepName names a step of the chain.
type StepName string

const (
	StepHighPass StepName = "high-pass"
	StepDeclick  StepName = "declick"
	StepDehum    StepName = "dehum"
	StepChannels StepName = "channels"
	StepDenoise  StepName = "denoise"
	StepLoudness StepName = "loudness"
	StepResample StepName = "resample"
)

// Step is one step of a plan that is on.
type Step struct {
	Name         StepName        `json:"name"`
	Why          string          `json:"why"` // for people
	Filters      []ffmpeg.Filter `json:"filters"`
	DelaySamples int             `json:"delay_samples"` // at the source's rate; compensated in the chain
}

// order is the chain, each step planned from the report alone and nil where its defect was not found: what is off centre first, because it upsets
// the others; clicks before the narrow filters that would ring on them; hum before the denoiser, which would take it for sound; both sides
// repaired before the denoiser, so that it works on what is heard.
var order = []func(*Report, Settings, measure) *Step{highPass, declick, dehum, channels, denoise}

// Chain plans the filters for a track, in canonical order, and says why each is on. Without measured (the loudness behind the chain planned
// without it, so plan first, measure through that, plan again) loudness is left alone. The filters keep length and sync: their delay is
// cut at the start and made up for at the end. They are meant for one track at r.Rate, laid on the file's clock (ffmpeg.FillGaps).
func Chain(r *Report, s Settings, measured *ffmpeg.Loudness) ([]ffmpeg.Filter, []Step) {
	var filters []ffmpeg.Filter
	var steps []Step
	if m, ok := measures[s.Mode]; ok && r.Samples > 0 && !r.Silent {
		delay := 0
		for _, plan := range order {
			step := plan(r, s, m)
			if step == nil {
				continue
			}
			steps = append(steps, *step)
			filters = append(filters, step.Filters...)
			delay += step.DelaySamples
		}
		if delay > 0 { // it is in samples of the rate that was measured, whatever a decoder comes up with (nothing happens where they agree)
			filters = append([]ffmpeg.Filter{ffmpeg.Resample(r.Rate)}, ffmpeg.Compensate(filters, delay)...)
		}
		if step := loudness(s, measured); step != nil {
			steps = append(steps, *step)
			filters = append(filters, step.Filters...)
		}
	}
	if s.Rate > 0 && s.Rate != r.Rate {
		steps = append(steps, Step{Name: StepResample, Why: fmt.Sprintf("The result is asked for at %d Hz, the source has %d Hz.", s.Rate, r.Rate), Filters: []ffmpeg.Filter{ffmpeg.Resample(s.Rate)}})
		filters = append(filters, ffmpeg.Resample(s.Rate))
	}
	return filters, steps
}

// dcHz is a high-pass that takes the offset away and nothing one can hear.
const dcHz = 8

func highPass(r *Report, s Settings, m measure) *Step {
	if s.strength(StepHighPass) == 0 {
		return nil
	}
	switch {
	case r.HasRumble():
		hz := m.rumbleHz * s.strength(StepHighPass)
		return &Step{Name: StepHighPass, Why: fmt.Sprintf("Rumble at %.0f dBFS below 40 Hz.", r.RumbleDBFS), Filters: []ffmpeg.Filter{ffmpeg.HighPass(max(dcHz, hz))}}
	case r.HasDC():
		return &Step{Name: StepHighPass, Why: "The signal is off centre.", Filters: []ffmpeg.Filter{ffmpeg.HighPass(dcHz)}}
	}
	return nil
}

func declick(r *Report, s Settings, m measure) *Step {
	strength := s.strength(StepDeclick)
	if strength == 0 || !r.HasClicks() {
		return nil
	}
	// The first pass fits its model to the click too, so of two samples in a row it often leaves one; alone that one stands out.
	f := ffmpeg.Declick(max(4, m.declick/strength))
	return &Step{Name: StepDeclick, Why: fmt.Sprintf("About %.0f clicks a minute.", r.ClicksPerMinute), Filters: []ffmpeg.Filter{f, f}}
}

// Two notches on one line reach 40 dB as far as a tenth of their width from the centre, where one has to be within a two-hundredth; a weak line
// needs one only.
const (
	notchWidth     = 2.6 // Hz at -3 dB
	notchWidest    = 4.0
	doubleNotchMin = 16 // dB of prominence
)

func dehum(r *Report, s Settings, _ measure) *Step {
	strength := s.strength(StepDehum)
	if strength == 0 || !r.HasHum() {
		return nil
	}
	step := &Step{Name: StepDehum, Why: fmt.Sprintf("Hum: %d lines of a %.2f Hz series, the loudest at %.0f dBFS.", len(r.Hum), r.HumHz, r.loudestHum())}
	for _, l := range r.Hum {
		f := ffmpeg.Notch(l.Hz, min(notchWidest, (notchWidth+l.SpreadHz)*math.Sqrt(strength)))
		step.Filters = append(step.Filters, f)
		if l.ProminenceDB >= doubleNotchMin {
			step.Filters = append(step.Filters, f)
		}
	}
	return step
}

func channels(r *Report, s Settings, _ measure) *Step {
	switch {
	case r.Channels != 2 || s.strength(StepChannels) == 0:
		return nil
	case r.DeadSide >= 0:
		side := [...]string{"left", "right"}
		return &Step{Name: StepChannels, Why: fmt.Sprintf("The %s side is dead: the other one is put on both.", side[r.DeadSide]), Filters: []ffmpeg.Filter{ffmpeg.CopyChannel(1 - r.DeadSide)}}
	case r.Inverted:
		return &Step{Name: StepChannels, Why: "The sides have opposite polarity: the right one is turned.", Filters: []ffmpeg.Filter{ffmpeg.InvertRight()}}
	}
	return nil
}

func denoise(r *Report, s Settings, m measure) *Step {
	strength := s.strength(StepDenoise)
	if strength == 0 || !r.HasNoise() {
		return nil
	}
	reduction := strength * min(m.reduction, max(3, r.Noise.FloorDBFS-m.goal))
	floor, profile := r.Noise.denoiseProfile()
	return &Step{
		Name:         StepDenoise,
		Why:          fmt.Sprintf("Noise at %.0f dBFS, %.0f dB under the sound: lowered by %.0f dB.", r.Noise.FloorDBFS, r.Noise.SNRDB, reduction),
		Filters:      []ffmpeg.Filter{ffmpeg.Denoise(reduction, floor, profile)},
		DelaySamples: ffmpeg.DenoiseDelay(r.Rate),
	}
}

const (
	loudnessTolerance = 1.0  // LU: nearer to the target than this, a track is left alone
	maxGain           = 24.0 // dB: a track that needs more is noise, or nearly silent
)

// loudness is the second pass of loudness normalisation: one constant gain. (ffmpeg's loudnorm does the same in its linear mode, but leaves that
// mode for a compressor, without a word, where peaks, range or length don't suit it.) Where the peaks forbid the whole gain, the target is lowered.
func loudness(s Settings, measured *ffmpeg.Loudness) *Step {
	if measured == nil || s.KeepLoudness || s.strength(StepLoudness) == 0 || measured.Silent() {
		return nil
	}
	want := s.target() - measured.Integrated
	gain := min(want, s.truePeak()-measured.TruePeak, maxGain)
	if math.Abs(want) <= loudnessTolerance || math.Abs(gain) < 0.1 || want > 0 && gain < 0 { // a quiet track is not made quieter for one peak
		return nil
	}
	why := fmt.Sprintf("From %.1f to %.1f LUFS.", measured.Integrated, measured.Integrated+gain)
	if gain < want-0.05 {
		why = fmt.Sprintf("From %.1f to %.1f LUFS; the full %.1f would push peaks over %.1f dBTP.", measured.Integrated, measured.Integrated+gain, s.target(), s.truePeak())
		if gain == maxGain {
			why = fmt.Sprintf("From %.1f to %.1f LUFS; more gain would only raise noise.", measured.Integrated, measured.Integrated+gain)
		}
	}
	return &Step{Name: StepLoudness, Why: why, Filters: []ffmpeg.Filter{ffmpeg.Gain(gain)}}
}
