package tape

import (
	"fmt"
	"time"
)

// Rational is an exact ratio, as rates and aspects are kept in files.
type Rational struct{ Num, Den int }

// Float is the ratio as a number; 0 for an unset ratio.
func (r Rational) Float() float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

// String is the ratio as ffprobe prints rates: "30000/1001".
func (r Rational) String() string { return fmt.Sprintf("%d/%d", r.Num, r.Den) }

// Rates of the samples.
var (
	rateFilm = Rational{24000, 1001}
	ratePAL  = Rational{25, 1}
	rateNTSC = Rational{30000, 1001}
	rateWeb  = Rational{30, 1}
)

// Content is what the pictures in a file truly are, whatever its flags say.
type Content int

// The kinds of content.
const (
	Progressive  Content = iota // every frame is one moment
	Interlaced                  // every field is its own moment
	HardTelecine                // 24p film spread over fields by 2:3 pulldown, in the pictures themselves
	SoftTelecine                // 24p film in 24p frames, pulldown only asked for by repeat flags
)

// String names the content.
func (c Content) String() string {
	return [...]string{"progressive", "interlaced", "hard telecine", "soft telecine"}[c]
}

// Parity says which field of a frame is the earlier one.
type Parity int

// The field orders.
const (
	NoOrder Parity = iota // progressive: both fields are of one moment
	TopFirst
	BottomFirst
)

// String names the order as ffmpeg's filters do.
func (p Parity) String() string { return [...]string{"progressive", "tff", "bff"}[p] }

// System is the colour system the pictures were made in.
type System int

// The colour systems; all use the BT.601 matrix and the BT.601 (= BT.709) transfer.
const (
	SMPTE170M System = iota // NTSC: SMPTE C primaries
	BT470BG                 // PAL: EBU primaries
	Computer                // webcams and phones: the primaries of BT.709 (and sRGB)
)

// Path is the strength of the simulated tape path.
type Path int

// The tape paths.
const (
	Clean  Path = iota // untouched
	Sensor             // light white noise, as of a small camera
	Light              // a good machine: little noise, full luma bandwidth, head switching
	VHS                // a worn VHS machine
)

// Track is one sound track.
type Track struct {
	Codec    string // ffmpeg's name
	Channels int
	Language string // ISO 639-2, empty when untagged
	Title    string
	Sound    SoundKind
	Damaged  bool // hum, hiss and damage clicks are in the track
}

// Spec is what is true of a sample, and what its file claims where that differs.
type Spec struct {
	Name    string  // "ntsc-vhs"
	File    string  // file name in the folder of samples
	What    string  // one line for people
	Seconds float64 // asked length; the true one is FileFrames / FileRate

	Standard      string // "NTSC", "PAL" or ""
	Content       Content
	Order         Parity // true order of the content's fields
	Width, Height int
	DAR           Rational // true display aspect
	System        System
	Tape          Path

	FileRate   Rational // rate of the coded frames as displayed
	FileFrames int      // coded frames
	Moments    int      // distinct moments; their strips carry First .. First+Moments-1 in order of time
	MomentRate Rational
	First      int // number of the first moment

	OutputRate   Rational // what a right restoration comes out at
	OutputFrames int      // and how many frames it has

	Codec        string // ffprobe's codec_name of the picture
	PixelFormat  string
	ClaimedOrder string // ffprobe's field_order: tt, bb, progressive, ... ; "" when not given
	ClaimedDAR   string // ffprobe's display_aspect_ratio; "" when not given
	ClaimedSAR   string // ffprobe's sample_aspect_ratio; "" when not given
	ClaimedFlags string // repeat flags or interlaced flags of frames: "interlaced", "progressive", "repeat"
	Matrix       string // ffprobe's color_space; "" when untagged

	Audio       []Track
	SoundOffset time.Duration // first sound timestamp minus first picture timestamp, as the container has it, within 1 ms
	Subtitles   int
	Chapters    int
	Tags        map[string]string
}

// Interval is the time between two moments in seconds.
func (s Spec) Interval() float64 { return float64(s.MomentRate.Den) / float64(s.MomentRate.Num) }

// Duration is the length of the picture in seconds.
func (s Spec) Duration() float64 { return float64(s.FileFrames) / s.FileRate.Float() }

// MomentTime is the time in seconds, from the first picture's timestamp, at which moment k was taken.
func (s Spec) MomentTime(k int) float64 { return float64(k-s.First) * s.Interval() }

// Sample is a made file and its truth.
type Sample struct {
	Spec
	Path string // where the file lies
}
