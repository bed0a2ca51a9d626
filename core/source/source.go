// Package source describes a capture: its streams as the container states them, and what measuring the content says of its fields,
// aspect, colour and timing.
package source

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Rational is an exact frame rate or aspect ratio; zero Den means unknown.
type Rational struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// Float is the ratio's value, 0 where unknown.
func (r Rational) Float() float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

// Times returns r multiplied by num/den, reduced.
func (r Rational) Times(num, den int64) Rational {
	if r.Den == 0 || den == 0 {
		return Rational{}
	}
	q := new(big.Rat).Mul(big.NewRat(r.Num, r.Den), big.NewRat(num, den))
	return Rational{q.Num().Int64(), q.Denom().Int64()}
}

func (r Rational) String() string { return fmt.Sprintf("%d/%d", r.Num, r.Den) }

// Standard is the television system a capture comes from.
type Standard string

const (
	NTSC  Standard = "NTSC"
	PAL   Standard = "PAL"
	Other Standard = "other"
)

// Scan is what the content is, whatever the container says.
type Scan string

const (
	Interlaced   Scan = "interlaced"    // two moments a frame
	Progressive  Scan = "progressive"   // one moment a frame
	HardTelecine Scan = "telecine"      // film spread over fields by 2:3 pulldown, to be undone
	SoftTelecine Scan = "soft telecine" // film with repeat flags: decoded frames are the film's
	Unknown      Scan = "unknown"
)

// FieldOrder says which field of a frame is the earlier.
type FieldOrder string

const (
	TopFirst    FieldOrder = "top first"
	BottomFirst FieldOrder = "bottom first"
	NoOrder     FieldOrder = "" // progressive, or not known
)

// Color holds ffmpeg's names of matrix, primaries, transfer and range ("tv" or "pc"). Assumed tells which were filled in by the
// standard's defaults because the file does not say.
type Color struct {
	Matrix    string `json:"matrix"`
	Primaries string `json:"primaries"`
	Transfer  string `json:"transfer"`
	Range     string `json:"range"`
	Assumed   bool   `json:"assumed"`
}

// Fields is the measurement of the content's scan.
type Fields struct {
	Scan       Scan       `json:"scan"`
	Order      FieldOrder `json:"order"`
	Confidence float64    `json:"confidence"` // 0..1
	Ambiguous  bool       `json:"ambiguous"`  // neither reading is safe: a person should say
	Mixed      bool       `json:"mixed"`      // parts of the file differ; the majority is reported

	// Container is what the file claims; Note says in words where the content disagrees, and is empty otherwise.
	ContainerScan  Scan       `json:"container_scan"`
	ContainerOrder FieldOrder `json:"container_order"`
	Note           string     `json:"note,omitempty"`

	// Counts behind the verdict, summed over the samples.
	TFF, BFF, Prog, Undetermined int `json:"-"`
}

// Video is the picture stream chosen for restoration.
type Video struct {
	Index       int      `json:"index"` // in the file
	Codec       string   `json:"codec"`
	Width       int      `json:"width"`
	Height      int      `json:"height"`
	PixFmt      string   `json:"pix_fmt"`
	Depth       int      `json:"depth"`
	Rate        Rational `json:"rate"`         // coded frames a second (interlaced: frames, not fields)
	ContentRate Rational `json:"content_rate"` // distinct moments a second: field rate, film rate or Rate
	Variable    bool     `json:"variable_rate"`
	SAR         Rational `json:"sar"` // sample aspect as used; see SARAssumed
	SARAssumed  bool     `json:"sar_assumed"`
	DAR         Rational `json:"dar"`
	Rotation    int      `json:"rotation"` // degrees clockwise to apply: 0, 90, 180, 270
	Color       Color    `json:"color"`
	Fields      Fields   `json:"fields"`
	Frames      int64    `json:"frames"`         // coded frames, counted from packets; 0 where unknown
	Start       float64  `json:"start"`          // seconds, of the first picture that can be decoded
	Lead        float64  `json:"lead,omitempty"` // seconds of pictures before Start that can't be
	Duration    float64  `json:"duration"`
}

// Audio is a sound stream.
type Audio struct {
	Index    int     `json:"index"`
	Codec    string  `json:"codec"`
	Rate     int     `json:"rate"`
	Channels int     `json:"channels"`
	Layout   string  `json:"layout"`
	Language string  `json:"language,omitempty"`
	Title    string  `json:"title,omitempty"`
	Start    float64 `json:"start"` // seconds, of the first sample
	Duration float64 `json:"duration"`
	Default  bool    `json:"default"`
}

// Subtitle is a subtitle stream; Text is false for bitmap formats.
type Subtitle struct {
	Index    int    `json:"index"`
	Codec    string `json:"codec"`
	Language string `json:"language,omitempty"`
	Title    string `json:"title,omitempty"`
	Text     bool   `json:"text"`
}

// Chapter is a named span, in seconds.
type Chapter struct {
	Title string  `json:"title"`
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

// Source is a capture file.
type Source struct {
	Path      string            `json:"path"`
	Size      int64             `json:"size"`
	ModTime   time.Time         `json:"mod_time"`
	Format    string            `json:"format"`
	Duration  float64           `json:"duration"` // seconds
	Standard  Standard          `json:"standard"`
	Video     *Video            `json:"video"`
	Audio     []Audio           `json:"audio"`
	Subtitles []Subtitle        `json:"subtitles"`
	Chapters  []Chapter         `json:"chapters"`
	Tags      map[string]string `json:"tags,omitempty"`
	Other     []string          `json:"other,omitempty"` // streams that can't be carried (data, attachments, more video), in words
	Notes     []string          `json:"notes,omitempty"` // disagreements and oddities, in words
}

// SeekMargin is how many seconds late a seek in the file may land: program and transport streams have no index, and a seek in them lands on the next group of
// pictures, half a second long on DVDs and up to a few seconds elsewhere. 0 where seeks are exact.
func (s *Source) SeekMargin() float64 {
	if strings.HasPrefix(s.Format, "mpeg") {
		return 3
	}
	return 0
}

// InputError is a file that can't be used. Reason is a whole sentence for people.
type InputError struct {
	Path, Reason string
	Err          error
}

func (e *InputError) Error() string { return fmt.Sprintf("%s: %s", e.Path, e.Reason) }

func (e *InputError) Unwrap() error { return e.Err }
