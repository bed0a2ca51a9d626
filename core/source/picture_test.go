package source

import (
	"math"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

func TestStandardBySizeAndRate(t *testing.T) {
	for _, c := range []struct {
		w, h int
		rate float64
		want Standard
	}{
		{720, 480, 30000. / 1001, NTSC}, {720, 486, 29.97, NTSC}, {640, 480, 30000. / 1001, NTSC}, {352, 240, 30000. / 1001, NTSC}, {720, 480, 24000. / 1001, NTSC}, {720, 480, 60000. / 1001, NTSC},
		{720, 512, 30000. / 1001, NTSC}, {720, 576, 25, PAL}, {720, 608, 25, PAL}, {768, 576, 50, PAL}, {352, 288, 25, PAL},
		{640, 480, 30, Other}, {640, 480, 15, Other}, {720, 576, 30000. / 1001, Other}, {720, 480, 25, Other}, {1920, 1080, 25, Other}, {1920, 480, 30000. / 1001, Other}, {720, 480, 0, Other},
	} {
		if got := standardOf(c.w, c.h, c.rate); got != c.want {
			t.Errorf("%dx%d at %v: %s, want %s", c.w, c.h, c.rate, got, c.want)
		}
	}
}

func TestAspect(t *testing.T) {
	for _, c := range []struct {
		w, h    int
		std     Standard
		said    Rational
		want    Rational
		assumed bool
	}{
		{720, 480, NTSC, Rational{}, Rational{8, 9}, true},
		{720, 480, NTSC, Rational{1, 1}, Rational{8, 9}, true},
		{720, 480, NTSC, Rational{10, 11}, Rational{10, 11}, false},
		{720, 480, NTSC, Rational{32, 27}, Rational{32, 27}, false},
		{720, 480, Other, Rational{}, Rational{8, 9}, true},
		{704, 480, NTSC, Rational{}, Rational{10, 11}, true},
		{720, 486, NTSC, Rational{}, Rational{9, 10}, true},
		{352, 480, NTSC, Rational{1, 1}, Rational{20, 11}, true},
		{720, 576, PAL, Rational{}, Rational{16, 15}, true},
		{704, 576, PAL, Rational{}, Rational{12, 11}, true},
		{720, 576, PAL, Rational{12, 11}, Rational{12, 11}, false},
		{720, 576, PAL, Rational{64, 45}, Rational{64, 45}, false},
		{720, 576, PAL, Rational{128, 90}, Rational{64, 45}, false},
		{768, 576, PAL, Rational{}, Rational{1, 1}, true},
		{640, 480, NTSC, Rational{1, 1}, Rational{1, 1}, false},
		{640, 480, Other, Rational{}, Rational{1, 1}, true},
		{854, 480, Other, Rational{1, 1}, Rational{1, 1}, false},
		{1920, 1080, Other, Rational{}, Rational{1, 1}, true},
		{1440, 1080, Other, Rational{4, 3}, Rational{4, 3}, false},
	} {
		got, assumed := aspectOf(c.w, c.h, c.std, c.said)
		if got != c.want || assumed != c.assumed {
			t.Errorf("%dx%d %s said %v: %v %v, want %v %v", c.w, c.h, c.std, c.said, got, assumed, c.want, c.assumed)
		}
	}
}

func TestColoursAreTheFilesOrTheStandards(t *testing.T) {
	for _, c := range []struct {
		name string
		s    ffmpeg.ProbeStream
		std  Standard
		want Color
	}{
		{"tagged", ffmpeg.ProbeStream{Matrix: "bt709", Primaries: "bt709", Transfer: "bt709", Range: "pc"}, NTSC, Color{"bt709", "bt709", "bt709", "pc", false}},
		{"NTSC", ffmpeg.ProbeStream{PixFmt: "yuv420p"}, NTSC, Color{"smpte170m", "smpte170m", "smpte170m", "tv", true}},
		{"PAL", ffmpeg.ProbeStream{PixFmt: "yuv420p"}, PAL, Color{"bt470bg", "bt470bg", "smpte170m", "tv", true}},
		{"partly tagged", ffmpeg.ProbeStream{Matrix: "bt470bg", Range: "tv"}, NTSC, Color{"bt470bg", "smpte170m", "smpte170m", "tv", true}},
		{"HD", ffmpeg.ProbeStream{Width: 1280, Height: 720}, Other, Color{"bt709", "bt709", "bt709", "tv", true}},
		{"webcam", ffmpeg.ProbeStream{Width: 640, Height: 480, PixFmt: "yuvj420p"}, Other, Color{"smpte170m", "bt709", "bt709", "pc", true}},
		{"RGB", ffmpeg.ProbeStream{Width: 640, Height: 480, PixFmt: "bgr24"}, Other, Color{"gbr", "bt709", "bt709", "pc", true}},
	} {
		if got := colorOf(&c.s, c.std); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestDepth(t *testing.T) {
	for f, want := range map[string]int{"yuv420p": 8, "yuvj422p": 8, "yuv422p10le": 10, "yuv444p16be": 16, "gray": 8, "gray10le": 10, "p010le": 10, "gbrp12le": 12, "rgb48le": 16, "rgb24": 8,
		"uyvy422": 8, "yuv411p": 8, "v210": 10, "y210le": 10, "x2rgb10le": 10, "gbrpf32le": 16, "yuva444p12le": 12, "nv12": 8, "": 8} {
		if got := depthOf(f, 0); got != want {
			t.Errorf("%s: %d bits, want %d", f, got, want)
		}
	}
	if got := depthOf("yuv422p16le", 10); got != 10 {
		t.Errorf("10 bits kept in 16: %d", got)
	}
}

func TestClockComesFromPackets(t *testing.T) {
	ms := ffmpeg.Ratio{Num: 1, Den: 1000}
	ntsc, film := Rational{30000, 1001}, Rational{24000, 1001}
	p := 1001. / 30000
	regular := func(n int64, period float64) ffmpeg.PacketStats {
		return ffmpeg.PacketStats{Packets: n, Timed: n, Last: float64(n-1) * period, End: float64(n) * period, Intervals: []ffmpeg.Interval{{Seconds: period, Count: n - 1}}}
	}
	dropped := regular(1000, p)
	dropped.Packets, dropped.Timed = 998, 998
	dropped.Intervals = []ffmpeg.Interval{{Seconds: p, Count: 995}, {Seconds: 2 * p, Count: 2}}
	untimed := regular(1000, p)
	untimed.Timed, untimed.Intervals = 998, dropped.Intervals
	sparse := regular(100, 0.04)
	sparse.Timed, sparse.Last, sparse.End = 40, 98*0.04, 99*0.04
	sparse.Intervals = []ffmpeg.Interval{{Seconds: 0.04, Count: 2}, {Seconds: 0.08, Count: 15}, {Seconds: 0.12, Count: 22}}
	rounded := regular(300, p)
	rounded.Intervals = []ffmpeg.Interval{{Seconds: 0.033, Count: 189}, {Seconds: 0.034, Count: 110}}
	phone := regular(300, 1./29)
	phone.Intervals = []ffmpeg.Interval{{Seconds: 0.028, Count: 100}, {Seconds: 0.033, Count: 99}, {Seconds: 0.042, Count: 100}}
	phone.Last, phone.End = 10.299, 10.333
	spliced := regular(10000, p) // joints off by fractions of a frame
	spliced.Intervals = []ffmpeg.Interval{{Seconds: 0.011, Count: 20}, {Seconds: p, Count: 9939}, {Seconds: 0.049, Count: 40}}
	spliced.Last += 20*(0.011-p) + 40*(0.049-p)
	spliced.End = spliced.Last + p
	soft := regular(240, p*1.25)
	soft.Intervals = []ffmpeg.Interval{{Seconds: p, Count: 120}, {Seconds: 1.5 * p, Count: 119}}
	soft.Last = 120*p + 119*1.5*p
	soft.End = soft.Last + 1.5*p
	fields := regular(600, p/2)
	for _, c := range []struct {
		name     string
		p        ffmpeg.PacketStats
		s        ffmpeg.ProbeStream
		perFrame int64
		soft     bool
		rate     Rational
		variable bool
		gaps     int64
		frames   int64
		duration float64
	}{
		{"regular", regular(300, p), ffmpeg.ProbeStream{BaseRate: ffmpeg.Ratio{Num: 60000, Den: 1001}, MeanRate: ffmpeg.Ratio{Num: 2997, Den: 100}}, 1, false, ntsc, false, 0, 300, 300 * p},
		{"rounded to milliseconds", rounded, ffmpeg.ProbeStream{TimeBase: ms, BaseRate: ffmpeg.Ratio{Num: 19001, Den: 634}}, 1, false, ntsc, false, 0, 300, 300 * p},
		{"dropped frames", dropped, ffmpeg.ProbeStream{}, 1, false, ntsc, true, 2, 998, 1000 * p},
		{"packets without a time", untimed, ffmpeg.ProbeStream{MeanRate: ffmpeg.Ratio{Num: 30000, Den: 1001}}, 1, false, ntsc, false, 0, 1000, 1000 * p},
		{"few packets with a time", sparse, ffmpeg.ProbeStream{BaseRate: ffmpeg.Ratio{Num: 50, Den: 1}, MeanRate: ffmpeg.Ratio{Num: 25, Den: 1}}, 1, false, Rational{25, 1}, false, 0, 100, 4},
		{"phone", phone, ffmpeg.ProbeStream{MeanRate: ffmpeg.Ratio{Num: 29, Den: 1}}, 1, false, Rational{29, 1}, true, 0, 300, 10.333},
		{"spliced", spliced, ffmpeg.ProbeStream{MeanRate: ffmpeg.Ratio{Num: 2995, Den: 100}}, 1, false, ntsc, true, 0, 10000, 333.85},
		{"soft telecine", soft, ffmpeg.ProbeStream{BaseRate: ffmpeg.Ratio{Num: 30000, Den: 1001}}, 1, true, film, false, 0, 240, 240 * 1.25 * p},
		{"a packet a field", fields, ffmpeg.ProbeStream{BaseRate: ffmpeg.Ratio{Num: 60000, Den: 1001}, MeanRate: ffmpeg.Ratio{Num: 30000, Den: 1001}}, 2, false, ntsc, false, 0, 300, 300 * p},
		{"no times", ffmpeg.PacketStats{Packets: 50}, ffmpeg.ProbeStream{BaseRate: ffmpeg.Ratio{Num: 25, Den: 1}}, 1, false, Rational{25, 1}, false, 0, 50, 2},
		{"one frame", ffmpeg.PacketStats{Packets: 1, Timed: 1}, ffmpeg.ProbeStream{MeanRate: ffmpeg.Ratio{Num: 25, Den: 1}}, 1, false, Rational{25, 1}, false, 0, 1, 0.04},
		{"nothing known", ffmpeg.PacketStats{Packets: 9}, ffmpeg.ProbeStream{}, 1, false, Rational{}, false, 0, 9, 0},
		{"an odd camera", regular(300, 1/13.7), ffmpeg.ProbeStream{}, 1, false, Rational{137, 10}, false, 0, 300, 300 / 13.7},
	} {
		got := clockOf(&c.s, &c.p, c.perFrame, c.soft)
		if got.rate != c.rate || got.variable != c.variable || got.gaps != c.gaps || got.frames != c.frames || math.Abs(got.duration-c.duration) > 1.5*p*0.5 {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
