package ffmpeg

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Ratio is a fraction as ffmpeg writes it; zero Den means unknown.
type Ratio struct{ Num, Den int64 }

// Probe is what a container says of itself.
type Probe struct {
	Format   string  // demuxer, "mov,mp4,m4a,3gp,3g2,mj2"
	Duration float64 // seconds, 0 where unknown
	Start    float64 // seconds
	Tags     map[string]string
	Streams  []ProbeStream
	Chapters []ProbeChapter
}

// ProbeStream is one stream; fields that don't apply to its Kind are zero.
type ProbeStream struct {
	Index    int
	Kind     string // "video", "audio", "subtitle", "data", "attachment", or "" where unknown
	Codec    string
	Start    float64 // seconds, from the start tick and the time base where the container has both
	HasStart bool
	Duration float64 // seconds, 0 where unknown
	Frames   int64   // as the header says, 0 where it doesn't
	TimeBase Ratio

	Width, Height int
	PixFmt        string
	Bits          int // significant bits a sample, 0 where unknown
	SAR           Ratio
	FieldOrder    string // "progressive", "tt", "bb", "tb", "bt", "" where unknown; as ffmpeg and Matroska write it, the first letter is the field shown first
	BaseRate      Ratio  // ffmpeg's r_frame_rate: a guess at the finest regular grid
	MeanRate      Ratio  // ffmpeg's avg_frame_rate
	Matrix        string // colours: "" where unknown
	Primaries     string
	Transfer      string
	Range         string
	Rotation      int // degrees clockwise to apply: 0, 90, 180, 270

	SampleRate int
	Channels   int
	Layout     string

	Default, Picture bool // Picture: a still attached to the file, no film
	Tags             map[string]string
}

// ProbeChapter is a named span in seconds.
type ProbeChapter struct {
	Start, End float64
	Title      string
}

// jsonText accepts JSON strings, numbers and booleans alike: ffprobe's choice differs between releases.
type jsonText string

func (t *jsonText) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = jsonText(s)
		return nil
	}
	if s := string(b); s != "null" && !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") {
		*t = jsonText(s)
	}
	return nil
}

func (t jsonText) int() int64 {
	n, err := strconv.ParseInt(string(t), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (t jsonText) size() int { return int(min(max(t.int(), 0), math.MaxInt32)) }

func (t jsonText) seconds() float64 { s, _ := probeSeconds(string(t)); return s }

// probeSeconds reads a time; ok is false for N/A and other nonsense.
func probeSeconds(s string) (v float64, ok bool) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1e9 {
		return 0, false
	}
	return v, true
}

func (t jsonText) ratio() Ratio {
	a, b, ok := strings.Cut(strings.Replace(string(t), ":", "/", 1), "/")
	n, d := jsonText(a).int(), jsonText(b).int()
	if !ok || n <= 0 || d <= 0 {
		return Ratio{}
	}
	return Ratio{n, d}
}

// known drops the words ffmpeg has for "not said".
func (t jsonText) known() string {
	switch t {
	case "unknown", "unspecified", "reserved", "N/A", "none":
		return ""
	}
	return string(t)
}

type rawStream struct {
	Index          jsonText            `json:"index"`
	Kind           jsonText            `json:"codec_type"`
	Codec          jsonText            `json:"codec_name"`
	Width          jsonText            `json:"width"`
	Height         jsonText            `json:"height"`
	PixFmt         jsonText            `json:"pix_fmt"`
	Bits           jsonText            `json:"bits_per_raw_sample"`
	SAR            jsonText            `json:"sample_aspect_ratio"`
	FieldOrder     jsonText            `json:"field_order"`
	BaseRate       jsonText            `json:"r_frame_rate"`
	MeanRate       jsonText            `json:"avg_frame_rate"`
	Matrix         jsonText            `json:"color_space"`
	Primaries      jsonText            `json:"color_primaries"`
	Transfer       jsonText            `json:"color_transfer"`
	Range          jsonText            `json:"color_range"`
	TimeBase       jsonText            `json:"time_base"`
	StartTick      jsonText            `json:"start_pts"`
	Start          jsonText            `json:"start_time"`
	Duration       jsonText            `json:"duration"`
	Frames         jsonText            `json:"nb_frames"`
	SampleRate     jsonText            `json:"sample_rate"`
	Channels       jsonText            `json:"channels"`
	Layout         jsonText            `json:"channel_layout"`
	Disposition    map[string]jsonText `json:"disposition"`
	Tags           map[string]jsonText `json:"tags"`
	SideDataGroups []struct {
		Rotation jsonText `json:"rotation"`
	} `json:"side_data_list"`
}

type rawProbe struct {
	Format struct {
		Name     jsonText            `json:"format_name"`
		Start    jsonText            `json:"start_time"`
		Duration jsonText            `json:"duration"`
		Tags     map[string]jsonText `json:"tags"`
	} `json:"format"`
	Streams  []rawStream `json:"streams"`
	Chapters []struct {
		Start jsonText            `json:"start_time"`
		End   jsonText            `json:"end_time"`
		Tags  map[string]jsonText `json:"tags"`
	} `json:"chapters"`
}

// ParseProbe reads ffprobe's JSON with -show_format -show_streams -show_chapters. Values that are missing or make no sense become zero;
// the error is for output that is no such JSON at all.
func ParseProbe(out []byte) (*Probe, error) {
	var raw rawProbe
	if err := json.Unmarshal(bytes.ToValidUTF8(out, []byte("\uFFFD")), &raw); err != nil {
		return nil, fmt.Errorf("ffprobe's answer can't be read: %w", err)
	}
	p := &Probe{
		Format:   string(raw.Format.Name),
		Duration: max(raw.Format.Duration.seconds(), 0),
		Start:    raw.Format.Start.seconds(),
		Tags:     texts(raw.Format.Tags),
	}
	for _, s := range raw.Streams {
		p.Streams = append(p.Streams, s.clean())
	}
	for _, c := range raw.Chapters {
		p.Chapters = append(p.Chapters, ProbeChapter{c.Start.seconds(), c.End.seconds(), string(c.Tags["title"])})
	}
	return p, nil
}

func (s rawStream) clean() ProbeStream {
	c := ProbeStream{
		Index: s.Index.size(), Kind: string(s.Kind), Codec: s.Codec.known(), Duration: max(s.Duration.seconds(), 0), Frames: max(s.Frames.int(), 0),
		TimeBase: s.TimeBase.ratio(), Width: s.Width.size(), Height: s.Height.size(), PixFmt: s.PixFmt.known(), Bits: s.Bits.size(),
		SAR: s.SAR.ratio(), FieldOrder: s.FieldOrder.known(), BaseRate: s.BaseRate.ratio(), MeanRate: s.MeanRate.ratio(),
		Matrix: s.Matrix.known(), Primaries: s.Primaries.known(), Transfer: s.Transfer.known(), Range: s.Range.known(),
		SampleRate: s.SampleRate.size(), Channels: s.Channels.size(), Layout: s.Layout.known(),
		Default: s.Disposition["default"] == "1", Picture: s.Disposition["attached_pic"] == "1" || s.Disposition["timed_thumbnails"] == "1",
		Tags: texts(s.Tags),
	}
	c.Start, c.HasStart = probeSeconds(string(s.Start))
	if tick, err := strconv.ParseInt(string(s.StartTick), 10, 64); err == nil && c.HasStart && c.TimeBase.Den != 0 {
		// Exact to the tick: the printed time is rounded to microseconds, a sample at 48 kHz is 20.83.
		exact := float64(tick) * float64(c.TimeBase.Num) / float64(c.TimeBase.Den)
		if math.Abs(exact-c.Start) < 1e-3 {
			c.Start = exact
		}
	}
	if c.Duration == 0 { // Matroska keeps it in a tag
		c.Duration = clock(c.Tags["DURATION"])
	}
	turn, ok := probeSeconds(c.Tags["rotate"])
	for _, d := range s.SideDataGroups {
		if v, has := probeSeconds(string(d.Rotation)); has {
			turn, ok = -v, true // the matrix turns anticlockwise
		}
	}
	if ok {
		c.Rotation = ((int(math.Round(math.Mod(turn, 360)/90))%4 + 4) % 4) * 90
	}
	return c
}

func texts(m map[string]jsonText) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = string(v)
	}
	return out
}

// clock reads "hh:mm:ss.fraction".
func clock(s string) float64 {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return 0
	}
	var total float64
	for _, p := range parts {
		v, ok := probeSeconds(strings.TrimSpace(p))
		if !ok || v < 0 {
			return 0
		}
		total = total*60 + v
	}
	return total
}
