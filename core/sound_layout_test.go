package core_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// Whatever the channels become, and in whatever codec, sound stays in time to the millisecond, as loud as asked for, and its peaks under the limit.
func TestLayouts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	s := newService(t)
	tools, err := ffmpeg.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	stereo := tapeSound{rate: 48000, channels: 2, seconds: soundSeconds}
	with := func(in tapeSound, change func(*tapeSound)) tapeSound { change(&in); return in }
	for _, c := range []struct {
		in        tapeSound
		mode      recipe.Choice
		layout    recipe.Choice
		codec     recipe.Choice
		container recipe.Choice
		loudness  float64
		want      string // codec and channels
		warns     string
	}{
		{stereo, recipe.SoundAuto, recipe.LayoutFound, recipe.CodecEAC3, recipe.ContainerMP4, -16, "eac3 2", ""},
		{stereo, recipe.SoundAuto, recipe.LayoutMono, recipe.CodecAAC, recipe.ContainerMP4, -16, "aac 1", ""},
		{stereo, recipe.SoundAuto, recipe.Layout51, recipe.CodecEAC3, recipe.ContainerMOV, -20, "eac3 6", ""},
		{with(stereo, func(s *tapeSound) { s.rate, s.channels = 8000, 1 }), recipe.SoundAuto, recipe.Layout71, recipe.CodecFLAC, recipe.ContainerMKV, -20, "flac 8", ""},
		{with(stereo, func(s *tapeSound) { s.rate, s.offset = 96000, 0.24 }), recipe.SoundOff, recipe.Layout71, recipe.CodecAC3, recipe.ContainerMKV, 0, "ac3 6", "AC-3 holds 5.1"},
		{with(stereo, func(s *tapeSound) { s.channels = 6 }), recipe.SoundAuto, recipe.LayoutStereo, recipe.CodecOpus, recipe.ContainerMKV, -16, "opus 2", ""},
		{with(stereo, func(s *tapeSound) { s.channels, s.equal = 6, true }), recipe.SoundOff, recipe.LayoutMono, recipe.CodecPCM, recipe.ContainerMOV, 0, "pcm_s24le 1", ""},
		{with(stereo, func(s *tapeSound) { s.channels = 6 }), recipe.SoundAuto, recipe.Layout71, recipe.CodecAC3, recipe.ContainerMP4, -20, "ac3 6", "has 6 channels already"},
		{with(stereo, func(s *tapeSound) { s.equal = true }), recipe.SoundAuto, recipe.LayoutAuto, recipe.CodecAuto, recipe.ContainerMKV, 0, "aac 1", ""},
		{with(stereo, func(s *tapeSound) { s.dead = true }), recipe.SoundOff, recipe.LayoutAuto, recipe.CodecAuto, recipe.ContainerMKV, 0, "aac 1", ""},
		{stereo, recipe.SoundAuto, recipe.LayoutAuto, recipe.CodecAuto, recipe.ContainerMKV, -16, "aac 2", ""},
		{with(stereo, func(s *tapeSound) { s.silent = true }), recipe.SoundAuto, recipe.Layout51, recipe.CodecAuto, recipe.ContainerMKV, -16, "aac 6", ""},
		{with(stereo, func(s *tapeSound) { s.seconds, s.tracks = soundSeconds-0.7, 2 }), recipe.SoundStrong, recipe.Layout51, recipe.CodecAAC, recipe.ContainerMKV, -20, "aac 6", ""},
	} {
		t.Run(fmt.Sprintf("%d Hz, %d to %s in %s", c.in.rate, c.in.channels, c.layout, c.want), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "tape.mkv")
			c.in.capture(t, path)
			r := quick("none")
			r.Output.Encoder, r.Output.Speed, r.Output.Container = "x264", recipe.SpeedFast, c.container
			r.Sound = recipe.Sound{Mode: c.mode, Loudness: c.loudness, Codec: c.codec, Layout: c.layout}
			req := core.Request{Path: path, Recipe: r, Output: filepath.Join(dir, "out."+string(c.container))}
			p, err := s.Plan(t.Context(), req, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.Warnings, "\n"); !strings.Contains(got, c.warns) || (c.warns == "") != (got == "") {
				t.Errorf("warnings are %q", got)
			}
			if _, err := s.Restore(t.Context(), req, nil); err != nil {
				t.Fatal(err)
			}
			onlyFiles(t, dir, "tape.mkv", filepath.Base(req.Output))
			for track := range max(1, c.in.tracks) {
				checkLayout(t, tools, req.Output, track, c.want, c.loudness, c.in.silent)
			}
		})
	}
}

func checkLayout(t *testing.T, tools *ffmpeg.Tools, path string, track int, want string, loudness float64, silent bool) {
	t.Helper()
	what := strings.Fields(string(output(t, "ffprobe", "-v", "error", "-select_streams", fmt.Sprintf("a:%d", track), "-show_entries", "stream=codec_name,channels", "-of", "csv=p=0:s=\\ ", path)))
	if got := strings.Join(what, " "); got != want {
		t.Errorf("track %d is %q", track, got)
	}
	heard := sound(t, path, track)
	if d := float64(len(heard))/tape.SampleRate - soundSeconds; math.Abs(d) > 0.04 {
		t.Errorf("track %d is %.3f s longer than the picture", track, d)
	}
	if silent {
		for _, v := range heard {
			if math.Abs(float64(v)) > 1e-4 {
				t.Fatal("silence is silent no more")
			}
		}
		return
	}
	// What a codec leads in with makes Matroska's pictures begin late by as much. What counts is when the first sample is heard that a player does not leave out.
	begins := func(stream string) float64 {
		first := strings.Fields(string(output(t, "ffprobe", "-v", "error", "-select_streams", stream, "-read_intervals", "%+#8", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path)))
		if len(first) == 0 {
			t.Fatalf("nothing is in stream %s", stream)
		}
		return number(t, strings.Trim(first[0], ","))
	}
	late := begins("v:0") - begins(fmt.Sprintf("a:%d", track))
	var moments []float64
	for _, b := range beeps {
		moments = append(moments, b+late)
	}
	beepsAt(t, heard, moments)
	loud, err := tools.Loudness(context.Background(), path, 1+track, 0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("track %d: %.1f LUFS, %.1f dBTP", track, loud.Integrated, loud.TruePeak)
	if limited := loud.TruePeak > -1.6; loudness != 0 && math.Abs(loud.Integrated-loudness) > 0.5 && !limited {
		t.Errorf("track %d has %.1f LUFS, asked for were %.1f", track, loud.Integrated, loudness)
	}
	if loud.TruePeak > -0.4 { // what lossy codecs add comes on top of -1
		t.Errorf("track %d has peaks of %.1f dBTP", track, loud.TruePeak)
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// beepsAt checks that tones are heard where they belong, to the millisecond.
func beepsAt(t *testing.T, samples []float32, want []float64) {
	t.Helper()
	heard := tape.FindSync(samples)
	for _, b := range want {
		nearest := math.Inf(1)
		for _, h := range heard {
			if math.Abs(h-b) < math.Abs(nearest) {
				nearest = h - b
			}
		}
		if t.Logf("the tone at %.3f s is off by %+.3f ms", b, 1000*nearest); math.Abs(nearest) > 0.001 {
			t.Errorf("the tone at %.3f s is off by %.2f ms: %v", b, 1000*nearest, heard)
		}
	}
}

// The sound of a part begins with its first picture, treated or not, in containers without an index and in those that lead a seek astray.
func TestSoundOfAPart(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	s := newService(t)
	sample := tape.For(t, 4, "ntsc-vhs")["ntsc-vhs"]
	avi := filepath.Join(t.TempDir(), "tape.avi")
	output(t, "ffmpeg", "-v", "error", "-i", sample.Path, "-c:v", "mpeg4", "-bf", "2", "-g", "30", "-b:v", "2M", "-flags", "+ilme+ildct", "-c:a", "pcm_s16le", avi)
	for _, path := range []string{sample.Path, avi} {
		src, err := s.Probe(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		all := tape.FindSync(sound(t, path, 0))
		for _, c := range []struct {
			start float64
			mode  recipe.Choice
		}{{0.04, recipe.SoundOff}, {1.1, recipe.SoundAuto}} {
			t.Run(fmt.Sprintf("%s from %g, %s", filepath.Ext(path), c.start, c.mode), func(t *testing.T) {
				r := quick("none")
				r.Sound.Mode, r.Picture.Scan, r.Picture.FieldOrder = c.mode, recipe.ScanInterlaced, recipe.OrderTop
				out := filepath.Join(t.TempDir(), "out.mkv")
				if _, err := s.Restore(t.Context(), core.Request{Path: path, Recipe: r, Output: out, Start: c.start, Length: 2.2}, nil); err != nil {
					t.Fatal(err)
				}
				heard := sound(t, out, 0)
				first := 0
				for first < len(heard) && math.Abs(float64(heard[first])) < 1e-4 {
					first++
				}
				if first > tape.SampleRate/100 {
					t.Errorf("it is silent for %.3f s", float64(first)/tape.SampleRate)
				}
				begin := math.Round(c.start*30000/1001) * 1001 / 30000
				var want []float64
				for _, at := range all {
					if at += src.Audio[0].Start - src.Video.Start - begin; at > 0.02 && at < 2.1 {
						want = append(want, at)
					}
				}
				if len(want) == 0 {
					t.Fatal("there is no mark in it")
				}
				beepsAt(t, heard, want)
			})
		}
	}
}
