package ffmpeg

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/frame"
)

// values are what stands behind each occurrence of an option.
func values(args []string, option string) (found []string) {
	for i, a := range args {
		if a == option && i+1 < len(args) {
			found = append(found, args[i+1])
		}
	}
	return found
}

// failer is what the testing package's and rapid's T share.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func one(t failer, args []string, option string) string {
	t.Helper()
	v := values(args, option)
	if len(v) != 1 {
		t.Fatalf("%s stands %d times in %q", option, len(v), args)
	}
	return v[0]
}

func sd() DecodeSpec {
	return DecodeSpec{Path: "tape.avi", Stream: 1, PixFmt: "yuv411p", Deinterlace: ToFields, BottomFirst: true, RateNum: 60000, RateDen: 1001,
		Out: frame.Format{Width: 720, Height: 480, Chroma: frame.YUV420, Depth: 10}}
}

func TestDecodeArguments(t *testing.T) {
	s := sd()
	args, err := s.Args()
	if err != nil {
		t.Fatal(err)
	}
	if one(t, args, "-i") != "file:tape.avi" || args[len(args)-1] != "pipe:1" && !slices.Contains(args, "pipe:1") {
		t.Errorf("input and output: %q", args)
	}
	if w := one(t, args, "-protocol_whitelist"); w != "file" {
		t.Errorf("protocols %q", w)
	}
	graph := one(t, args, "-filter_complex")
	for _, want := range []string{"[0:1]setfield=mode=bff", "format=pix_fmts=yuv422p10le", "bwdif=mode=send_field:parity=bff:deint=all", "format=pix_fmts=yuv420p10le"} {
		if !strings.Contains(graph, want) {
			t.Errorf("%s is not in %s", want, graph)
		}
	}
	if len(values(args, "-ss"))+len(values(args, "-t")) > 0 {
		t.Errorf("a whole capture is cut: %q", args)
	}

	s.Seek, s.Duration, s.Threads = 1.5, 1e-6, 2
	s.Companion = "4:3:6:4.5"
	if args, err = s.Args(); err != nil {
		t.Fatal(err)
	}
	input := slices.Index(args, "-i")
	for option, want := range map[string]string{"-ss": "1.500000", "-t": "0.000001", "-threads": "2"} {
		if got := one(t, args[:input], option); got != want {
			t.Errorf("%s %s before the input, want %s", option, got, want)
		}
	}
	if graph = one(t, args, "-filter_complex"); !strings.Contains(graph, "split") || !strings.Contains(graph, "vstack") || strings.Count(graph, "hqdn3d=luma_spatial=4:chroma_spatial=3:luma_tmp=6:chroma_tmp=4.5") != 1 {
		t.Errorf("the companion: %s", graph)
	}
}

func TestFieldSafeKeepsChromaLines(t *testing.T) {
	for formats, want := range map[string]string{
		"yuv420p yuvj420p yuv420p10le yuva420p nv12 nv21 p010le p016le gray gray10le monow":  "yuv420p10le",
		"yuv422p yuvj422p yuv422p10le yuv411p uyvy422 yuyv422 yvyu422 uyyvyy411 nv16 p210le": "yuv422p10le",
		"yuv440p yuvj440p yuv440p10le":                                "yuv440p10le",
		"yuv444p yuv444p16le rgb24 gbrp bgr0 0rgb pal8 nv24 ayuv64le": "yuv444p10le",
	} {
		for _, f := range strings.Fields(formats) {
			if got := fieldSafe(f); got != want {
				t.Errorf("%s is treated as %s, want %s", f, got, want)
			}
		}
	}
}

func encodeSpec() EncodeSpec {
	return EncodeSpec{In: frame.Format{Width: 704, Height: 480, Chroma: frame.YUV420, Depth: 10}, RateNum: 60000, RateDen: 1001, Frames: 100, From: HD, To: HD, Width: 1440, Height: 1080,
		Encoder: "x265", Quality: 60, Speed: Medium, Container: "mkv", Source: "tape.avi", Path: "out.mkv", Comment: "by: test, 'x' = [y]; 100 %"}
}

func TestEncodeArguments(t *testing.T) {
	track := AudioTrack{Stream: 2, Codec: "aac", Bitrate: 192, Rate: 48000, Channels: 2, Filters: []Filter{F("volume", "volume", 1.5)}, Language: "deu", Title: "Ton", Default: true}
	other := track
	other.Stream, other.Default, other.Language = 3, false, ""
	for _, c := range []struct {
		name  string
		audio []AudioTrack
		subs  []SubtitleTrack
	}{
		{"silent", nil, nil},
		{"one track", []AudioTrack{track}, nil},
		{"two tracks", []AudioTrack{track, other}, nil},
		{"copied", []AudioTrack{{Stream: 2, Copy: true}}, nil},
		{"subtitles only", nil, []SubtitleTrack{{Stream: 4, Codec: "copy"}}},
		{"all", []AudioTrack{track, other, {Stream: 5, Copy: true}}, []SubtitleTrack{{Stream: 4, Codec: "srt"}, {Stream: 6, Codec: "copy"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := encodeSpec()
			s.Audio, s.Subtitles, s.Seek, s.Shift = c.audio, c.subs, 2.5, -0.25
			args, err := s.Args()
			if err != nil {
				t.Fatal(err)
			}
			inputs := values(args, "-i")
			// Sound that is cut to the sample has the capture for itself, beside the one that the rest comes from.
			treated := slices.ContainsFunc(c.audio, func(a AudioTrack) bool { return !a.Copy })
			rest := len(c.subs) > 0 || slices.ContainsFunc(c.audio, func(a AudioTrack) bool { return a.Copy })
			want := []string{"file:tape.avi", "pipe:0"}
			if treated && rest {
				want = []string{"file:tape.avi", "file:tape.avi", "pipe:0"}
			}
			if !slices.Equal(slices.Sorted(slices.Values(inputs)), want) {
				t.Fatalf("inputs %q", inputs)
			}
			capture := fmt.Sprint(slices.Index(inputs, "file:tape.avi"))
			if one(t, args, "-map_metadata") != capture || one(t, args, "-map_chapters") != capture {
				t.Errorf("tags are taken from %s, chapters from %s, the capture is %s", one(t, args, "-map_metadata"), one(t, args, "-map_chapters"), capture)
			}
			// The seek belongs to the capture, not to the pictures.
			before := 0
			for i, a := range args {
				if a == "-i" {
					options := args[before:i]
					if has := slices.Contains(options, "-itsoffset"); has != (args[i+1] != "pipe:0") {
						t.Errorf("options of %s: %q", args[i+1], options)
					}
					before = i + 2
					// What is copied is sought where it is wanted; sound earlier, which is at the beginning here.
					at := strings.Join(values(options, "-ss"), ", ")
					if args[i+1] == "pipe:0" && at != "" || args[i+1] != "pipe:0" && (at == "" && !treated && rest || at != "" && at != "2.500000") {
						t.Errorf("%s is sought at %q", args[i+1], at)
					}
				}
			}
			if maps := values(args, "-map"); len(maps) != 1+len(c.audio)+len(c.subs) {
				t.Errorf("%d streams mapped: %q", len(maps), maps)
			}
			graph := one(t, args, "-filter_complex")
			filtered := 0
			for i, a := range c.audio {
				codec := one(t, args, fmt.Sprintf("-c:a:%d", i))
				if a.Copy != (codec == "copy") {
					t.Errorf("track %d: %s", i, codec)
				}
				if !a.Copy {
					filtered++
					if !regexp.MustCompile(fmt.Sprintf(`\[[12]:%d\]aresample`, a.Stream)).MatchString(graph) {
						t.Errorf("track %d is not in %s", a.Stream, graph)
					}
				}
			}
			if n := strings.Count(graph, "volume=volume=1.5"); n != filtered {
				t.Errorf("%d tracks filtered of %d", n, filtered)
			}
			if !slices.Contains(args, "comment="+s.Comment) || !slices.Contains(args, "file:out.mkv") {
				t.Errorf("comment or output missing: %q", args)
			}
		})
	}
}

// Whatever a name holds, it is one argument, and nothing else changes with it.
func TestNamesAreOneArgument(t *testing.T) {
	plainDecode, _ := sd().Args()
	base := encodeSpec()
	base.Audio = []AudioTrack{{Stream: 2, Codec: "aac", Rate: 48000, Channels: 2, Title: "t", Language: "und"}}
	plainEncode, _ := base.Args()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune(`-:'"\[];,=% @/`+"\n"))),
			rapid.SampledFrom([]string{"-i", "pipe:0", "@SOURCE@", "-map_metadata", "a@SOURCE@b", "-", "concat:a|b", "%03d.png", "x\x00y"})).Draw(t, "name")
		d := sd()
		d.Path = name
		got, err := d.Args()
		if err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(plainDecode)
		want[slices.Index(want, "file:tape.avi")] = "file:" + name
		if !slices.Equal(got, want) {
			t.Errorf("decode: %q", got)
		}
		e := base
		e.Audio = slices.Clone(base.Audio)
		e.Source, e.Path, e.Comment, e.Audio[0].Title = name, name+"o", name+"c", name+"t"
		if got, err = e.Args(); err != nil {
			t.Fatal(err)
		}
		want = slices.Clone(plainEncode)
		for old, fresh := range map[string]string{"file:tape.avi": "file:" + name, "file:out.mkv": "file:" + name + "o", "comment=" + base.Comment: "comment=" + name + "c", "title=t": "title=" + name + "t"} {
			i := slices.Index(plainEncode, old)
			if i < 0 {
				t.Fatalf("%q is not an argument of its own in %q", old, plainEncode)
			}
			want[i] = fresh
		}
		if !slices.Equal(got, want) {
			t.Errorf("encode:\n%q\nwant\n%q", got, want)
		}
	})
}

// The text of a graph made by the library is the one that was held against the real ffmpeg (see Chain).
func TestGraphTextIsEscapedAsChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.RuneFrom([]rune(`ab:\'[],; =%|é"`))).Draw(t, "value")
		f := F("ametadata", "mode", "add", "key", "k", "value", value)
		s := encodeSpec()
		s.Audio = []AudioTrack{{Stream: 2, Codec: "aac", Rate: 48000, Filters: []Filter{f}}}
		args, err := s.Args()
		if err != nil {
			t.Fatal(err)
		}
		if graph := one(t, args, "-filter_complex"); !strings.Contains(graph, "]"+Chain([]Filter{f})+"[") {
			t.Errorf("%s is not in %s", Chain([]Filter{f}), graph)
		}
	})
}

func TestQuickTimeLanguages(t *testing.T) {
	s := encodeSpec()
	s.Audio = []AudioTrack{{Stream: 1, Codec: "aac", Rate: 48000, Language: "ger"}, {Stream: 2, Codec: "aac", Rate: 48000, Language: "eng"}}
	s.Container = "mov"
	args, err := s.Args()
	if err != nil || !slices.Contains(args, "language=deu") || !slices.Contains(args, "language=eng") {
		t.Errorf("%q, %v", args, err)
	}
	if s.Audio[0].Language != "ger" {
		t.Error("the plan was changed")
	}
}
