package plan_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ratio(num, den int64) source.Rational { return source.Rational{Num: num, Den: den} }

// tape is an NTSC capture of ten seconds: interlaced, bottom field first, 720x480 with samples of 10:11, one stereo track.
func tape() *source.Source {
	return &source.Source{Path: "/tapes/wedding.avi", Standard: source.NTSC, Duration: 10.01,
		Video: &source.Video{Codec: "dvvideo", Width: 720, Height: 480, PixFmt: "yuv411p", Depth: 8, Rate: ratio(30000, 1001), ContentRate: ratio(60000, 1001), SAR: ratio(10, 11),
			Color:  source.Color{Matrix: "smpte170m", Primaries: "smpte170m", Transfer: "smpte170m", Range: "tv"},
			Fields: source.Fields{Scan: source.Interlaced, Order: source.BottomFirst, ContainerScan: source.Interlaced, ContainerOrder: source.BottomFirst},
			Frames: 300, Duration: 10.01},
		Audio: []source.Audio{{Index: 1, Codec: "pcm_s16le", Rate: 48000, Channels: 2, Duration: 10.01}}}
}

func asked(change func(*recipe.Recipe)) recipe.Recipe {
	r := recipe.Default()
	if change != nil {
		change(&r)
	}
	return r
}

func mustMake(t *testing.T, in plan.Input) *plan.Plan {
	t.Helper()
	if in.Recipe.Name == "" {
		in.Recipe = recipe.Default()
	}
	if in.Output == "" {
		in.Output = "/out/wedding.mkv"
	}
	p, err := plan.Make(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGeometry(t *testing.T) {
	for _, c := range []struct {
		name       string
		w, h       int
		sar        source.Rational
		rotation   int
		height     int
		crop       int
		outW, outH int
		padded     bool
	}{
		{"NTSC 10:11", 720, 480, ratio(10, 11), 0, 1080, 704, 1440, 1080, false},
		{"NTSC 8:9", 720, 480, ratio(8, 9), 0, 1080, 0, 1440, 1080, false},
		{"NTSC wide", 720, 480, ratio(40, 33), 0, 1080, 704, 1920, 1080, false},
		{"NTSC wide, whole width", 720, 480, ratio(32, 27), 0, 1080, 0, 1920, 1080, false},
		{"PAL 12:11", 720, 576, ratio(12, 11), 0, 1080, 704, 1440, 1080, false},
		{"PAL 16:15", 720, 576, ratio(16, 15), 0, 1080, 0, 1440, 1080, false},
		{"PAL wide", 720, 576, ratio(16, 11), 0, 1080, 704, 1920, 1080, false},
		{"704 wide as it is", 704, 480, ratio(10, 11), 0, 1080, 0, 1440, 1080, false},
		{"square", 640, 480, ratio(1, 1), 0, 1080, 0, 1440, 1080, false},
		{"HD", 1920, 1080, ratio(1, 1), 0, 1080, 0, 1920, 1080, false},
		{"HDV", 1440, 1080, ratio(4, 3), 0, 1080, 0, 1920, 1080, false},
		{"its own height", 720, 576, ratio(16, 15), 0, 0, 0, 768, 576, false},
		{"odd height asked for", 640, 480, ratio(1, 1), 0, 721, 0, 962, 722, false},
		{"odd size", 639, 479, ratio(1, 1), 0, 0, 0, 640, 480, true},
		{"no aspect", 640, 480, ratio(0, 0), 0, 1080, 0, 1440, 1080, false},
		{"on its side", 1280, 720, ratio(1, 1), 90, 1280, 0, 720, 1280, false},
		{"on its side, oblong", 1440, 1080, ratio(4, 3), 270, 1920, 0, 1080, 1920, false},
		{"upside down", 1280, 720, ratio(1, 1), 180, 720, 0, 1280, 720, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tape()
			v := s.Video
			v.Width, v.Height, v.SAR, v.Rotation = c.w, c.h, c.sar, c.rotation
			p := mustMake(t, plan.Input{Source: s, Recipe: asked(func(r *recipe.Recipe) { r.Upscale.Height = c.height })})
			if p.Decode.CropWidth != c.crop || p.Encode.Width != c.outW || p.Encode.Height != c.outH || (p.Decode.PadRight+p.Decode.PadBottom > 0) != c.padded {
				t.Errorf("crop %d, out %dx%d, padded %d+%d", p.Decode.CropWidth, p.Encode.Width, p.Encode.Height, p.Decode.PadRight, p.Decode.PadBottom)
			}
			if p.Encode.In != p.Decode.Out || p.Encode.SARNum != 1 || p.Encode.SARDen != 1 {
				t.Errorf("decoded as %v, encoded from %v", p.Decode.Out, p.Encode.In)
			}
		})
	}
}

func TestFieldsAndRates(t *testing.T) {
	ntsc, double, film := ratio(30000, 1001), ratio(60000, 1001), ratio(24000, 1001)
	for _, c := range []struct {
		name     string
		fields   source.Fields
		rate     source.Rational
		content  source.Rational
		variable bool
		ask      func(*recipe.Recipe)
		kind     ffmpeg.Deinterlace
		bottom   bool
		out      source.Rational
		frames   int64
		warns    string
	}{
		{"interlaced", source.Fields{Scan: source.Interlaced, Order: source.TopFirst}, ntsc, double, false, nil, ffmpeg.ToFields, false, double, 600, ""},
		{"bottom first", source.Fields{Scan: source.Interlaced, Order: source.BottomFirst}, ntsc, double, false, nil, ffmpeg.ToFields, true, double, 600, ""},
		{"at frame rate", source.Fields{Scan: source.Interlaced, Order: source.TopFirst}, ntsc, double, false, func(r *recipe.Recipe) { r.Picture.Rate = recipe.RateFrames }, ffmpeg.ToFrames, false, ntsc, 300, ""},
		{"order by hand", source.Fields{Scan: source.Interlaced, Order: source.TopFirst}, ntsc, double, false, func(r *recipe.Recipe) { r.Picture.FieldOrder = recipe.OrderBottom }, ffmpeg.ToFields, true, double, 600, ""},
		{"top by hand", source.Fields{Scan: source.Interlaced, Order: source.BottomFirst}, ntsc, double, false, func(r *recipe.Recipe) { r.Picture.FieldOrder = recipe.OrderTop }, ffmpeg.ToFields, false, double, 600, ""},
		{"order unknown", source.Fields{Scan: source.Interlaced}, ntsc, double, false, nil, ffmpeg.ToFields, false, double, 600, "top first is taken"},
		{"order from the file", source.Fields{Scan: source.Interlaced, ContainerOrder: source.BottomFirst}, ntsc, double, false, nil, ffmpeg.ToFields, true, double, 600, "bottom first is taken"},
		{"ambiguous", source.Fields{Scan: source.Interlaced, Order: source.TopFirst, Ambiguous: true}, ntsc, double, false, nil, ffmpeg.ToFields, false, double, 600, "could not be measured"},
		{"mixed", source.Fields{Scan: source.Interlaced, Order: source.TopFirst, Mixed: true}, ntsc, double, false, nil, ffmpeg.ToFields, false, double, 600, "different kinds"},
		{"PAL", source.Fields{Scan: source.Interlaced, Order: source.TopFirst}, ratio(25, 1), ratio(50, 1), false, nil, ffmpeg.ToFields, false, ratio(50, 1), 600, ""},
		{"progressive", source.Fields{Scan: source.Progressive}, ntsc, ntsc, false, nil, ffmpeg.KeepFrames, false, ntsc, 300, ""},
		{"progressive by hand", source.Fields{Scan: source.Interlaced, Order: source.TopFirst, Ambiguous: true}, ntsc, double, false, func(r *recipe.Recipe) { r.Picture.Scan = recipe.ScanProgressive }, ffmpeg.KeepFrames, false, ntsc, 300, ""},
		{"interlaced by hand", source.Fields{Scan: source.Progressive}, ntsc, ntsc, false, func(r *recipe.Recipe) { r.Picture.Scan = recipe.ScanInterlaced }, ffmpeg.ToFields, false, double, 600, "top first is taken"},
		{"unknown", source.Fields{Scan: source.Unknown}, ntsc, ntsc, false, nil, ffmpeg.KeepFrames, false, ntsc, 300, ""},
		{"telecine", source.Fields{Scan: source.HardTelecine, Order: source.TopFirst}, ntsc, film, false, nil, ffmpeg.ToFilm, false, film, 240, ""},
		{"telecine by hand", source.Fields{Scan: source.Interlaced, Order: source.TopFirst}, ntsc, double, false, func(r *recipe.Recipe) { r.Picture.Scan = recipe.ScanTelecine }, ffmpeg.ToFilm, false, film, 240, ""},
		{"soft telecine", source.Fields{Scan: source.SoftTelecine}, film, film, false, nil, ffmpeg.KeepFrames, false, film, 300, ""},
		{"variable", source.Fields{Scan: source.Progressive}, ntsc, ntsc, true, nil, ffmpeg.KeepFrames, false, ntsc, 360, ""}, // 12.012 s long: gaps are filled
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tape()
			v := s.Video
			v.Fields, v.Rate, v.ContentRate, v.Variable = c.fields, c.rate, c.content, c.variable
			if c.variable {
				v.Duration = 12.012
			}
			p := mustMake(t, plan.Input{Source: s, Recipe: asked(c.ask)})
			d, e := p.Decode, p.Encode
			if d.Deinterlace != c.kind || d.BottomFirst != c.bottom || d.Constant != c.variable {
				t.Errorf("%s, bottom first %v, steady %v", d.Deinterlace, d.BottomFirst, d.Constant)
			}
			if ratio(d.RateNum, d.RateDen) != c.out || ratio(e.RateNum, e.RateDen) != c.out || p.Frames != c.frames || e.Frames != c.frames {
				t.Errorf("%d pictures (%d) at %d/%d (%d/%d)", p.Frames, e.Frames, d.RateNum, d.RateDen, e.RateNum, e.RateDen)
			}
			if got := strings.Join(p.Warnings, "\n"); (c.warns == "") != (got == "") || !strings.Contains(got, c.warns) {
				t.Errorf("warnings %q, want %q", got, c.warns)
			}
		})
	}
}

// A part begins and ends between two pictures, and the sound with its first picture.
func TestParts(t *testing.T) {
	const frame = 1001. / 30000
	for _, c := range []struct {
		name          string
		start, length float64
		video, sound  float64 // where they begin in the file
		frames        int64
		seek          float64 // in frames from the video's beginning, 0: none
		cut           bool
		shift         float64
	}{
		{"whole", 0, 0, 0, 0, 600, 0, false, 0},
		{"late sound", 0, 0, 0, 0.5, 600, 0, false, 0},
		{"late picture", 0, 0, 0.5, 0, 600, 0, false, -0.5},
		{"both late", 0, 0, 1.5, 1.5, 600, 0, false, 0},
		{"beginning", 0, 2 * frame, 0, 0, 4, 0, true, 0},
		{"beginning, late picture", 0, 2 * frame, 0.5, 0, 4, 0, true, -0.5},
		{"middle", 100 * frame, 10 * frame, 0, 0, 20, 100, true, 0},
		{"middle, between pictures", 100.4 * frame, 9.6 * frame, 0, 0, 20, 100, true, 0},
		{"middle, late picture", 100 * frame, 10 * frame, 0.5, 0, 20, 100, true, 0},
		{"to the end", 290 * frame, 0, 0, 0, 20, 290, false, 0},
		{"past the end", 290 * frame, 1000, 0, 0, 20, 290, true, 0},
		{"a moment", 5 * frame, 1e-9, 0, 0, 2, 5, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tape()
			s.Video.Start, s.Audio[0].Start = c.video, c.sound
			p := mustMake(t, plan.Input{Source: s, Start: c.start, Length: c.length})
			if p.Frames != c.frames || p.Encode.Frames != c.frames {
				t.Errorf("%d pictures, want %d", p.Frames, c.frames)
			}
			offset := max(0, c.video-c.sound)
			wantDecode, wantEncode := 0.0, 0.0
			if c.seek > 0 {
				wantDecode, wantEncode = offset+(c.seek-0.5)*frame, offset+c.seek*frame
			}
			if math.Abs(p.Decode.Seek-wantDecode) > 1e-9 || math.Abs(p.Encode.Seek-wantEncode) > 1e-9 {
				t.Errorf("picture from %v (want %v), sound from %v (want %v)", p.Decode.Seek, wantDecode, p.Encode.Seek, wantEncode)
			}
			if math.Abs(p.Encode.Shift-c.shift) > 1e-9 || (p.Decode.Duration > 0) != c.cut {
				t.Errorf("shift %v, duration %v", p.Encode.Shift, p.Decode.Duration)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*plan.Input)
		says   string
	}{
		{"no source", func(in *plan.Input) { in.Source = nil }, "no picture"},
		{"no video", func(in *plan.Input) { in.Source.Video = nil }, "no picture"},
		{"no rate", func(in *plan.Input) { in.Source.Video.Rate = ratio(0, 0) }, "rate"},
		{"negative rate", func(in *plan.Input) { in.Source.Video.Rate = ratio(-25, 1) }, "rate"},
		{"tiny", func(in *plan.Input) { in.Source.Video.Width = 8 }, "too small"},
		{"huge", func(in *plan.Input) { in.Source.Video.Width = 100000 }, "outside"},
		{"a line", func(in *plan.Input) { in.Source.Video.SAR = ratio(1, 100000) }, "output would be"},
		{"a strip", func(in *plan.Input) { in.Source.Video.SAR = ratio(100000, 1) }, "output would be"},
		{"after the end", func(in *plan.Input) { in.Start = 11 }, "it ends at 10.01 s"},
		{"far after the end", func(in *plan.Input) { in.Start = 1e300 }, "it ends at"},
		{"before the beginning", func(in *plan.Input) { in.Start = -3 }, "can't start"},
		{"negative length", func(in *plan.Input) { in.Length = -3 }, "can't start"},
		{"no number", func(in *plan.Input) { in.Start = math.NaN() }, "can't start"},
		{"without end", func(in *plan.Input) { in.Length = math.Inf(1) }, "can't start"},
		{"empty", func(in *plan.Input) { in.Source.Video.Frames, in.Source.Video.Duration = 0, 0 }, "not a single picture"},
		{"unknown encoder", func(in *plan.Input) { in.Recipe.Output.Encoder = "betamax" }, "known are x265"},
		{"AV1 in MOV", func(in *plan.Input) {
			in.Recipe.Output.Encoder, in.Recipe.Output.Container = "svtav1", recipe.ContainerMOV
		}, "choose mkv or mp4"},
		{"FFV1 in MP4", func(in *plan.Input) {
			in.Recipe.Output.Encoder, in.Recipe.Output.Container = "ffv1", recipe.ContainerMP4
		}, "can't go into a .mp4 file; choose mkv"},
		{"ProRes in MP4", func(in *plan.Input) {
			in.Recipe.Output.Encoder, in.Recipe.Output.Container = "prores", recipe.ContainerMP4
		}, "choose mov or mkv"},
		{"bad recipe", func(in *plan.Input) { in.Recipe.Upscale.Height = 99999 }, "upscale.height"},
		{"over itself", func(in *plan.Input) { in.Output = "/tapes/x/../wedding.avi" }, "over the capture"},
		{"over a partial file", func(in *plan.Input) { in.Source.Path, in.Output = "/tapes/a.partial.mkv", "/tapes/a.mkv" }, "over the capture"},
		{"enlarged too much", func(in *plan.Input) {
			in.Source.Video.Width, in.Source.Video.Height = 8000, 4000
			in.Network = &neural.Network{Name: "x4", Grid: 1, Scale: 4}
		}, "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := plan.Input{Source: tape(), Recipe: recipe.Default(), Output: "/out/wedding.mkv"}
			c.change(&in)
			p, err := plan.Make(in)
			if err == nil || p != nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want it to say %q", err, c.says)
			}
		})
	}
	if _, err := plan.Make(plan.Input{}); !errors.Is(err, plan.ErrNoVideo) {
		t.Errorf("an empty input: %v", err)
	}
}

func TestPartialNames(t *testing.T) {
	for in, want := range map[string]string{
		"/out/a.mkv": "/out/a.partial.mkv", "a.b.mp4": "a.b.partial.mp4", "/v1.0/film": "/v1.0/film.partial", "film": "film.partial", ".mkv": ".partial.mkv",
	} {
		if got := plan.Partial(in); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}
