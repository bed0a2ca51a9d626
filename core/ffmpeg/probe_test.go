package ffmpeg

import (
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
)

func recorded(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func installed(t *testing.T) *Tools {
	t.Helper()
	tools, err := Find(t.Context(), "")
	var missing *MissingError
	if errors.As(err, &missing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tools
}

// clip makes a short picture file by ffmpeg's own command line.
func clip(t *testing.T, tools *Tools, path string, args ...string) {
	t.Helper()
	all := append([]string{"-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=128x96:r=25", "-t", "0.4"}, args...)
	if out, err := exec.CommandContext(t.Context(), tools.FFmpeg, append(all, "file:"+path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestParseProbeReadsRecordedAnswers(t *testing.T) {
	ntsc := Ratio{30000, 1001}
	for name, want := range map[string]ProbeStream{
		"archive": {Codec: "ffv1", Width: 720, Height: 480, PixFmt: "yuv422p10le", Bits: 10, SAR: Ratio{8, 9}, FieldOrder: "progressive", BaseRate: ntsc, MeanRate: ntsc,
			Matrix: "smpte170m", Primaries: "smpte170m", Transfer: "smpte170m", Range: "tv", TimeBase: Ratio{1, 1000}, Duration: 1.001},
		"rotated": {Codec: "h264", Width: 720, Height: 480, PixFmt: "yuv420p", Bits: 8, SAR: Ratio{1, 1}, FieldOrder: "progressive", BaseRate: ntsc, MeanRate: ntsc,
			Rotation: 270, TimeBase: Ratio{1, 30000}, Duration: 1.001, Frames: 30, Default: true},
		"dv": {Codec: "dvvideo", Width: 720, Height: 576, PixFmt: "yuv420p", SAR: Ratio{16, 15}, BaseRate: Ratio{25, 1}, MeanRate: Ratio{25, 1},
			TimeBase: Ratio{1, 25}, Duration: 1, Frames: 25},
		"broadcast": {Codec: "mpeg2video", Width: 720, Height: 576, PixFmt: "yuv420p", SAR: Ratio{64, 45}, FieldOrder: "tt", BaseRate: Ratio{25, 1}, MeanRate: Ratio{25, 1},
			Range: "tv", TimeBase: Ratio{1, 90000}, Duration: 1, Start: 1.44},
		"webcam": {Codec: "mjpeg", Width: 640, Height: 480, PixFmt: "yuvj422p", Bits: 8, SAR: Ratio{1, 1}, BaseRate: Ratio{30, 1}, MeanRate: Ratio{30, 1},
			Matrix: "bt470bg", Range: "pc", TimeBase: Ratio{1, 30}, Duration: 1, Frames: 30},
		"v210": {Codec: "v210", Width: 720, Height: 480, PixFmt: "yuv422p10le", Bits: 10, SAR: Ratio{1, 1}, BaseRate: ntsc, MeanRate: ntsc,
			FieldOrder: "progressive", TimeBase: Ratio{1, 30000}, Duration: 1.001, Frames: 30, Default: true},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ParseProbe(recorded(t, "probe-"+name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var got ProbeStream
			for _, s := range p.Streams {
				if s.Kind == "video" {
					got = s
				}
			}
			want.Kind, want.HasStart = "video", true
			got.Tags = nil
			want.Index = got.Index
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestParseProbeReadsTheRest(t *testing.T) {
	p, err := ParseProbe(recorded(t, "probe-archive.json"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Format != "matroska,webm" || math.Abs(p.Duration-1.001) > 1e-9 || p.Tags["title"] != "Summer" || len(p.Streams) != 3 {
		t.Errorf("format %q, duration %v, tags %v, %d streams", p.Format, p.Duration, p.Tags, len(p.Streams))
	}
	if want := []ProbeChapter{{0, 0.4, "One"}}; !reflect.DeepEqual(p.Chapters, want) {
		t.Errorf("chapters %v, want %v", p.Chapters, want)
	}
	if a := p.Streams[1]; a.Kind != "audio" || a.Codec != "pcm_s16le" || a.SampleRate != 48000 || a.Channels != 1 || a.Tags["language"] != "eng" {
		t.Errorf("sound %+v", a)
	}
	// 1/90000 s ticks give the start of the broadcast's sound to the sample, the printed decimal does not.
	if p, err = ParseProbe(recorded(t, "probe-broadcast.json")); err != nil {
		t.Fatal(err)
	}
	if got, want := p.Streams[1].Start, 128698./90000; got != want {
		t.Errorf("sound starts at %v, want %v", got, want)
	}
}

func TestParseProbeRefusesWhatIsNoAnswer(t *testing.T) {
	for _, bad := range []string{"", "{", "[]", `{"streams":3}`, "ffprobe: not found"} {
		if p, err := ParseProbe([]byte(bad)); err == nil {
			t.Errorf("%q gave %+v", bad, p)
		}
	}
}

func TestParseFlagsOfSoftTelecine(t *testing.T) {
	flags := ParseFlags(recorded(t, "frames-film-soft.txt"))
	repeats := 0
	for _, f := range flags {
		repeats += f.Repeat
		if f.Interlaced || !f.Timed {
			t.Errorf("%+v", f)
		}
	}
	if len(flags) != 24 || repeats != 12 {
		t.Errorf("%d frames, %d repeats", len(flags), repeats)
	}
}

func TestAnyNameIsAFile(t *testing.T) {
	tools := installed(t)
	dir := t.TempDir()
	names := []string{"-i.mkv", "it's.mkv", "100%03d.mkv", "naïve 映像 🎞.mkv", "concat:a|b.mkv", "http:x.mkv", "a;b&c$(d).mkv", "[x],y=z.mkv", "-"}
	if runtime.GOOS == "windows" {
		names = []string{"-i.mkv", "it's.mkv", "100%03d.mkv", "naïve 映像 🎞.mkv", "a;b&c$(d).mkv", "[x],y=z.mkv"}
	} else {
		names = append(names, "two\nlines.mkv", `quo"te\.mkv`, "file:x.mkv")
	}
	plain := filepath.Join(dir, "plain")
	clip(t, tools, plain, "-c:v", "mpeg4", "-f", "matroska")
	data, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // so that the name is all there is of the path
	for _, name := range names {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := tools.Probe(t.Context(), name)
		if err != nil || len(p.Streams) != 1 || p.Streams[0].Width != 128 {
			t.Errorf("%q: %+v, %v", name, p, err)
		}
	}
}

func TestNothingReachesOtherFiles(t *testing.T) {
	tools := installed(t)
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.mkv")
	clip(t, tools, secret, "-c:v", "mpeg4")
	clip(t, tools, filepath.Join(dir, "img%03d.png"), "-f", "image2")
	for name, content := range map[string]string{
		"list.txt":    "ffconcat version 1.0\nfile secret.mkv\n",
		"list.mkv":    "ffconcat version 1.0\nfile 'secret.mkv'\n",
		"tv.m3u8":     "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nsecret.mkv\n#EXT-X-ENDLIST\n",
		"tv.avi":      "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://" + secret + "\n#EXT-X-ENDLIST\n",
		"a.sdp":       "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
		"img%03d.png": "", // not written: the pattern's pictures lie there
		"a.mpd":       `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation><BaseURL>secret.mkv</BaseURL></Representation></AdaptationSet></Period></MPD>`,
	} {
		path := filepath.Join(dir, name)
		if content != "" {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if p, err := tools.Probe(t.Context(), path); err == nil {
			t.Errorf("%s was opened: %+v", name, p)
		}
	}
}

func FuzzParseProbe(f *testing.F) {
	for _, name := range []string{"archive", "rotated", "dv", "broadcast", "webcam", "sound"} {
		f.Add(recorded(f, "probe-"+name+".json"))
	}
	f.Add([]byte(`{"streams":[{"index":-4,"width":"1e9","sample_aspect_ratio":"-1:0","start_time":"nan","side_data_list":[{"rotation":1e30}],"tags":{"DURATION":"::","rotate":"x"}}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := ParseProbe(in)
		if err != nil {
			return
		}
		for _, s := range p.Streams {
			if s.Width < 0 || s.Height < 0 || s.Duration < 0 || s.Frames < 0 || math.IsNaN(s.Start) || s.SAR.Den < 0 || s.Rotation%90 != 0 || s.Rotation < 0 || s.Rotation > 270 {
				t.Errorf("%+v", s)
			}
		}
	})
}

func FuzzParseFlags(f *testing.F) {
	f.Add(recorded(f, "frames-film-soft.txt"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, fr := range ParseFlags(in) {
			if fr.Repeat < 0 || math.IsNaN(fr.Time) {
				t.Errorf("%+v", fr)
			}
		}
	})
}
