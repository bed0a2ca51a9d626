package plan_test

import (
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

func TestSoundCodecs(t *testing.T) {
	for _, c := range []struct {
		name, container, encoder string
		codec                    recipe.Choice
		channels, kbits          int
		want                     string
		bitrate, rate            int // what comes out
		warns                    string
	}{
		{"chosen for Matroska", "mkv", "x265", recipe.CodecAuto, 2, 0, "aac", 192, 44100, ""},
		{"mono", "mkv", "x265", recipe.CodecAuto, 1, 0, "aac", 96, 44100, ""},
		{"six channels", "mkv", "x265", recipe.CodecAuto, 6, 0, "aac", 576, 44100, ""},
		{"unknown channels", "mkv", "x265", recipe.CodecAuto, 0, 64, "aac", 64, 44100, ""},
		{"lossless picture", "mkv", "ffv1", recipe.CodecAuto, 2, 0, "flac", 0, 44100, ""},
		{"for editing", "mov", "prores", recipe.CodecAuto, 2, 0, "pcm_s24le", 0, 44100, ""},
		{"ProRes in Matroska", "mkv", "prores", recipe.CodecAuto, 2, 0, "aac", 192, 44100, ""},
		{"Opus", "mkv", "x265", recipe.CodecOpus, 2, 640, "libopus", 512, 48000, ""},
		{"Opus in MP4", "mp4", "x265", recipe.CodecOpus, 1, 96, "libopus", 64, 48000, ""},
		{"Opus in MOV", "mov", "x265", recipe.CodecOpus, 2, 0, "aac", 192, 44100, "can't hold opus sound: aac is used"},
		{"FLAC in MP4", "mp4", "x265", recipe.CodecFLAC, 2, 0, "aac", 192, 44100, "can't hold flac sound"},
		{"PCM in MP4", "mp4", "x265", recipe.CodecPCM, 2, 0, "aac", 192, 44100, "can't hold pcm sound"},
		{"PCM", "mkv", "x265", recipe.CodecPCM, 2, 320, "pcm_s24le", 0, 44100, ""},
		{"AC-3", "mp4", "x264", recipe.CodecAC3, 6, 640, "ac3", 640, 48000, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tape()
			s.Audio[0].Channels, s.Audio[0].Rate = c.channels, 44100
			p := mustMake(t, plan.Input{Source: s, Output: "/out/x." + c.container, Recipe: asked(func(r *recipe.Recipe) {
				r.Output.Container, r.Output.Encoder, r.Sound.Codec, r.Sound.Bitrate = recipe.Choice(c.container), c.encoder, c.codec, c.kbits
			})})
			a := p.Encode.Audio[0]
			if a.Codec != c.want || a.Bitrate != c.bitrate || a.Rate != c.rate || a.Copy || a.Channels != c.channels {
				t.Errorf("%+v", a)
			}
			if got := strings.Join(p.Warnings, "\n"); !strings.Contains(got, c.warns) || (c.warns == "") != (got == "") {
				t.Errorf("warnings %q", got)
			}
		})
	}
}

// Sound that is to be left alone is copied where that keeps it in step with the picture.
func TestSoundLeftAlone(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*plan.Input)
		copied bool
	}{
		{"plain", func(*plan.Input) {}, true},
		{"late", func(in *plan.Input) { in.Source.Audio[0].Start = 0.5 }, true},
		{"both late", func(in *plan.Input) { in.Source.Audio[0].Start, in.Source.Video.Start = 1.5, 1.25 }, true},
		{"early", func(in *plan.Input) { in.Source.Video.Start = 0.5 }, false},
		{"part", func(in *plan.Input) { in.Start = 2 }, false},
		{"beginning", func(in *plan.Input) { in.Length = 2 }, false},
		{"codec asked for", func(in *plan.Input) { in.Recipe.Sound.Codec = recipe.CodecFLAC }, false},
		{"kind the container can't hold", func(in *plan.Input) { in.Recipe.Output.Container = recipe.ContainerMP4 }, false},
		{"kind that is not known", func(in *plan.Input) { in.Source.Audio[0].Codec = "cook" }, false},
		{"treated", func(in *plan.Input) { in.Recipe.Sound.Mode = recipe.SoundLight }, false},
	} {
		in := plan.Input{Source: tape(), Recipe: asked(func(r *recipe.Recipe) { r.Sound.Mode = recipe.SoundOff }), Output: "/out/x.mkv",
			Sound: []plan.Treatment{{Filters: []ffmpeg.Filter{ffmpeg.F("volume", "volume", 2)}, Rate: 44100, Steps: []plan.SoundStep{{Name: "gain", Why: "it is low"}}}}}
		c.change(&in)
		a := mustMake(t, in).Encode.Audio[0]
		if a.Copy != c.copied || c.copied != (len(a.Filters) == 0) {
			t.Errorf("%s: %+v", c.name, a)
		}
		if !a.Copy && a.Rate != 44100 {
			t.Errorf("%s: %d Hz", c.name, a.Rate)
		}
	}
}

func TestSubtitlesAndOthers(t *testing.T) {
	s := tape()
	s.Subtitles = []source.Subtitle{{Index: 2, Codec: "subrip", Text: true, Language: "eng"}, {Index: 3, Codec: "dvd_subtitle"}, {Index: 4, Codec: "mov_text", Text: true}, {Index: 5, Codec: "eia_608", Text: true}}
	s.Other = []string{"data stream 6 (timecode)"}
	s.Audio = append(s.Audio, source.Audio{Index: 7, Codec: "mp2", Rate: 22050, Channels: 1, Default: true, Title: "Second"})
	for container, want := range map[string]struct {
		codecs string
		warned []string
	}{
		"mkv": {"2 copy, 3 copy, 4 srt", []string{"eia_608", "timecode"}},
		"mp4": {"2 mov_text, 4 mov_text, 5 mov_text", []string{"dvd_subtitle", "timecode"}},
	} {
		p := mustMake(t, plan.Input{Source: s, Output: "/out/x", Recipe: asked(func(r *recipe.Recipe) { r.Output.Container = recipe.Choice(container) })})
		var got []string
		for _, sub := range p.Encode.Subtitles {
			got = append(got, string('0'+rune(sub.Stream))+" "+sub.Codec)
		}
		if strings.Join(got, ", ") != want.codecs {
			t.Errorf("%s: %v", container, got)
		}
		if len(p.Warnings) != len(want.warned) {
			t.Errorf("%s: warnings %q", container, p.Warnings)
		}
		for _, w := range want.warned {
			if !strings.Contains(strings.Join(p.Warnings, "\n"), w) {
				t.Errorf("%s: nothing is said of %s: %q", container, w, p.Warnings)
			}
		}
		if len(p.Encode.Audio) != 2 || len(p.Sound) != 2 || p.Encode.Audio[1].Stream != 7 || p.Encode.Audio[1].Rate != 48000 || !p.Encode.Audio[1].Default || p.Encode.Audio[1].Title != "Second" {
			t.Errorf("%s: %+v", container, p.Encode.Audio)
		}
	}
}
