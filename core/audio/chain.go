package audio

import (
	"fmt"
	"math"

	"github.com/tapelight/tapelight/core/audio/masknet"
	"github.com/tapelight/tapelight/core/ffmpeg"
)

// StepName names a step of the chain.
type StepName string

const (
	StepDeclip   StepName = "declip"
	StepHighPass StepName = "high-pass"
	StepDeclick  StepName = "declick"
	StepDropouts StepName = "dropouts"
	StepDehum    StepName = "dehum"
	StepChannels StepName = "channels"
	StepAzimuth  StepName = "azimuth"
	StepDenoise  StepName = "denoise"
	StepDeEss    StepName = "de-ess"
	StepTreble   StepName = "treble"
	StepLoudness StepName = "loudness"
	StepResample StepName = "resample"
)

// Step is one step of a plan that is on.
type Step struct {
	Name    StepName        `json:"name"`
	Why     string          `json:"why"`               // for people
	Filters []ffmpeg.Filter `json:"filters,omitempty"` // of those steps that ffmpeg does
}

// Repair is a planned treatment of one track.
type Repair struct {
	// Program is what we do ourselves, in a pass of its own before Filters; nil where its steps are all off.
	Program *Program `json:"program,omitempty"`
	// Filters are left to ffmpeg, in the encoder's own pass. They have no delay.
	Filters []ffmpeg.Filter `json:"filters,omitempty"`
	// Level tells that loudness is to be set by what Program makes of the track, which is not known yet: see Loudness.
	Level bool   `json:"level,omitempty"`
	Steps []Step `json:"steps,omitempty"`
}

// order is the chain, each step planned from the report alone and nil where its defect was not found: clipped tops first, while they still are flat; clicks
// before the filters that would ring on them; what is off centre, because it upsets the others; dropouts before hum, which is measured less well
// beside them; hum before the denoiser, which would take it for sound; both sides repaired before the denoiser, so that it works on what is heard.
var order = []func(*Report, Settings, measure, *Program) *Step{declip, declick, highPass, dropouts, dehum, channels, align, denoise, deEss, treble}

// Chain plans the repair of a track, in canonical order, and says why each step is on. Without measured (the loudness behind the chain planned
// without it, so plan first, measure through that, plan again) the loudness of a repair without Program is left alone. A repair keeps length
// and sync. It is meant for one track at r.Rate, laid on the file's clock (ffmpeg.FillGaps).
func Chain(r *Report, s Settings, measured *ffmpeg.Loudness) Repair {
	var out Repair
	if m, ok := measures[s.Mode]; ok && r.Samples > 0 && !r.Silent {
		p := &Program{Rate: r.Rate, Channels: r.Channels}
		for _, plan := range order {
			if step := plan(r, s, m, p); step != nil {
				out.Steps = append(out.Steps, *step)
				out.Filters = append(out.Filters, step.Filters...)
			}
		}
		if p.LowCut != 0 || p.Declick != nil || p.Dropouts || p.Align != nil || p.Dehum != nil || p.Denoise != nil || p.Tone != nil {
			out.Program = p
			for _, step := range out.Steps {
				if step.Name != StepChannels {
					p.Before = append(p.Before, step.Filters...)
				}
			}
			out.Filters = nil
		}
		if len(out.Steps) > 0 && out.Steps[0].Name == StepDeclip {
			if out.Program != nil {
				out.Program.GainDB = -declipRoom
			} else {
				out.Filters = append(out.Filters, ffmpeg.Gain(-declipRoom))
			}
		}
		switch {
		case out.Program != nil && !s.KeepLoudness && s.strength(StepLoudness) > 0:
			out.Level = true
			out.Steps = append(out.Steps, Step{Name: StepLoudness, Why: fmt.Sprintf("To %.1f LUFS where the repaired sound is more than %.0f LU off, as far as its peaks allow.", s.target(), loudnessTolerance)})
		case out.Program == nil:
			if step := loudness(s, measured); step != nil {
				out.Steps = append(out.Steps, *step)
				out.Filters = append(out.Filters, step.Filters...)
			}
		}
	}
	if s.Rate > 0 && s.Rate != r.Rate {
		out.Steps = append(out.Steps, Step{Name: StepResample, Why: fmt.Sprintf("The result is asked for at %d Hz, the source has %d Hz.", s.Rate, r.Rate), Filters: []ffmpeg.Filter{ffmpeg.Resample(s.Rate)}})
		out.Filters = append(out.Filters, ffmpeg.Resample(s.Rate))
	}
	return out
}

// Loudness is the gain in dB that brings repaired sound of the measured loudness to what s asks for, and why; 0 where it stays.
func (s Settings) Loudness(measured ffmpeg.Loudness) (gain float64, why string) {
	return gainTo(s, &measured)
}

// declipRoom in dB is what the track is lowered by at the end of its repair, for the rebuilt tops.
const declipRoom = 6

func declip(r *Report, s Settings, _ measure, _ *Program) *Step {
	if s.strength(StepDeclip) == 0 || !r.HasClipping() {
		return nil
	}
	return &Step{Name: StepDeclip, Why: fmt.Sprintf("%.3f %% of the samples are clipped: the tops are rebuilt, and all is %d dB lower to give them room.", 100*r.ClippedShare, declipRoom), Filters: []ffmpeg.Filter{ffmpeg.Declip()}}
}

// dcHz is a high-pass that takes the offset away and nothing one can hear.
const dcHz = 8

func highPass(r *Report, s Settings, m measure, p *Program) *Step {
	if s.strength(StepHighPass) == 0 {
		return nil
	}
	switch {
	case r.HasRumble():
		p.LowCut = max(dcHz, m.rumbleHz*s.strength(StepHighPass))
		return &Step{Name: StepHighPass, Why: fmt.Sprintf("Rumble at %.0f dBFS below 40 Hz.", r.RumbleDBFS)}
	case r.HasDC():
		p.LowCut = dcHz
		return &Step{Name: StepHighPass, Why: "The signal is off centre."}
	}
	return nil
}

func declick(r *Report, s Settings, m measure, p *Program) *Step {
	strength := s.strength(StepDeclick)
	if strength == 0 || !r.HasClicks() {
		return nil
	}
	p.Declick = &Declick{Ratio: max(8, m.declick/strength)}
	return &Step{Name: StepDeclick, Why: fmt.Sprintf("About %.0f clicks a minute: each filled from what sounds beside it.", r.ClicksPerMinute)}
}

func dropouts(r *Report, s Settings, _ measure, p *Program) *Step {
	if s.strength(StepDropouts) == 0 || !r.HasDropouts() {
		return nil
	}
	p.Dropouts = true
	return &Step{Name: StepDropouts, Why: fmt.Sprintf("About %.0f dropouts a minute: filled from what sounds beside them.", r.DropoutsPerMinute)}
}

func dehum(r *Report, s Settings, _ measure, p *Program) *Step {
	strength := s.strength(StepDehum)
	if strength == 0 || !r.HasHum() {
		return nil
	}
	p.Dehum = &Dehum{Hz: r.HumHz, Depth: min(1, strength)}
	for _, l := range r.Hum {
		p.Dehum.Harmonics = append(p.Dehum.Harmonics, l.Harmonic)
		p.Dehum.Levels = append(p.Dehum.Levels, Point{Hz: l.Hz, DBFS: l.LevelDBFS})
	}
	return &Step{Name: StepDehum, Why: fmt.Sprintf("Hum: %d lines of a %.2f Hz series, the loudest at %.0f dBFS.", len(r.Hum), r.HumHz, r.loudestHum())}
}

func channels(r *Report, s Settings, _ measure, p *Program) *Step {
	switch {
	case r.Channels != 2 || s.strength(StepChannels) == 0:
		return nil
	case r.DeadSide >= 0:
		side := [...]string{"left", "right"}
		p.Sides = [...]Sides{RightOnBoth, LeftOnBoth}[r.DeadSide]
		return &Step{Name: StepChannels, Why: fmt.Sprintf("The %s side is dead: the other one is put on both.", side[r.DeadSide]), Filters: []ffmpeg.Filter{ffmpeg.CopyChannel(1 - r.DeadSide)}}
	case r.Inverted:
		p.Sides = TurnRight
		return &Step{Name: StepChannels, Why: "The sides have opposite polarity: the right one is turned.", Filters: []ffmpeg.Filter{ffmpeg.InvertRight()}}
	}
	return nil
}

func align(r *Report, s Settings, _ measure, p *Program) *Step {
	if r.Channels != 2 || s.strength(StepAzimuth) == 0 || !r.HasAzimuth() {
		return nil
	}
	p.Align = &Align{Microseconds: r.Azimuth.Microseconds}
	return &Step{Name: StepAzimuth, Why: fmt.Sprintf("The right side is %+.0f µs late, give or take %.0f: both are brought together.", r.Azimuth.Microseconds, r.Azimuth.DriftMicroseconds/2)}
}

// longWindow of the denoiser, seconds: held notes of music stand out of it best.
const longWindow = 0.17

func denoise(r *Report, s Settings, m measure, p *Program) *Step {
	strength := s.strength(StepDenoise)
	if strength == 0 || !r.HasNoise() {
		return nil
	}
	reduction := strength * min(m.reduction, max(3, r.Noise.FloorDBFS-m.goal))
	p.Denoise = &Denoise{Reduction: reduction, Window: 1 << int(math.Round(math.Log2(float64(r.Rate)*m.window)))}
	p.Denoise.Print, p.Denoise.Side = r.prints()
	if masknet.Fits(r.Rate) {
		p.Denoise.Network, p.Denoise.Window, p.Denoise.Long = true, masknet.Window, masknet.Long
	} else {
		p.Denoise.Long = r.longBeside(p.Denoise.Window)
	}
	p.Denoise.Steady = 0.98 - 0.02*min(1, max(0, (r.Noise.SNRDB-12)/6)) // the louder noise is, the more its own swings would sound
	return &Step{Name: StepDenoise, Why: fmt.Sprintf("Noise at %.0f dBFS, %.0f dB under the sound: lowered by %.0f dB.", r.Noise.FloorDBFS, r.Noise.SNRDB, reduction)}
}

// longBeside is the length of a second window for the denoiser without a network: for music; 0 for what else sounds.
func (r *Report) longBeside(window int) int {
	if c := r.Content; c.Known && c.Music > 0.5 && c.Speech < 0.25 {
		if long := min(4*window, 1<<int(math.Round(math.Log2(float64(r.Rate)*longWindow)))); long > window {
			return long
		}
	}
	return 0
}

func deEss(r *Report, s Settings, _ measure, p *Program) *Step {
	strength := s.strength(StepDeEss)
	if strength == 0 || !r.HasSibilance() {
		return nil
	}
	p.Tone = &Tone{DeEss: r.Treble.Vowels + deEssTo/strength}
	return &Step{Name: StepDeEss, Why: fmt.Sprintf("The voice's hisses are %.0f dB beside its vowels: lowered to %.0f where they are.", r.Treble.Sibilant, p.Tone.DeEss-r.Treble.Vowels)}
}

func treble(r *Report, s Settings, _ measure, p *Program) *Step {
	lack := r.Treble.LackDB
	if !(s.Treble > 0) || math.Abs(lack) < lackLimit {
		return nil
	}
	shelf := max(-shelfMost, min(shelfMost, lack*min(1, s.Treble)))
	if p.Tone == nil {
		p.Tone = &Tone{}
	}
	p.Tone.ShelfDB, p.Tone.LimitHz = shelf, r.Treble.LimitHz
	return &Step{Name: StepTreble, Why: fmt.Sprintf("The treble is %.0f dB %s than usual: %+.0f dB from 3.5 kHz on.", math.Abs(lack), map[bool]string{true: "weaker", false: "stronger"}[lack > 0], shelf)}
}

// prints are the noise that the denoiser meets, both sides of the track repaired.
func (r *Report) prints() (sum, difference []Point) {
	points := func(bands [15]float64, more float64) (out []Point) {
		for i, hz := range bandCentres {
			out = append(out, Point{Hz: hz, DBFS: bands[i] + more})
		}
		return out
	}
	n := r.Noise
	switch {
	case r.Channels != 2:
		return points(n.Bands, 0), nil
	case r.DeadSide >= 0: // the live side is on both: the sum has twice its power, the difference nothing
		return points(n.Bands, 10*math.Log10(2)), []Point{{Hz: 1000, DBFS: floorDB}}
	case r.Inverted:
		return points(n.Difference, 0), points(n.Sum, 0)
	}
	return points(n.Sum, 0), points(n.Difference, 0)
}

const (
	loudnessTolerance = 1.0  // LU: nearer to the target than this, a track is left alone
	maxGain           = 24.0 // dB: a track that needs more is noise, or nearly silent
)

// loudness is the second pass of loudness normalisation: one constant gain. (ffmpeg's loudnorm does the same in its linear mode, but leaves that
// mode for a compressor, without a word, where peaks, range or length don't suit it.) Where the peaks forbid the whole gain, the target is lowered.
func loudness(s Settings, measured *ffmpeg.Loudness) *Step {
	gain, why := gainTo(s, measured)
	if gain == 0 {
		return nil
	}
	return &Step{Name: StepLoudness, Why: why, Filters: []ffmpeg.Filter{ffmpeg.Gain(gain)}}
}

func gainTo(s Settings, measured *ffmpeg.Loudness) (gain float64, why string) {
	if measured == nil || s.KeepLoudness || s.strength(StepLoudness) == 0 || measured.Silent() {
		return 0, ""
	}
	want := s.target() - measured.Integrated
	gain = min(want, s.truePeak()-measured.TruePeak, maxGain)
	if math.Abs(want) <= loudnessTolerance || math.Abs(gain) < 0.1 || want > 0 && gain < 0 { // a quiet track is not made quieter for one peak
		return 0, ""
	}
	why = fmt.Sprintf("From %.1f to %.1f LUFS.", measured.Integrated, measured.Integrated+gain)
	if gain < want-0.05 {
		why = fmt.Sprintf("From %.1f to %.1f LUFS; the full %.1f would push peaks over %.1f dBTP.", measured.Integrated, measured.Integrated+gain, s.target(), s.truePeak())
		if gain == maxGain {
			why = fmt.Sprintf("From %.1f to %.1f LUFS; more gain would only raise noise.", measured.Integrated, measured.Integrated+gain)
		}
	}
	return gain, why
}
