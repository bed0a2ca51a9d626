package ffmpeg

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	ff "github.com/u2takey/ffmpeg-go"

	"github.com/tapelight/tapelight/core/frame"
)

// ColorSpace names a picture's colours in ffmpeg's words.
type ColorSpace struct {
	Matrix    string `json:"matrix"`
	Primaries string `json:"primaries"`
	Transfer  string `json:"transfer"`
}

// HD is what HD pictures are coded in.
var HD = ColorSpace{"bt709", "bt709", "bt709"}

// SubtitleTrack is one subtitle track of the output.
type SubtitleTrack struct {
	Stream   int    `json:"stream"`
	Codec    string `json:"codec"` // "copy", "srt", "mov_text"
	Language string `json:"language,omitempty"`
	Title    string `json:"title,omitempty"`
}

// EncodeSpec says into what file pictures become. It is plain data, part of the plan.
type EncodeSpec struct {
	In      frame.Format `json:"in"`
	RateNum int64        `json:"rate_num"`
	RateDen int64        `json:"rate_den"`
	Frames  int64        `json:"frames"` // expected; the sound is made as long
	From    ColorSpace   `json:"from"`
	To      ColorSpace   `json:"to"`
	Width   int          `json:"width"`   // of the output
	Height  int          `json:"height"`  // likewise
	SARNum  int64        `json:"sar_num"` // of the output, 1:1 but for odd cases
	SARDen  int64        `json:"sar_den"`
	Sharpen int          `json:"sharpen,omitempty"` // 0..100

	Encoder   string `json:"encoder"` // our name
	Quality   int    `json:"quality"`
	Speed     Speed  `json:"speed"`
	Container string `json:"container"` // "mkv", "mp4", "mov"

	Source    string          `json:"source"`
	Seek      float64         `json:"seek,omitempty"`
	Shift     float64         `json:"shift,omitempty"` // seconds added to the capture's times so that its first picture is at 0
	Audio     []AudioTrack    `json:"audio,omitempty"`
	Subtitles []SubtitleTrack `json:"subtitles,omitempty"`
	Comment   string          `json:"comment,omitempty"` // tag that tells how the file was made
	Path      string          `json:"path"`

	// For runs that can be continued.
	Mark      string `json:"-"` // tag that tells what the file is a part of; empty writes none
	First     int64  `json:"-"` // number of the first picture that comes in
	Pictures  bool   `json:"-"` // the pictures alone, no sound, subtitles or tags
	Resumable bool   `json:"-"` // whole groups of pictures reach the disk within seconds
	Group     int64  `json:"-"` // the most pictures in a group of a resumable run; 0: four seconds
}

// Duration is the length of the picture in seconds.
func (s EncodeSpec) Duration() float64 {
	return float64(s.Frames) * float64(s.RateDen) / float64(s.RateNum)
}

// Filters is the picture's chain: to the output's size and colours in one step of the resampler, then sharpened and rounded.
func (s EncodeSpec) Filters() []Filter {
	e, _ := LookupEncoder(s.Encoder)
	chain := []Filter{F("zscale", "w", s.Width, "h", s.Height, "filter", "lanczos",
		"matrixin", s.From.Matrix, "primariesin", s.From.Primaries, "transferin", s.From.Transfer, "rangein", "limited",
		"matrix", s.To.Matrix, "primaries", s.To.Primaries, "transfer", s.To.Transfer, "range", "limited", "dither", "error_diffusion"),
		F("format", "pix_fmts", e.PixFmt)}
	if s.Sharpen > 0 {
		chain = slices.Insert(chain, 1, F("format", "pix_fmts", "yuv420p10le"), F("cas", "strength", strconv.FormatFloat(float64(s.Sharpen)/125, 'f', 3, 64), "planes", 1))
	}
	chain = append(chain, F("setsar", "sar", fmt.Sprintf("%d/%d", max(s.SARNum, 1), max(s.SARDen, 1))))
	if e.upload {
		chain = append(chain, F("hwupload"))
	}
	return chain
}

// muxers by container, and what each wants.
var muxers = map[string]struct {
	format string
	flags  ff.KwArgs
}{
	"mkv": {"matroska", nil},
	"mp4": {"mp4", ff.KwArgs{"movflags": "+faststart"}},
	"mov": {"mov", ff.KwArgs{"movflags": "+faststart"}},
}

// Args is ffmpeg's argument list: frames come in on its input, progress goes out on its output.
func (s EncodeSpec) Args() ([]string, error) {
	e, err := LookupEncoder(s.Encoder)
	if err != nil {
		return nil, err
	}
	mux, ok := muxers[s.Container]
	if !ok {
		return nil, fmt.Errorf("there is no container %q; known are mkv, mp4, mov", s.Container)
	}
	out := ff.KwArgs{"f": mux.format, "c:v": e.Codec, "fps_mode": "cfr", "r": rate(s.RateNum, s.RateDen), "map_metadata": sourceIndex, "map_chapters": sourceIndex,
		"color_primaries": s.To.Primaries, "color_trc": s.To.Transfer, "colorspace": s.To.Matrix, "color_range": "tv"}
	for k, v := range mux.flags {
		out[k] = v
	}
	for o := e.Options(s.Quality, s.Speed); len(o) > 1; o = o[2:] {
		out[o[0]] = o[1]
	}
	e.tagOptions(s.Container, out)
	s.markOptions(out)
	if s.Pictures {
		delete(out, "map_metadata")
		delete(out, "map_chapters")
	}
	return s.withSource(out, "pipe:0", func() *ff.Stream {
		raw := ff.KwArgs{"f": "rawvideo", "pix_fmt": "yuv420p10le", "video_size": fmt.Sprintf("%dx%d", s.In.Width, s.In.Height), "framerate": rate(s.RateNum, s.RateDen)}
		if s.First > 0 {
			raw["itsoffset"] = timeArg(float64(s.First) * float64(s.RateDen) / float64(s.RateNum))
		}
		return apply(ff.Input("pipe:0", raw).Get("0"), s.Filters())
	}, e.device)
}

// tagOptions marks H.265 in MP4 and MOV the way all players know.
func (e VideoEncoder) tagOptions(container string, out ff.KwArgs) {
	if container != "mkv" && (e.Codec == "libx265" || strings.HasPrefix(e.Codec, "hevc_")) {
		out["tag:v"] = "hvc1"
	}
}

// withSource is the argument list for pictures, which come from an input called name, together with what the capture gives besides: sound, subtitles,
// chapters and tags.
func (s EncodeSpec) withSource(out ff.KwArgs, name string, pictures func() *ff.Stream, device []string) ([]string, error) {
	if s.Container == "mov" {
		s.Audio = slices.Clone(s.Audio)
		for i := range s.Audio {
			s.Audio[i].Language = terminologic(s.Audio[i].Language)
		}
	}
	if s.Pictures {
		s.Audio, s.Subtitles = nil, nil
	}
	s.soundOptions(out)
	for i, t := range s.Subtitles {
		out["c:s:"+strconv.Itoa(i)] = t.Codec
	}
	src, early := s.sourceOptions()
	build := func() *ff.Stream {
		source, sound := input(s.Source, src), input(s.Source, early)
		streams := []*ff.Stream{pictures()}
		for _, a := range s.Audio {
			in := source.Get(strconv.Itoa(a.Stream))
			if !a.Copy {
				in = sound.Get(strconv.Itoa(a.Stream))
			}
			if a.File != "" {
				in = ff.Input("file:"+a.File, ff.KwArgs{"protocol_whitelist": "file", "f": "flac"}).Get("a:0")
			}
			if !a.Copy {
				in = apply(in, s.soundFilters(a))
			}
			streams = append(streams, in)
		}
		for _, t := range s.Subtitles {
			streams = append(streams, source.Get(strconv.Itoa(t.Stream)))
		}
		return ff.Output(streams, "file:"+s.Path, out).GlobalArgs(append([]string{"-hide_banner", "-loglevel", "level+warning", "-nostats", "-stats_period", "0.25", "-progress", "pipe:1", "-y"}, device...)...)
	}
	if s.Pictures {
		return arguments(build, name)
	}
	var files []string
	plain, led := len(s.Subtitles) > 0, false
	for _, a := range s.Audio {
		switch {
		case a.File != "":
			files = append(files, "file:"+a.File)
		case a.Copy || s.Seek == 0: // the two are one then
			plain = true
		default:
			led = true
		}
	}
	if plain || led {
		inputs := append([]string{name}, files...)
		if plain && led {
			inputs = append(inputs, "file:"+s.Source)
		}
		return arguments(build, append(inputs, "file:"+s.Source)...)
	}
	// The library leaves an input out of which nothing is mapped; its tags and chapters are wanted all the same.
	args, err := arguments(build, append(files, name)...)
	if err != nil {
		return nil, err
	}
	tags, err := arguments(func() *ff.Stream { return input(s.Source, src).Output("-") }, "file:"+s.Source)
	if err != nil {
		return nil, err
	}
	last := 0
	for i, a := range args {
		if a == "-i" {
			last = i + 2
		}
	}
	args = slices.Insert(args, last, tags[:slices.Index(tags, "-i")+2]...)
	for i, a := range args {
		if a == "-map_metadata" || a == "-map_chapters" {
			args[i+1] = strconv.Itoa(1 + len(files))
		}
	}
	return args, nil
}

// sourceOptions are those of the capture as an input, and of the capture as the input for sound that is cut to the sample.
func (s EncodeSpec) sourceOptions() (plain, early ff.KwArgs) {
	plain, early = ff.KwArgs{}, ff.KwArgs{}
	if s.Seek > 0 {
		plain["ss"] = timeArg(s.Seek)
		seek, shift := seekSound(s.Seek)
		if seek > 0 {
			early["ss"] = timeArg(seek)
		}
		early["itsoffset"] = timeArg(s.Shift + shift)
	} else if s.Shift != 0 {
		early["itsoffset"] = timeArg(s.Shift)
	}
	if s.Shift != 0 {
		plain["itsoffset"] = timeArg(s.Shift)
	}
	return plain, early
}

// markOptions writes the tags, and what continuing needs: groups of pictures that lean on no other, none longer than four seconds, each written out
// as soon as it is complete.
func (s EncodeSpec) markOptions(out ff.KwArgs) {
	var tags []string
	if s.Comment != "" {
		tags = append(tags, "comment="+s.Comment)
	}
	if s.Mark != "" {
		tags = append(tags, MarkTag+"="+s.Mark)
	}
	if tags != nil {
		out["metadata"] = tags
	}
	if !s.Resumable {
		return
	}
	out["cluster_time_limit"] = "1000"
	if _, set := out["g"]; !set {
		group := s.Group
		if group <= 0 {
			group = max(1, 4*s.RateNum/max(1, s.RateDen))
		}
		out["g"] = strconv.FormatInt(group, 10)
	}
	if params, ok := out["x265-params"].(string); ok {
		out["x265-params"] = params + ":open-gop=0"
	}
	if s.First > 0 { // times are exact already, and a gap before the first picture is meant
		out["fps_mode"] = "passthrough"
	}
}

// MarkTag is the name of the tag that holds EncodeSpec.Mark, as Matroska keeps it.
const MarkTag = "TAPELIGHT_PART"
