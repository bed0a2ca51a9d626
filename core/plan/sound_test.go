package plan_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		name      string
		container recipe.Choice
		layout    recipe.Choice
		codec     recipe.Choice
		channels  int
		one       bool // both sides are the same
		want      ffmpeg.Layout
		out       int
		bitrate   int
		warns     string
	}{
		{"nothing said", "mkv", "", recipe.CodecAuto, 2, true, ffmpeg.AsFound, 2, 192, ""},
		{"as found", "mkv", recipe.LayoutFound, recipe.CodecAuto, 6, false, ffmpeg.AsFound, 6, 576, ""},
		{"mono", "mkv", recipe.LayoutMono, recipe.CodecAuto, 2, false, ffmpeg.Mono, 1, 96, ""},
		{"mono already", "mkv", recipe.LayoutMono, recipe.CodecAuto, 1, false, ffmpeg.AsFound, 1, 96, ""},
		{"different sides", "mkv", recipe.LayoutAuto, recipe.CodecAuto, 2, false, ffmpeg.AsFound, 2, 192, ""},
		{"same sides", "mkv", recipe.LayoutAuto, recipe.CodecAuto, 2, true, ffmpeg.Mono, 1, 96, ""},
		{"mono on both sides", "mkv", recipe.LayoutStereo, recipe.CodecAuto, 1, false, ffmpeg.Stereo, 2, 192, ""},
		{"down-mix", "mp4", recipe.LayoutStereo, recipe.CodecEAC3, 6, false, ffmpeg.Stereo, 2, 192, ""},
		{"spread", "mov", recipe.Layout51, recipe.CodecEAC3, 2, false, ffmpeg.Surround51, 6, 576, ""},
		{"spread wide", "mkv", recipe.Layout71, recipe.CodecAAC, 1, false, ffmpeg.Surround71, 8, 768, ""},
		{"wider than AC-3", "mkv", recipe.Layout71, recipe.CodecAC3, 2, false, ffmpeg.Surround51, 6, 576, "AC-3 holds 5.1 channels at most: sound track 1 becomes 5.1."},
		{"a wide track in E-AC-3", "mkv", recipe.LayoutFound, recipe.CodecEAC3, 8, false, ffmpeg.Surround51, 6, 576, "E-AC-3 holds 5.1"},
		{"wide already", "mkv", recipe.Layout71, recipe.CodecAuto, 6, false, ffmpeg.AsFound, 6, 576, "has 6 channels already"},
		{"less wide", "mkv", recipe.Layout51, recipe.CodecFLAC, 8, false, ffmpeg.Surround51, 6, 0, ""},
		{"unknown channels", "mkv", recipe.Layout51, recipe.CodecAuto, 0, false, ffmpeg.AsFound, 0, 96, ""},
		{"very many", "mkv", recipe.LayoutFound, recipe.CodecAuto, 16, false, ffmpeg.AsFound, 16, 0, ""},
		{"very many in AC-3", "mkv", recipe.LayoutStereo, recipe.CodecAC3, 16, false, ffmpeg.AsFound, 16, 0, "so many can't be mixed"},
		{"very many in AAC", "mov", recipe.LayoutFound, recipe.CodecAAC, 16, false, ffmpeg.AsFound, 16, 0, "can't hold aac sound of 16 channels: pcm is used"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tape()
			s.Audio[0].Channels = c.channels
			in := plan.Input{Source: s, Output: "/out/x." + string(c.container), Recipe: asked(func(r *recipe.Recipe) {
				r.Output.Container, r.Sound.Codec, r.Sound.Layout = c.container, c.codec, c.layout
			})}
			in.Sound = []plan.Treatment{{Layout: plan.SoundLayout(in.Recipe, s.Audio[0], c.one)}}
			p := mustMake(t, in)
			a := p.Encode.Audio[0]
			if a.Layout != c.want || a.Channels != c.out || a.Bitrate != c.bitrate || (a.From != 0) != (c.want != ffmpeg.AsFound) {
				t.Errorf("%+v", a)
			}
			if got := strings.Join(p.Warnings, "\n"); !strings.Contains(got, c.warns) || (c.warns == "") != (got == "") {
				t.Errorf("warnings %q", got)
			}
		})
	}
}

func TestTooManyChannelsAreRefused(t *testing.T) {
	s := tape()
	s.Audio[0].Channels = 16
	_, err := plan.Make(plan.Input{Source: s, Output: "/out/x.mp4", Recipe: asked(func(r *recipe.Recipe) { r.Output.Container, r.Output.Encoder = "mp4", "x264" })})
	if err == nil || !strings.Contains(err.Error(), "has 16 channels, and a .mp4 file holds 8 of aac at most") {
		t.Error(err)
	}
}

// Tracks that are to be kept are copied where that is possible; where it is not, the plan says why, and they are not treated.
func TestTracksThatAreKept(t *testing.T) {
	treated := func() plan.Treatment {
		return plan.Treatment{Filters: []ffmpeg.Filter{ffmpeg.Gain(3)}, Rate: 48000, Layout: ffmpeg.Mono, Program: &audio.Program{}, Level: &audio.Settings{}, Steps: []plan.SoundStep{{Name: "gain"}}}
	}
	for _, c := range []struct {
		name   string
		tracks recipe.Choice
		change func(*plan.Input)
		want   string // for each track
		warns  string
	}{
		{"all", recipe.TracksAll, func(*plan.Input) {}, "treated treated", ""},
		{"the first", recipe.TracksFirst, func(*plan.Input) {}, "treated copied", ""},
		{"none", recipe.TracksCopy, func(*plan.Input) {}, "copied copied", ""},
		{"none, whatever the codec", recipe.TracksCopy, func(in *plan.Input) { in.Recipe.Sound.Codec = recipe.CodecOpus }, "copied copied", ""},
		{"MP4", recipe.TracksFirst, func(in *plan.Input) { in.Recipe.Output.Container = "mp4" }, "treated plain", "Sound track 2 can't be copied: a .mp4 file can't hold its kind of sound (pcm_s16le) as it is."},
		{"a part", recipe.TracksFirst, func(in *plan.Input) { in.Start = 2 }, "treated plain", "only a part"},
		{"early", recipe.TracksFirst, func(in *plan.Input) { in.Source.Audio[1].Start = -0.5 }, "treated plain", "it begins before the picture"},
	} {
		s := tape()
		second := s.Audio[0]
		second.Index, second.Codec = 2, "pcm_s16le"
		s.Audio = append(s.Audio, second)
		in := plan.Input{Source: s, Output: "/out/x.mkv", Recipe: asked(func(r *recipe.Recipe) {
			r.Output.Encoder, r.Sound.Tracks, r.Sound.Layout = "x264", c.tracks, recipe.LayoutMono
		}), Sound: []plan.Treatment{treated(), treated()}}
		c.change(&in)
		p := mustMake(t, in)
		var got []string
		for i, a := range p.Encode.Audio {
			switch {
			case a.Copy && a.Filters == nil && a.Layout == "" && p.Sound[i].Program == nil && p.Sound[i].Level == nil && p.Sound[i].Steps == nil:
				got = append(got, "copied")
			case !a.Copy && a.Filters == nil && a.Layout == "" && p.Sound[i].Program == nil:
				got = append(got, "plain")
			case !a.Copy && a.Layout == ffmpeg.Mono && p.Sound[i].Program != nil:
				got = append(got, "treated")
			default:
				t.Errorf("%s: %+v, %+v", c.name, a, p.Sound[i])
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if w := strings.Join(p.Warnings, "\n"); !strings.Contains(w, c.warns) || (c.warns == "") != (w == "") {
			t.Errorf("%s: warnings %q", c.name, w)
		}
	}
}

// Whatever is asked for, a track that comes out has a layout that its codec and container hold, or the plan says in a sentence why there is none.
func TestAnySoundCanBeEncoded(t *testing.T) {
	most := map[string]int{"aac": 8, "libopus": 8, "flac": 8, "ac3": 6, "eac3": 6, "pcm_s24le": 64}
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(name string, c ...recipe.Choice) recipe.Choice { return rapid.SampledFrom(c).Draw(rt, name) }
		s := tape()
		s.Audio[0] = source.Audio{Index: 1, Codec: "mp2", Rate: rapid.IntRange(4000, 192000).Draw(rt, "rate"), Channels: rapid.IntRange(1, 24).Draw(rt, "channels")}
		r := asked(func(r *recipe.Recipe) {
			r.Output.Encoder, r.Output.Container = "x264", pick("container", "mkv", "mp4", "mov")
			r.Sound = recipe.Sound{Mode: pick("mode", recipe.SoundOff, recipe.SoundAuto), Codec: pick("codec", "auto", "aac", "opus", "flac", "pcm", "ac3", "eac3"),
				Layout: pick("layout", "", "found", "auto", "mono", "stereo", "5.1", "7.1"), Tracks: pick("tracks", "", "all", "first", "copy")}
		})
		p, err := plan.Make(plan.Input{Source: s, Recipe: r, Output: "/out/x." + string(r.Output.Container)})
		if err != nil {
			if s.Audio[0].Channels <= 8 {
				rt.Fatal(err)
			}
			return
		}
		a := p.Encode.Audio[0]
		if a.Copy {
			return
		}
		if a.Channels < 1 || a.Channels > most[a.Codec] || (a.Layout != "") != (a.Channels != s.Audio[0].Channels) || a.Layout != "" && (a.From != s.Audio[0].Channels || a.Channels != a.Layout.Channels()) {
			rt.Fatalf("%+v", a)
		}
		if slices.Contains([]string{"ac3", "eac3", "libopus"}, a.Codec) && a.Rate != 48000 {
			rt.Fatalf("%d Hz", a.Rate)
		}
	})
}
