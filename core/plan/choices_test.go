package plan_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
	"github.com/tapelight/tapelight/core/temporal"
)

func TestNetworks(t *testing.T) {
	fields := &neural.Network{Name: "tape", Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Planes: 3, Layers: []neural.Layer{{In: 10, Out: 10}}, Meta: map[string]string{"companion": "1:2:3:4"}}
	plain := &neural.Network{Name: "photo", Grid: 1, Scale: 4, Planes: 3}
	progressive := tape()
	progressive.Video.Fields = source.Fields{Scan: source.Progressive}
	for _, c := range []struct {
		name               string
		source             *source.Source
		network            *neural.Network
		ask                func(*recipe.Recipe)
		uses               string
		companion, denoise string
		in, out            [2]int // decoded and given to the encoder
		note               string
	}{
		{"none", tape(), nil, nil, "none", "", "4:3:6:4.5", [2]int{704, 480}, [2]int{704, 480}, ""},
		{"fields", tape(), fields, nil, "tape", "1:2:3:4", "", [2]int{704, 960}, [2]int{1408, 960}, "denoise setting is not used"},
		{"fields on progressive", progressive, fields, nil, "none", "", "4:3:6:4.5", [2]int{704, 480}, [2]int{704, 480}, "made for interlaced tape"},
		{"fields at frame rate", tape(), fields, func(r *recipe.Recipe) { r.Picture.Rate = recipe.RateFrames }, "none", "", "4:3:6:4.5", [2]int{704, 480}, [2]int{704, 480}, "made for interlaced tape"},
		{"strength 0", tape(), fields, func(r *recipe.Recipe) { r.Upscale.Strength = 0 }, "none", "", "4:3:6:4.5", [2]int{704, 480}, [2]int{704, 480}, ""},
		{"plain", progressive, plain, func(r *recipe.Recipe) { r.Picture.Denoise = 25 }, "photo", "", "2:1.5:3:2.25", [2]int{704, 480}, [2]int{2816, 1920}, ""},
		{"no denoise", tape(), nil, func(r *recipe.Recipe) { r.Picture.Denoise = 0 }, "none", "", "", [2]int{704, 480}, [2]int{704, 480}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustMake(t, plan.Input{Source: c.source, Recipe: asked(c.ask), Network: c.network, Engine: "cpu", Batch: 3})
			d, e := p.Decode, p.Encode
			if p.Network.Name != c.uses || d.Companion != c.companion || d.Denoise != c.denoise {
				t.Errorf("network %s, companion %q, denoise %q", p.Network.Name, d.Companion, d.Denoise)
			}
			if [2]int{d.Out.Width, d.Out.Height} != c.in || [2]int{e.In.Width, e.In.Height} != c.out || e.Width != 1440 || e.Height != 1080 {
				t.Errorf("%v to %v to %dx%d", d.Out, e.In, e.Width, e.Height)
			}
			if c.uses != "none" && p.Network.MACs != c.network.MACs(704, 480) {
				t.Errorf("%d multiply-adds", p.Network.MACs)
			}
			if !strings.Contains(strings.Join(p.Notes, "\n"), c.note) {
				t.Errorf("notes %q", p.Notes)
			}
		})
	}
	// A companion whose strengths the file does not say is denoised as a usual tape is.
	silent := *fields
	silent.Meta = nil
	if p := mustMake(t, plan.Input{Source: tape(), Network: &silent}); p.Decode.Companion != "4:3:6:4.5" {
		t.Errorf("companion %q", p.Decode.Companion)
	}
}

func TestColours(t *testing.T) {
	ntsc, pal := ffmpeg.ColorSpace{Matrix: "smpte170m", Primaries: "smpte170m", Transfer: "smpte170m"}, ffmpeg.ColorSpace{Matrix: "bt470bg", Primaries: "bt470bg", Transfer: "smpte170m"}
	hdr := ffmpeg.ColorSpace{Matrix: "bt2020nc", Primaries: "bt2020", Transfer: "arib-std-b67"}
	for _, c := range []struct {
		name     string
		standard source.Standard
		color    source.Color
		pixFmt   string
		from, to ffmpeg.ColorSpace
	}{
		{"NTSC unsaid", source.NTSC, source.Color{Assumed: true}, "yuv420p", ntsc, ffmpeg.HD},
		{"PAL unsaid", source.PAL, source.Color{Assumed: true}, "yuv420p", pal, ffmpeg.HD},
		{"HD unsaid", source.Other, source.Color{}, "yuv420p", ffmpeg.HD, ffmpeg.HD},
		{"said otherwise", source.NTSC, source.Color{Matrix: "bt709", Primaries: "bt709", Transfer: "bt709"}, "yuv420p", ffmpeg.HD, ffmpeg.HD},
		{"nominal gamma", source.PAL, source.Color{Matrix: "bt470bg", Primaries: "bt470bg", Transfer: "bt470bg"}, "yuv420p", pal, ffmpeg.HD},
		{"nonsense", source.NTSC, source.Color{Matrix: "reserved", Primaries: "unknown", Transfer: "x';y"}, "yuv420p", ntsc, ffmpeg.HD},
		{"HDR", source.Other, source.Color{Matrix: hdr.Matrix, Primaries: hdr.Primaries, Transfer: hdr.Transfer}, "yuv420p10le", hdr, hdr},
		{"RGB", source.Other, source.Color{Matrix: "gbr", Range: "pc"}, "rgb24", ffmpeg.ColorSpace{Matrix: "smpte170m", Primaries: "bt709", Transfer: "bt709"}, ffmpeg.HD},
	} {
		s := tape()
		s.Standard, s.Video.Color, s.Video.PixFmt = c.standard, c.color, c.pixFmt
		p := mustMake(t, plan.Input{Source: s})
		if p.Encode.From != c.from || p.Encode.To != c.to {
			t.Errorf("%s: from %v to %v", c.name, p.Encode.From, p.Encode.To)
		}
		if said := slices.ContainsFunc(p.Notes, func(n string) bool { return strings.Contains(n, "does not name its colours") }); said != c.color.Assumed {
			t.Errorf("%s: notes %q", c.name, p.Notes)
		}
		if p.Decode.FullRange != (c.color.Range == "pc") {
			t.Errorf("%s: full range %v", c.name, p.Decode.FullRange)
		}
	}
}

// TestWhatStandsStillIsHeldByTheNoise: the more noise the more, as firmly as the network is asked for; of whole pictures more; a network that is not for
// tape or film not at all, nor the resampler.
func TestWhatStandsStillIsHeldByTheNoise(t *testing.T) {
	fields := neural.Network{Name: "tape-fast", Grid: 2, Scale: 2, Planes: 3, Companion: true, FlipBottom: true}
	wholes, own := fields, fields
	wholes.FlipBottom, own.RGB = false, true
	for _, c := range []struct {
		network *neural.Network
		noise   float64
		asked   int
		want    temporal.Settings
	}{
		{&fields, 0, 100, temporal.Settings{Change: 0.2, Weight: 1}}, {&fields, 5, 100, temporal.Settings{Change: 1.3, Weight: 1}},
		{&fields, 50, 100, temporal.Settings{Change: 1.96, Weight: 1}}, {&wholes, 5, 50, temporal.Settings{Change: 1.85, Weight: 0.5}},
		{&own, 5, 100, temporal.Settings{}}, {nil, 5, 100, temporal.Settings{}}, {&fields, 5, 0, temporal.Settings{}},
	} {
		in := plan.Input{Source: tape(), Recipe: recipe.Default(), Output: "/out/wedding.mkv", Network: c.network, Noise: c.noise}
		in.Recipe.Upscale.Strength = c.asked
		p, err := plan.Make(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Network.Still; math.Abs(got.Change-c.want.Change) > 1e-9 || got.Weight != c.want.Weight {
			t.Errorf("noise %g, %d %%: %+v, want %+v", c.noise, c.asked, got, c.want)
		}
	}
}

// TestLittleNoiseTakesLittleOfTheNetwork: the share grows with the noise, and a recipe's own strength bounds it.
func TestLittleNoiseTakesLittleOfTheNetwork(t *testing.T) {
	network := &neural.Network{Name: "tape-fast", Grid: 2, Scale: 2, Companion: true, FlipBottom: true, Meta: map[string]string{"companion": "8:2:12:10"}}
	for _, c := range []struct {
		noise     float64
		asked     int
		strength  int
		companion string
	}{
		{0, 100, 100, "8:2:12:10"}, {0.01, 100, 40, "1.2:0.3:1.8:1.5"}, {0.5, 50, 20, "1.2:0.3:1.8:1.5"}, {2, 100, 70, "4.6:2:6.9:10"},
		{3.5, 100, 100, "8:2:12:10"}, {9, 80, 80, "8:2:12:10"}, {0.2, 1, 1, "1.2:0.3:1.8:1.5"},
	} {
		in := plan.Input{Source: tape(), Recipe: recipe.Default(), Output: "/out/wedding.mkv", Network: network, Noise: c.noise}
		in.Recipe.Upscale.Strength = c.asked
		p, err := plan.Make(in)
		if err != nil {
			t.Fatal(err)
		}
		if p.Network.Strength != c.strength || p.Decode.Companion != c.companion {
			t.Errorf("noise %g, asked for %d %%: %d %%, companion %s; want %d %%, %s", c.noise, c.asked, p.Network.Strength, p.Decode.Companion, c.strength, c.companion)
		}
		own := *network
		own.Meta = map[string]string{"companion": "8:2:12:10", "least": "0.9"}
		in.Network = &own
		if p, err := plan.Make(in); err != nil || c.noise == 0.01 && p.Network.Strength != 90 {
			t.Errorf("a network that asks for 90 %% at the least got %d %%, %v", p.Network.Strength, err)
		}
		if said := strings.Contains(strings.Join(p.Notes, "\n"), "little noise"); said != (c.strength < c.asked || c.companion != "8:2:12:10") {
			t.Errorf("noise %g: said so: %v", c.noise, said)
		}
	}
}
