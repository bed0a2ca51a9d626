package ffmpeg

import (
	"slices"
	"strconv"
	"strings"

	ff "github.com/u2takey/ffmpeg-go"

	"github.com/tapelight/tapelight/core/frame"
)

// Deinterlace is what is done to the capture's fields.
type Deinterlace string

const (
	KeepFrames Deinterlace = "none"     // frames are whole pictures
	ToFields   Deinterlace = "fields"   // one picture for each field
	ToFrames   Deinterlace = "frames"   // one picture for each frame, at its first field's moment
	ToFilm     Deinterlace = "telecine" // film pictures put together again, the repeated ones dropped
)

// DecodeSpec says which pictures come out of a capture, and how. It is plain data, part of the plan.
type DecodeSpec struct {
	Path      string `json:"path"`
	Stream    int    `json:"stream"`
	PixFmt    string `json:"pix_fmt"`    // the capture's, by ffmpeg's name
	FullRange bool   `json:"full_range"` // the capture uses all code values

	Deinterlace Deinterlace `json:"deinterlace"`
	BottomFirst bool        `json:"bottom_first"`
	RateNum     int64       `json:"rate_num"` // pictures a second that come out
	RateDen     int64       `json:"rate_den"`
	Constant    bool        `json:"constant"` // force that rate by repeating and dropping (captures of variable rate)

	CropWidth  int    `json:"crop_width,omitempty"` // keep only this many columns of the middle; 0 keeps all
	PadRight   int    `json:"pad_right,omitempty"`  // lines repeated to make the width even
	PadBottom  int    `json:"pad_bottom,omitempty"` // lines repeated to make the height even
	Deblock    bool   `json:"deblock,omitempty"`
	MaskBottom int    `json:"mask_bottom,omitempty"` // lines covered with black at the bottom
	Denoise    string `json:"denoise,omitempty"`     // hqdn3d's four strengths, "4:3:6:4.5"; empty is off
	Companion  string `json:"companion,omitempty"`   // the same, for a second picture below the first

	Seek     float64 `json:"seek"`     // seconds from the file's start; 0 is the beginning
	Duration float64 `json:"duration"` // seconds of the capture; 0 is to the end
	Threads  int     `json:"threads,omitempty"`

	// Plain deinterlaces as players do (yadif instead of bwdif), for showing what a capture looks like untreated.
	Plain bool `json:"plain,omitempty"`
	// From drops what comes less than so many seconds after Seek by its own timestamp. Some containers (MPEG program streams) have no index, and a seek in
	// them lands up to a group of pictures late: seeking earlier and dropping by time lands exactly. See Early. With Constant it is where the steady rate begins.
	From float64 `json:"from,omitempty"`
	Skip int64   `json:"-"` // pictures dropped at the end of the chain, after temporal filters have seen them
	Most int64   `json:"-"` // pictures that come out at most; 0 for all

	// Out is the format of the frames that come out, the companion included.
	Out frame.Format `json:"out"`
}

// Filters is the chain before the companion is made.
func (s DecodeSpec) Filters() []Filter {
	var chain []Filter
	add := func(name string, pairs ...any) { chain = append(chain, F(name, pairs...)) }

	if s.From > 0 {
		if !s.Constant {
			add("trim", "start", timeArg(s.From))
		}
		add("showinfo", "checksum", 0) // tells where the seek landed
	}
	switch {
	case IsRGB(s.PixFmt):
		add("scale", "out_color_matrix", RGBMatrix, "out_range", "limited")
	case s.FullRange:
		add("scale", "in_range", "full", "out_range", "limited")
	}
	// Fields are treated at 10 bits, in a layout that leaves each field's chroma lines alone: only the width may be resampled before.
	before := fieldSafe(s.PixFmt)
	order := "tff"
	if s.BottomFirst {
		order = "bff"
	}
	switch s.Deinterlace {
	case ToFields, ToFrames:
		mode := "send_field"
		if s.Deinterlace == ToFrames {
			mode = "send_frame"
		}
		add("setfield", "mode", order)
		add("format", "pix_fmts", before)
		add(s.deinterlacer(), "mode", mode, "parity", order, "deint", "all")
	case ToFilm:
		add("setfield", "mode", order)
		add("fieldmatch", "order", order, "combmatch", "full")
		add("bwdif", "mode", "send_frame", "parity", order, "deint", "interlaced") // what found no partner
		// On tape no two frames are alike: the most alike of five goes, however much they differ. With the filter's own threshold
		// it may drop any other.
		add("decimate", "dupthresh", 100)
	default:
		add("setfield", "mode", "prog")
	}
	if s.Constant {
		add("fps", "fps", rate(s.RateNum, s.RateDen))
		if s.From > 0 {
			chain[len(chain)-1].Args = append(chain[len(chain)-1].Args, Arg{"start_time", timeArg(s.From)})
		}
	}
	if s.CropWidth > 0 {
		add("crop", "w", s.CropWidth, "h", "ih")
	}
	// Networks and encoders want even sizes: the last column and line are repeated. With chroma of full size, as both filters leave out the
	// half sample at an odd edge.
	if s.PadRight > 0 || s.PadBottom > 0 {
		add("format", "pix_fmts", "yuv444p10le")
		add("pad", "width", s.Out.Width, "height", s.pictureHeight())
		add("fillborders", "right", s.PadRight, "bottom", s.PadBottom, "mode", "smear")
	}
	add("format", "pix_fmts", "yuv420p10le")
	if s.MaskBottom > 0 {
		add("drawbox", "x", 0, "y", "ih-"+strconv.Itoa(s.MaskBottom), "w", "iw", "h", s.MaskBottom, "color", "black", "t", "fill")
	}
	if s.Deblock {
		add("deblock", "filter", "weak", "block", 8)
	}
	if s.Denoise != "" {
		chain = append(chain, hqdn3d(s.Denoise))
	}
	return chain
}

func (s DecodeSpec) deinterlacer() string {
	if s.Plain {
		return "yadif"
	}
	return "bwdif"
}

// Early is s with a seek that is late by up to margin seconds made up for: it seeks that much earlier, or to the beginning, and drops by time.
func (s DecodeSpec) Early(margin float64) DecodeSpec {
	if margin = min(margin, s.Seek); margin <= 0 {
		return s
	}
	s.Seek -= margin
	s.From += margin
	if s.Duration > 0 {
		s.Duration += margin
	}
	return s
}

func (s DecodeSpec) pictureHeight() int {
	if s.Companion != "" {
		return s.Out.Height / 2
	}
	return s.Out.Height
}

func hqdn3d(strengths string) Filter {
	f := F("hqdn3d")
	names := []string{"luma_spatial", "chroma_spatial", "luma_tmp", "chroma_tmp"}
	for i, v := range strings.Split(strengths, ":") {
		if i < len(names) {
			f.Args = append(f.Args, Arg{names[i], v})
		}
	}
	return f
}

// RGBMatrix is the matrix that captures in RGB are brought to YUV with.
const RGBMatrix = "smpte170m"

// IsRGB tells the pixel formats without a matrix of their own.
func IsRGB(pixFmt string) bool { return containsAny(pixFmt, "rgb", "bgr", "gbr", "pal8") }

// fieldSafe is the 10-bit layout with the same vertical chroma sampling as the given one.
func fieldSafe(pixFmt string) string {
	switch {
	case containsAny(pixFmt, "420", "nv12", "nv21", "p010", "p012", "p016", "gray", "mono"):
		return "yuv420p10le"
	case containsAny(pixFmt, "422", "411", "nv16", "nv20", "p210", "p212", "p216", "y210", "y212"):
		return "yuv422p10le"
	case strings.Contains(pixFmt, "440"):
		return "yuv440p10le"
	}
	return "yuv444p10le"
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

// logLevel lets showinfo be heard where it is used.
func (s DecodeSpec) logLevel() string {
	if s.From > 0 {
		return "level+info"
	}
	return "level+warning"
}

// Args is ffmpeg's argument list for the specification: raw frames on its output.
func (s DecodeSpec) Args() ([]string, error) {
	kw := ff.KwArgs{}
	if s.Seek > 0 {
		kw["ss"] = timeArg(s.Seek)
	}
	if s.Duration > 0 {
		kw["t"] = timeArg(s.Duration)
	}
	if s.Threads > 0 {
		kw["threads"] = strconv.Itoa(s.Threads)
	}
	kw["an"], kw["sn"], kw["dn"] = "", "", ""
	return arguments(func() *ff.Stream {
		v := apply(input(s.Path, kw).Get(strconv.Itoa(s.Stream)), s.Filters())
		if s.Companion != "" {
			both := v.Split()
			below := apply(both.Get("1"), []Filter{hqdn3d(s.Companion)})
			v = ff.Filter([]*ff.Stream{both.Get("0"), below}, "vstack", nil)
		}
		if s.Skip > 0 {
			v = apply(v, []Filter{F("trim", "start_frame", s.Skip)})
		}
		out := ff.KwArgs{"f": "rawvideo", "pix_fmt": "yuv420p10le", "fps_mode": "passthrough"}
		if s.Most > 0 {
			out["frames:v"] = strconv.FormatInt(s.Most, 10)
		}
		return v.Output("pipe:1", out).GlobalArgs("-hide_banner", "-nostdin", "-nostats", "-loglevel", s.logLevel())
	}, "file:"+s.Path)
}
