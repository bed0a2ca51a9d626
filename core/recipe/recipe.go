// Package recipe is what a person asks for: how the picture is to be treated, how large it is to become, what happens to the sound
// and into what file it goes. A recipe knows nothing of any particular tape; core/plan brings the two together.
package recipe

import "encoding/json"

// Recipe is a complete set of wishes. Its zero value is not valid: start from a preset or Default.
type Recipe struct {
	Name        string `toml:"name" json:"name"`                         // short, unique: "vhs"
	Title       string `toml:"title" json:"title"`                       // "VHS"
	Description string `toml:"description,omitempty" json:"description"` // one line: when to use it
	Order       int    `toml:"order,omitempty" json:"-"`                 // place in lists
	BuiltIn     bool   `toml:"-" json:"built_in"`                        // ships with the program
	File        string `toml:"-" json:"-"`                               // where a user's own preset was read from

	Picture Picture `toml:"picture" json:"picture"`
	Upscale Upscale `toml:"upscale" json:"upscale"`
	Sound   Sound   `toml:"sound" json:"sound"`
	Output  Output  `toml:"output" json:"output"`
}

// Picture is the treatment at the tape's own size.
type Picture struct {
	Scan       Choice `toml:"scan" json:"scan"`               // ScanAuto, ScanInterlaced, ScanProgressive, ScanTelecine
	FieldOrder Choice `toml:"field_order" json:"field_order"` // OrderAuto, OrderTop, OrderBottom
	Rate       Choice `toml:"rate" json:"rate"`               // RateFields (smooth, 59.94/50) or RateFrames (29.97/25)
	Denoise    int    `toml:"denoise" json:"denoise"`         // 0..100; 0 is off, 50 the strength for a usual tape
	Sharpen    int    `toml:"sharpen" json:"sharpen"`         // 0..100
	Deblock    bool   `toml:"deblock" json:"deblock"`         // for strongly compressed sources
	MaskBottom int    `toml:"mask_bottom" json:"mask_bottom"` // lines of head-switching noise to cover at the bottom, 0..32
}

// Upscale is how the picture is enlarged.
type Upscale struct {
	Network  string `toml:"network" json:"network"`   // a network's name, NetworkAuto or NetworkNone
	Strength int    `toml:"strength" json:"strength"` // 0..100 % of the network against the plain path
	Height   int    `toml:"height" json:"height"`     // of the output in square pixels, 240..4320; 0 keeps the source's
}

// Sound is the treatment of the sound.
type Sound struct {
	Mode     Choice  `toml:"mode" json:"mode"`         // SoundAuto, SoundOff, SoundLight, SoundVoice, SoundMusic, SoundStrong
	Loudness float64 `toml:"loudness" json:"loudness"` // target in LUFS, -36..-9; 0 leaves the level alone
	Codec    Choice  `toml:"codec" json:"codec"`       // CodecAuto, CodecAAC, CodecOpus, CodecFLAC, CodecPCM, CodecAC3, CodecEAC3
	Bitrate  int     `toml:"bitrate" json:"bitrate"`   // kbit/s for two channels, 64..640; 0 chooses

	Layout Choice `toml:"layout,omitempty" json:"layout,omitempty"` // LayoutFound (also where empty), LayoutAuto, LayoutMono, LayoutStereo, Layout51, Layout71
	Tracks Choice `toml:"tracks,omitempty" json:"tracks,omitempty"` // TracksAll (also where empty), TracksFirst, TracksCopy

	Steps  Steps `toml:"steps,omitempty" json:"steps,omitempty"`   // how strongly single steps of the repair act
	Treble int   `toml:"treble,omitempty" json:"treble,omitempty"` // 0..100 % of what the treble lacks, or has too much of, is mended
}

// UnmarshalJSON fills in what records from before a setting was there don't say.
func (s *Sound) UnmarshalJSON(text []byte) error {
	type plain Sound
	v := plain{Layout: LayoutFound, Tracks: TracksAll}
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	v.Steps = v.Steps.Canonical()
	*s = Sound(v)
	return nil
}

// Keeps tells whether track number i (from 0) is to be kept as it is, untreated, and copied where the file can hold it.
func (s Sound) Keeps(i int) bool { return s.Tracks == TracksCopy || s.Tracks == TracksFirst && i > 0 }

// KeepsLayout tells whether all channels stay what they are.
func (s Sound) KeepsLayout() bool { return s.Layout == "" || s.Layout == LayoutFound }

// Output is the file that comes out.
type Output struct {
	Container Choice `toml:"container" json:"container"` // ContainerMKV, ContainerMP4, ContainerMOV
	Encoder   string `toml:"encoder" json:"encoder"`     // "x265", "x264", "svtav1", "ffv1", "prores" or a hardware encoder's name
	Quality   int    `toml:"quality" json:"quality"`     // 0 (smallest) .. 100 (no visible loss); each encoder has its own scale beneath
	Speed     Choice `toml:"speed" json:"speed"`         // SpeedFast, SpeedMedium, SpeedSlow
}

// Choice is one of a fixed set of words.
type Choice string

const (
	ScanAuto        Choice = "auto"
	ScanInterlaced  Choice = "interlaced"
	ScanProgressive Choice = "progressive"
	ScanTelecine    Choice = "telecine"

	OrderAuto   Choice = "auto"
	OrderTop    Choice = "top"
	OrderBottom Choice = "bottom"

	RateFields Choice = "fields"
	RateFrames Choice = "frames"

	SoundAuto   Choice = "auto"
	SoundOff    Choice = "off"
	SoundLight  Choice = "light"
	SoundVoice  Choice = "voice"
	SoundMusic  Choice = "music"
	SoundStrong Choice = "strong"

	CodecAuto Choice = "auto"
	CodecAAC  Choice = "aac"
	CodecOpus Choice = "opus"
	CodecFLAC Choice = "flac"
	CodecPCM  Choice = "pcm"
	CodecAC3  Choice = "ac3"
	CodecEAC3 Choice = "eac3"

	LayoutFound  Choice = "found"  // as it is on the tape
	LayoutAuto   Choice = "auto"   // one channel where both sides carry the same, otherwise as found
	LayoutMono   Choice = "mono"   // one channel
	LayoutStereo Choice = "stereo" // two channels
	Layout51     Choice = "5.1"    // mono and stereo spread over six channels
	Layout71     Choice = "7.1"    // and over eight

	TracksAll   Choice = "all"   // each sound track is treated
	TracksFirst Choice = "first" // the first is treated, the others are copied
	TracksCopy  Choice = "copy"  // all are copied

	ContainerMKV Choice = "mkv"
	ContainerMP4 Choice = "mp4"
	ContainerMOV Choice = "mov"

	SpeedFast   Choice = "fast"
	SpeedMedium Choice = "medium"
	SpeedSlow   Choice = "slow"
)

// Networks that are not files.
const (
	NetworkAuto = "auto"
	NetworkNone = "none"
)

// Default is the recipe that every preset starts from: an ordinary tape, treated with restraint.
func Default() Recipe {
	return Recipe{
		Name: "custom", Title: "Custom",
		Picture: Picture{Scan: ScanAuto, FieldOrder: OrderAuto, Rate: RateFields, Denoise: 50},
		Upscale: Upscale{Network: NetworkAuto, Strength: 100, Height: 1080},
		Sound:   Sound{Mode: SoundAuto, Loudness: -16, Codec: CodecAuto, Layout: LayoutFound, Tracks: TracksAll},
		Output:  Output{Container: ContainerMKV, Encoder: "x265", Quality: 60, Speed: SpeedMedium},
	}
}
