package audio

import (
	"fmt"
	"math"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// floorDB stands for minus infinity in levels, so that reports stay plain numbers.
const floorDB = -200

// Channel is one channel's level.
type Channel struct {
	RMSDBFS  float64 `json:"rms_dbfs"` // without DC; 0 is a square wave at full scale
	PeakDBFS float64 `json:"peak_dbfs"`
	DC       float64 `json:"dc"` // mean, full scale is 1
}

// Line is a hum line: one harmonic where it actually is.
type Line struct {
	Harmonic     int     `json:"harmonic"`
	Hz           float64 `json:"hz"`
	LevelDBFS    float64 `json:"level_dbfs"`    // RMS, mean of the channels
	ProminenceDB float64 `json:"prominence_db"` // over its neighbourhood
	VariationDB  float64 `json:"variation_db"`  // between its level in 20 % and in 50 % of the windows
	SpreadHz     float64 `json:"spread_hz"`     // how far it wanders, beyond what the window itself spreads
}

// Noise is the steady broadband noise under the sound.
type Noise struct {
	Known     bool        `json:"known"`      // false: too short, or silent
	FloorDBFS float64     `json:"floor_dbfs"` // RMS in pauses above 60 Hz, hum lines left out
	Bands     [15]float64 `json:"bands_dbfs"` // mean of the channels, at 80 Hz to 24 kHz, half an octave apart: mean power density times half the rate
	// The same of the sum and the difference of two channels (each over the root of 2); of one channel Sum is Bands.
	Sum        [15]float64 `json:"sum_dbfs"`
	Difference [15]float64 `json:"difference_dbfs"`
	SNRDB      float64     `json:"snr_db"` // level of the track over the floor
}

// Band is a third of an octave of the long-term spectrum.
type Band struct {
	Hz        float64 `json:"hz"`
	MeanDBFS  float64 `json:"mean_dbfs"`  // power in the band, mean over the track
	QuietDBFS float64 `json:"quiet_dbfs"` // in the quietest twentieth of it
}

// Azimuth is the delay between the sides of a stereo track that a tilted head makes.
type Azimuth struct {
	Known             bool    `json:"known"`              // false: the sides share too little to tell
	Microseconds      float64 `json:"microseconds"`       // by which the right side is late, median over the track
	DriftMicroseconds float64 `json:"drift_microseconds"` // between a tenth and nine tenths of it
}

// Report is what was measured on a whole track. Levels are dBFS, with -200 for none.
type Report struct {
	Rate     int       `json:"rate"`
	Channels int       `json:"channels"`
	Samples  int64     `json:"samples"` // per channel
	Levels   []Channel `json:"levels"`

	Silent      bool    `json:"silent"`       // no sound at all
	SilentShare float64 `json:"silent_share"` // of the track in digital silence, 0..1
	DualMono    bool    `json:"dual_mono"`    // both sides carry the same
	DeadSide    int     `json:"dead_side"`    // 0 left, 1 right, -1 neither
	Inverted    bool    `json:"inverted"`     // the sides have opposite polarity
	Correlation float64 `json:"correlation"`  // of the two sides, -1..1

	Azimuth Azimuth `json:"azimuth"`

	ClippedShare      float64 `json:"clipped_share"` // samples in flat tops at full scale, 0..1
	ClicksPerMinute   float64 `json:"clicks_per_minute"`
	DropoutsPerMinute float64 `json:"dropouts_per_minute"` // moments of 2 to 30 ms in which the sound is gone

	HumHz      float64 `json:"hum_hz"` // fundamental; 0: no hum
	Hum        []Line  `json:"hum,omitempty"`
	RumbleDBFS float64 `json:"rumble_dbfs"` // steady power in 4..35 Hz
	BassDBFS   float64 `json:"bass_dbfs"`   // steady power in 35..120 Hz, to judge the rumble by

	Noise    Noise   `json:"noise"`
	Content  Content `json:"content"`
	Treble   Treble  `json:"treble"`
	Spectrum []Band  `json:"spectrum,omitempty"`
}

// Seconds is the length of the track.
func (r *Report) Seconds() float64 { return float64(r.Samples) / float64(r.Rate) }

// What counts as a defect. Each is a level at which the remedy is still surely smaller than the harm.
const (
	dcLimit       = 0.002 // of full scale
	rumbleLimit   = -62.0 // dBFS
	clickLimit    = 3.0   // a minute
	noiseLimit    = -68.0 // dBFS: below it the noise of a capture's own converter begins
	noiseSNRLimit = 58.0  // dB
	clippedLimit  = 1e-5
)

// HasDC, HasRumble, HasClicks, HasDropouts, HasHum, HasNoise and HasClipping tell which defects were found.
func (r *Report) HasDC() bool {
	for _, c := range r.Levels {
		if math.Abs(c.DC) > dcLimit {
			return true
		}
	}
	return false
}

func (r *Report) HasRumble() bool { return r.RumbleDBFS > rumbleLimit && r.RumbleDBFS > r.BassDBFS-2 }
func (r *Report) HasClicks() bool { return r.ClicksPerMinute >= clickLimit }
func (r *Report) HasDropouts() bool {
	return r.DropoutsPerMinute >= dropoutLimit && r.DropoutsPerMinute < tremoloLimit
}
func (r *Report) HasAzimuth() bool {
	return r.Azimuth.Known && r.DeadSide < 0 && max(math.Abs(r.Azimuth.Microseconds), r.Azimuth.DriftMicroseconds/2) > azimuthLimit*1e6
}
func (r *Report) HasHum() bool      { return len(r.Hum) > 0 }
func (r *Report) HasClipping() bool { return r.ClippedShare > clippedLimit }
func (r *Report) HasNoise() bool {
	return r.Noise.Known && r.Noise.FloorDBFS > noiseLimit && r.Noise.SNRDB < noiseSNRLimit
}

// Words are the findings in plain language, one a line; for an undamaged track a single line that says so.
func (r *Report) Words() []string {
	if r.Samples == 0 {
		return []string{"The track holds no sound."}
	}
	if r.Silent {
		return []string{"The track is silent from beginning to end."}
	}
	var w []string
	add := func(format string, args ...any) { w = append(w, fmt.Sprintf(format, args...)) }
	side := [...]string{"left", "right"}
	if r.DeadSide >= 0 {
		add("The %s side is dead; only the %s side carries sound.", side[r.DeadSide], side[1-r.DeadSide])
	}
	if r.Inverted {
		add("The two sides have opposite polarity: on one loudspeaker the sound would vanish.")
	}
	if r.HasAzimuth() {
		add("The right side is %s by %.0f µs: the playing head stood askew.", map[bool]string{true: "late", false: "early"}[r.Azimuth.Microseconds > 0], math.Abs(r.Azimuth.Microseconds))
	}
	if r.HasHum() {
		var lines []string
		for _, l := range r.Hum {
			lines = append(lines, fmt.Sprintf("%.1f", l.Hz))
		}
		add("Hum at %s Hz, loudest %.0f dBFS.", strings.Join(lines, ", "), r.loudestHum())
	}
	if r.HasRumble() {
		add("Rumble below 40 Hz at %.0f dBFS.", r.RumbleDBFS)
	}
	if r.HasDC() {
		add("The signal is off centre (DC offset).")
	}
	if r.HasClicks() {
		add("About %.0f clicks a minute.", r.ClicksPerMinute)
	}
	if r.HasDropouts() {
		add("About %.0f dropouts a minute.", r.DropoutsPerMinute)
	}
	if r.HasClipping() {
		add("%.3f %% of the samples are clipped.", 100*r.ClippedShare)
	}
	if r.HasNoise() {
		add("Steady noise at %.0f dBFS, %.0f dB under the sound.", r.Noise.FloorDBFS, r.Noise.SNRDB)
	}
	if r.HasSibilance() {
		add("The voice's hisses are too strong: %.0f dB beside its vowels.", r.Treble.Sibilant)
	}
	if w == nil {
		add("No damage found.")
	}
	if r.DualMono {
		add("Both sides carry the same sound (mono recorded as stereo).")
	}
	if r.SilentShare > 0.1 {
		add("%.0f %% of the track is digital silence.", 100*r.SilentShare)
	}
	return w
}

func (r *Report) loudestHum() float64 {
	best := float64(floorDB)
	for _, l := range r.Hum {
		best = max(best, l.LevelDBFS)
	}
	return best
}

var _ Reader = (*ffmpeg.PCMReader)(nil)

func db(power float64) float64 {
	if !(power > 1e-20) {
		return floorDB
	}
	return 10 * math.Log10(power)
}
