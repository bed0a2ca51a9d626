package ffmpeg

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/process"
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

// The last packet of the DVD has no time of its own, as MPEG's last pictures often don't.
func TestParsePacketsOfRecordedFiles(t *testing.T) {
	for name, want := range map[string]struct {
		frames     int64
		start, end float64
		period     float64
	}{"dvd": {30, 0.533367, 1.501, 1001. / 30000}, "dv": {25, 0, 1, 0.04}} {
		all, err := ParsePackets(strings.NewReader(string(recorded(t, "packets-"+name+".txt"))), nil)
		if err != nil {
			t.Fatal(err)
		}
		s := all[0]
		if s == nil || s.Packets != want.frames || math.Abs(s.Start-want.start) > 1e-5 || math.Abs(s.End-want.end) > 2e-5 || s.Off(want.period, 2e-5) != 0 ||
			math.Abs(s.Median()-want.period) > 2e-5 {
			t.Errorf("%s: %+v, want %+v", name, s, want)
		}
		if all[1] == nil || all[1].Packets == 0 {
			t.Errorf("%s: no sound counted", name)
		}
	}
}

func TestParsePacketsCountsOddPackets(t *testing.T) {
	const in = `stream_index=0|pts_time=0.08|dts_time=0.0|duration_time=0.04|size=9|flags=K_
stream_index=0|pts_time=N/A|dts_time=0.04|duration_time=N/A|size=9|flags=__
nonsense
stream_index=0|pts_time=0.04|dts_time=0.02|duration_time=0.04|size=9|flags=_D

stream_index=0|pts_time=0.2|dts_time=0.2|size=0|flags=__
stream_index=0|pts_time=0.16|dts_time=0.12|duration_time=0.04|size=9|flags=__
stream_index=0|size=9`
	all, err := ParsePackets(strings.NewReader(in), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := all[0]
	if s.Packets != 4 || s.Keys != 1 || s.Hidden != 1 || s.Empty != 1 || s.Timed != 2 || s.Start != 0.08 || math.Abs(s.End-0.2) > 1e-12 {
		t.Errorf("%+v", s)
	}
	if want := []Interval{{0.08, 1}}; len(s.Intervals) != 1 || math.Abs(s.Intervals[0].Seconds-want[0].Seconds) > 1e-9 {
		t.Errorf("intervals %v, want %v", s.Intervals, want)
	}
}

// Whatever order pictures are stored in, their presentation intervals come out.
func TestPacketsAreReordered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 400).Draw(t, "n")
		depth := rapid.IntRange(1, 16).Draw(t, "depth")
		c := &packetCounter{grid: 1e-5, counts: map[int64]int64{}}
		order := make([]int, 0, n)
		for from := 0; from < n; from += depth {
			part := make([]int, 0, depth)
			for i := from; i < min(from+depth, n); i++ {
				part = append(part, i)
			}
			order = append(order, rapid.Permutation(part).Draw(t, "part")...)
		}
		for _, i := range order {
			c.add(float64(i)*0.04, 0.04)
		}
		s := c.finish()
		if s.Off(0.04, 1e-4) != 0 || s.Timed != int64(n) || math.Abs(s.End-0.04*float64(n)) > 1e-6 {
			t.Fatalf("%+v", s)
		}
	})
}

func TestIntervalsStayBounded(t *testing.T) {
	c := &packetCounter{grid: 1e-5, counts: map[int64]int64{}}
	at := 0.0
	for i := range 50000 {
		at += 0.01 + float64(i%49999)*1e-5
		c.add(at, 0)
	}
	if s := c.finish(); len(s.Intervals) > 4096 || s.Timed != 50000 {
		t.Errorf("%d intervals of %d packets", len(s.Intervals), s.Timed)
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

func TestCountPacketsOfOneStream(t *testing.T) {
	tools := installed(t)
	path := filepath.Join(t.TempDir(), "b.mp4")
	clip(t, tools, path, "-c:v", "mpeg4", "-bf", "2", "-g", "5")
	s, err := tools.CountPackets(t.Context(), path, 0)
	if err != nil || s.Packets != 10 || s.Keys < 2 || s.Keys > 3 || s.Off(0.04, 1e-4) != 0 || s.Damaged != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = tools.CountPackets(t.Context(), path, 7); err != nil || s.Packets != 0 {
		t.Errorf("a stream that isn't there: %+v, %v", s, err)
	}
	var exit *process.ExitError
	if _, err = tools.CountPackets(t.Context(), path+".gone", 0); !errors.As(err, &exit) {
		t.Errorf("missing file: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = tools.CountPackets(ctx, path, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
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

func FuzzParsePackets(f *testing.F) {
	f.Add(string(recorded(f, "packets-dvd.txt")))
	f.Add("stream_index=0|pts_time=1e300|size=-1|flags=\nstream_index=0|pts_time=-1e9|dts_time=inf\n|||=")
	f.Fuzz(func(t *testing.T, in string) {
		all, err := ParsePackets(strings.NewReader(in), func(float64) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			var n int64
			for _, i := range s.Intervals {
				n += i.Count
			}
			if s.Timed > s.Packets || n > s.Timed || s.Last < s.Start {
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
