package ffmpeg

import (
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/frame"
)

type outputFacts struct {
	Streams []struct {
		Type      string            `json:"codec_type"`
		Codec     string            `json:"codec_name"`
		Width     int               `json:"width"`
		Height    int               `json:"height"`
		SAR       string            `json:"sample_aspect_ratio"`
		Rate      string            `json:"r_frame_rate"`
		Frames    string            `json:"nb_read_frames"`
		Space     string            `json:"color_space"`
		Primaries string            `json:"color_primaries"`
		Transfer  string            `json:"color_transfer"`
		Range     string            `json:"color_range"`
		Channels  int               `json:"channels"`
		Tags      map[string]string `json:"tags"`
	} `json:"streams"`
	Format struct {
		Tags map[string]string `json:"tags"`
	} `json:"format"`
}

func look(t *testing.T, tools *Tools, path string) (f outputFacts) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), tools.FFprobe, "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path).Output()
	if err == nil {
		err = json.Unmarshal(out, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// ntscFields tells 60000/1001, also in the rounding that Matroska's nanoseconds make of it.
func ntscFields(rate string) bool {
	var num, den float64
	_, err := fmt.Sscanf(rate, "%f/%f", &num, &den)
	return err == nil && math.Abs(num/den-60000./1001) < 1e-4
}

// flatFrame is a picture of one 10-bit luma code without colour.
func flatFrame(f frame.Format, luma int) *frame.Frame {
	pic := frame.New(f)
	for p := range f.Chroma.Planes() {
		v := luma
		if p > 0 {
			v = 512
		}
		for b := pic.Plane(p); len(b) > 0; b = b[2:] {
			b[0], b[1] = byte(v), byte(v>>8)
		}
	}
	return pic
}

func encodeReal(t *testing.T, tools *Tools, s EncodeSpec, luma int) {
	t.Helper()
	e, err := tools.Encode(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	pic := flatFrame(s.In, luma)
	for range s.Frames {
		if err := e.Write(pic); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Finish(); err != nil {
		t.Fatal(err)
	}
	if p := e.Progress(); p.Frame != s.Frames || !p.Done {
		t.Errorf("the last report is %+v", p)
	}
}

// withSound is a capture whose two tracks (the second in six channels of the kind AC-3 has) and tags an output takes over.
func withSound(t *testing.T, tools *Tools) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sound.mkv")
	out, err := exec.CommandContext(t.Context(), tools.FFmpeg, "-v", "error", "-f", "lavfi", "-i", "sine=r=48000:d=0.4", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=5.1(side)",
		"-t", "0.4", "-map", "0", "-map", "1", "-c:a", "pcm_s16le", "-metadata", "title=Holiday", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// Every software encoder makes, in each container it is offered for, a file that decodes to the pictures that went in, tagged as what it is.
func TestEncodersInContainers(t *testing.T) {
	tools := installed(t)
	source := withSound(t, tools)
	const frames, luma = 10, 500
	codecs := map[string]string{"x265": "hevc", "x264": "h264", "svtav1": "av1", "ffv1": "ffv1", "prores": "prores"}
	sounds := map[string][]string{"mkv": {"aac", "libopus", "flac", "pcm_s24le", "ac3"}, "mp4": {"aac", "libopus", "ac3"}, "mov": {"aac", "pcm_s24le", "ac3"}}
	for i, enc := range slices.DeleteFunc(VideoEncoders(), func(e VideoEncoder) bool { return e.Hardware }) {
		for _, container := range enc.Containers {
			t.Run(enc.Name+" in "+container, func(t *testing.T) {
				if err := tools.Usable(t.Context(), enc); err != nil {
					t.Skip(err)
				}
				in := frame.Format{Width: 64, Height: 48, Chroma: frame.YUV420, Depth: 10}
				sound := sounds[container][i%len(sounds[container])]
				s := EncodeSpec{In: in, RateNum: 60000, RateDen: 1001, Frames: frames, From: ColorSpace{"smpte170m", "smpte170m", "smpte170m"}, To: HD, Width: 128, Height: 96,
					Sharpen: 40, Encoder: enc.Name, Quality: 60, Speed: Fast, Container: container, Source: source, Comment: "made: so", Path: filepath.Join(t.TempDir(), "o."+container),
					Audio: []AudioTrack{{Stream: 0, Codec: sound, Bitrate: 96, Rate: 48000, Channels: 1, Language: "eng", Title: "Both; [ends]", Default: true}, {Stream: 1, Codec: sound, Bitrate: 320, Rate: 48000, Channels: 6}}}
				encodeReal(t, tools, s, luma)
				f := look(t, tools, s.Path)
				if len(f.Streams) != 3 {
					t.Fatalf("%d streams", len(f.Streams))
				}
				v := f.Streams[0]
				if v.Codec != codecs[enc.Name] || v.Width != 128 || v.Height != 96 || v.SAR != "1:1" || !ntscFields(v.Rate) || v.Frames != fmt.Sprint(frames) {
					t.Errorf("the picture: %+v", v)
				}
				if v.Space != "bt709" || v.Primaries != "bt709" || v.Transfer != "bt709" || v.Range != "tv" && v.Range != "" {
					t.Errorf("colours: %+v", v)
				}
				if v.Range == "" && enc.Name != "prores" { // ProRes is limited by definition
					t.Error("the range is not told")
				}
				if f.Streams[1].Channels != 1 || f.Streams[2].Channels != 6 || f.Streams[1].Tags["language"] != "eng" {
					t.Errorf("sound: %+v", f.Streams[1:])
				}
				if container == "mkv" && f.Streams[1].Tags["title"] != "Both; [ends]" {
					t.Errorf("sound's title: %+v", f.Streams[1].Tags)
				}
				lower := map[string]string{}
				for k, v := range f.Format.Tags {
					lower[strings.ToLower(k)] = v
				}
				if lower["title"] != "Holiday" || lower["comment"] != "made: so" {
					t.Errorf("tags %v", lower)
				}
				d := specFor(s.Path, enc.PixFmt, 128, 96)
				all := decodeReal(t, tools, d)
				if len(all) != frames {
					t.Fatalf("%d pictures come back", len(all))
				}
				if got := at(all[frames-1], 0, 64, 48); !near(got, luma, 12) {
					t.Errorf("luma %d comes back as %d", luma, got)
				}
			})
		}
	}
}

// The sound is as long as the picture whether the capture's is shorter, begins late or begins early.
func TestSoundIsHeldToThePicture(t *testing.T) {
	tools := installed(t)
	source := withSound(t, tools)
	for _, shift := range []float64{0, 0.1, -0.15} {
		s := encodeSpec()
		s.In = frame.Format{Width: 64, Height: 48, Chroma: frame.YUV420, Depth: 10}
		s.RateNum, s.RateDen, s.Frames, s.Width, s.Height, s.Encoder, s.Source, s.Shift = 25, 1, 12, 64, 48, "ffv1", source, shift
		s.Path = filepath.Join(t.TempDir(), "o.mkv")
		s.Audio = []AudioTrack{{Stream: 0, Codec: "pcm_s16le", Rate: 48000, Channels: 1}}
		encodeReal(t, tools, s, 300)
		out, err := exec.CommandContext(t.Context(), tools.FFmpeg, "-v", "error", "-i", s.Path, "-map", "0:a", "-f", "s16le", "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		if want := 48000 * 12 / 25; len(out)/2 != want {
			t.Errorf("shifted by %v s: %d samples, want %d", shift, len(out)/2, want)
		}
		first := slices.IndexFunc(out, func(b byte) bool { return b != 0 }) / 2
		if want := max(0, int(48000*shift)); !near(first, want, 3) {
			t.Errorf("shifted by %v s: it begins at sample %d, want %d", shift, first, want)
		}
	}
}
