package core_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/process"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// sampleSeconds is long enough for every verdict and for one sync click, and short enough to test on two cores.
const sampleSeconds = 1.5

// newService is a service whose things lie in the test's own folder.
func newService(t *testing.T) *core.Service {
	t.Helper()
	dir := t.TempDir()
	s, err := core.New(core.Options{ConfigDir: filepath.Join(dir, "config"), CacheDir: filepath.Join(dir, "cache"), Queue: &core.QueueOptions{Dir: filepath.Join(dir, "queue")}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left := process.Live(); len(left) > 0 {
			t.Errorf("processes left: %v", left)
		}
	})
	return s
}

// quick is a recipe that is cheap to encode and loses nothing, at the capture's own height.
func quick(network string) recipe.Recipe {
	r := recipe.Default()
	r.Upscale.Network, r.Upscale.Height = network, 0
	r.Output.Encoder = "ffv1"
	return r
}

// picture is a decoded output: 10-bit planes of each picture.
type pictures struct {
	w, h int
	yuv  [][]byte
}

func (p pictures) sample(i, plane, x, y int) float64 {
	w, off := p.w, 0
	if plane > 0 {
		off = p.w*p.h + (plane-1)*(p.w/2)*(p.h/2)
		w = p.w / 2
	}
	at := 2 * (off + y*w + x)
	return float64(int(p.yuv[i][at]) | int(p.yuv[i][at+1])<<8)
}

// mean of a place in a plane, over all pictures, in 8-bit codes.
func (p pictures) mean(plane int, place tape.Rect) float64 {
	w, h := p.w, p.h
	if plane > 0 {
		w, h = w/2, h/2
	}
	x0, y0, x1, y1 := place.Pixels(w, h)
	sum, n := 0.0, 0
	for i := range p.yuv {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				sum += p.sample(i, plane, x, y)
				n++
			}
		}
	}
	return sum / float64(n) / 4
}

func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, stderr.String())
	}
	return out
}

func decode(t *testing.T, path string, w, h int) pictures {
	t.Helper()
	raw := output(t, "ffmpeg", "-v", "error", "-i", "file:"+path, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-")
	p := pictures{w: w, h: h}
	for size := w * h * 3; len(raw) >= size; raw = raw[size:] {
		p.yuv = append(p.yuv, raw[:size])
	}
	return p
}

// facts is what ffprobe says of an output.
type facts struct {
	Streams []struct {
		Type      string `json:"codec_type"`
		Codec     string `json:"codec_name"`
		PixFmt    string `json:"pix_fmt"`
		Width     int
		Height    int
		SAR       string            `json:"sample_aspect_ratio"`
		Rate      string            `json:"r_frame_rate"`
		Average   string            `json:"avg_frame_rate"`
		Space     string            `json:"color_space"`
		Primaries string            `json:"color_primaries"`
		Transfer  string            `json:"color_transfer"`
		Range     string            `json:"color_range"`
		Start     string            `json:"start_time"`
		Tags      map[string]string `json:"tags"`
	} `json:"streams"`
	Chapters []struct {
		Tags map[string]string `json:"tags"`
	} `json:"chapters"`
	Format struct {
		Tags map[string]string `json:"tags"`
	} `json:"format"`
}

func probe(t *testing.T, path string) facts {
	t.Helper()
	var f facts
	out := output(t, "ffprobe", "-v", "error", "-count_packets", "-show_streams", "-show_chapters", "-show_format", "-of", "json", "file:"+path)
	if err := json.Unmarshal(out, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// sound decodes a track as mono samples at the samples' own rate.
func sound(t *testing.T, path string, track int) []float32 {
	t.Helper()
	return oneChannel(t, path, track, "-ac", "1")
}

// oneChannel is sound, brought to one channel by ffmpeg's options how.
func oneChannel(t *testing.T, path string, track int, how ...string) []float32 {
	t.Helper()
	args := append([]string{"-v", "error", "-i", "file:" + path, "-map", fmt.Sprintf("0:a:%d", track), "-ar", fmt.Sprint(tape.SampleRate)}, how...)
	raw := output(t, "ffmpeg", append(args, "-f", "f32le", "-")...)
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(uint32(raw[4*i]) | uint32(raw[4*i+1])<<8 | uint32(raw[4*i+2])<<16 | uint32(raw[4*i+3])<<24)
	}
	return out
}

// numbers reads the strips of all pictures; -1 where one can't be read.
func numbers(p pictures) []int {
	var out []int
	for i := range p.yuv {
		n, ok := tape.ReadStripAt(func(x, y int) float64 { return p.sample(i, 0, x, y) }, p.w, p.h)
		if !ok {
			n = -1
		}
		out = append(out, n)
	}
	return out
}

func checkNumbers(t *testing.T, p pictures, s tape.Spec) {
	t.Helper()
	var want []int
	for k := range s.OutputFrames {
		want = append(want, s.First+k)
	}
	if got := numbers(p); !slices.Equal(got, want) {
		t.Errorf("picture numbers are %v, want %d..%d, each once and in order", got, s.First, s.First+s.OutputFrames-1)
	}
}

func checkColours(t *testing.T, p pictures, s tape.Spec) {
	t.Helper()
	worst, where := 0.0, ""
	for _, patch := range tape.Patches() {
		want := patch.Want709(s.System)
		for plane, name := range []string{"Y", "Cb", "Cr"} {
			if d := math.Abs(p.mean(plane, patch.Place.Centre(0.35)) - want[plane]); d > worst {
				worst, where = d, patch.Name+" "+name
			}
		}
	}
	t.Logf("largest difference of a colour: %.2f of 255 (%s)", worst, where)
	if worst > 2 {
		t.Errorf("%s differs by %.2f of 255", where, worst)
	}
}

// checkSync holds each sync click to the picture that flashes with it.
func checkSync(t *testing.T, path string, track int, s tape.Spec) {
	t.Helper()
	samples := sound(t, path, track)
	// AAC begins with 1,024 samples of lead-in; where the container can't mark them, they lie before the first picture.
	if start, err := strconv.ParseFloat(probe(t, path).Streams[0].Start, 64); err != nil {
		t.Error(err)
	} else {
		samples = samples[int(math.Round(start*tape.SampleRate)):]
	}
	if want := s.Duration() * tape.SampleRate; math.Abs(float64(len(samples))-want) > s.Interval()*tape.SampleRate {
		t.Errorf("track %d has %d samples, the picture lasts %.0f", track, len(samples), want)
	}
	clicks := tape.FindSync(samples)
	for _, k := range s.SyncMoments() {
		want, nearest := s.MomentTime(k), math.Inf(1)
		for _, c := range clicks {
			nearest = min(nearest, math.Abs(c-want))
		}
		if nearest > s.Interval() {
			t.Errorf("track %d: the click at %.3f s is off by %.4f s", track, want, nearest)
		} else {
			t.Logf("track %d: the click at %.3f s is off by %.2f ms", track, want, 1000*nearest)
		}
	}
}

// sameRate compares as far as Matroska's nanoseconds allow.
func sameRate(got string, want tape.Rational) bool {
	var num, den float64
	_, err := fmt.Sscanf(got, "%f/%f", &num, &den)
	return err == nil && math.Abs(num/den-want.Float()) < 1e-4
}

// TestSamples restores every kind of tape without setting anything.
func TestSamples(t *testing.T) {
	for _, network := range []string{recipe.NetworkNone, recipe.NetworkAuto} {
		for _, name := range []string{"ntsc-vhs", "ntsc-bff", "ntsc-unflagged", "ntsc-wrongorder", "pal-dv", "film-hard", "film-soft", "progressive-flagged", "early-sound", "webcam", "archive-422"} {
			sample := tape.For(t, sampleSeconds, name)[name]
			if network == recipe.NetworkAuto && sample.Content != tape.Interlaced {
				continue // no network is made for these yet
			}
			t.Run(network+"/"+name, func(t *testing.T) {
				s := newService(t)
				out := filepath.Join(t.TempDir(), "out.mkv")
				report, err := s.Restore(t.Context(), core.Request{Path: sample.Path, Recipe: quick(network), Output: out}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if report.FramesIn != int64(sample.OutputFrames) || report.Frames != int64(sample.OutputFrames) || report.Temp != 0 {
					t.Errorf("%d pictures read, %d written, %d temporary bytes; want %d and none", report.FramesIn, report.Frames, report.Temp, sample.OutputFrames)
				}
				if len(report.Warnings) > 0 {
					t.Errorf("warnings: %q", report.Warnings)
				}
				f := probe(t, out)
				v := f.Streams[0]
				if !sameRate(v.Rate, sample.OutputRate) || v.SAR != "1:1" || 3*v.Width != 4*v.Height {
					t.Errorf("output is %dx%d, sample aspect %s, rate %s", v.Width, v.Height, v.SAR, v.Rate)
				}
				p := decode(t, out, v.Width, v.Height)
				checkNumbers(t, p, sample.Spec)
				checkColours(t, p, sample.Spec)
				for track := range sample.Audio {
					checkSync(t, out, track, sample.Spec)
				}
			})
		}
	}
}

// TestFullHD is the main job as people run it: a VHS capture to 1440x1080 at field rate, HEVC 10-bit, within its memory.
func TestFullHD(t *testing.T) {
	sample := tape.For(t, sampleSeconds, "ntsc-vhs")["ntsc-vhs"]
	dir := t.TempDir()
	out, command := filepath.Join(dir, "out.mkv"), filepath.Join(dir, "tapelight-cli")
	// A process of its own, as people have it: this one's memory holds other tests' pictures.
	output(t, "go", "build", "-o", command, "../cmd/tapelight-cli")
	lines := strings.Split(strings.TrimSpace(string(output(t, command, "restore", "--json", "--speed", "fast", "-o", out, sample.Path))), "\n")
	var report core.Report
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &report); err != nil {
		t.Fatal(err)
	}
	v := probe(t, out).Streams[0]
	if !sameRate(v.Rate, sample.OutputRate) {
		t.Errorf("rate is %s", v.Rate)
	}
	got := fmt.Sprintf("%s %s %dx%d %s %s %s %s %s", v.Codec, v.PixFmt, v.Width, v.Height, v.SAR, v.Space, v.Primaries, v.Transfer, v.Range)
	if want := "hevc yuv420p10le 1440x1080 1:1 bt709 bt709 bt709 tv"; got != want {
		t.Errorf("output is %s, want %s", got, want)
	}
	p := decode(t, out, v.Width, v.Height)
	checkNumbers(t, p, sample.Spec)
	checkColours(t, p, sample.Spec)
	checkSync(t, out, 0, sample.Spec)
	t.Logf("%.2f pictures a second, %d MiB in the tree, %d MiB our own", report.FPS, report.PeakTree>>20, report.PeakOwn>>20)
	if report.PeakTree > 800<<20 || report.PeakOwn > 250<<20 || report.PeakOwn == 0 {
		t.Errorf("the process tree took %d MiB and our own process %d MiB; 800 and 250 are allowed", report.PeakTree>>20, report.PeakOwn>>20)
	}
	if report.Temp != 0 {
		t.Errorf("%d bytes of temporary files", report.Temp)
	}
}

// TestEveryStreamIsKept restores the archive sample, which has two tracks, a subtitle, chapters and tags, into each container.
func TestEveryStreamIsKept(t *testing.T) {
	sample := tape.For(t, sampleSeconds, "archive-422")["archive-422"]
	for _, container := range []string{"mkv", "mp4", "mov"} {
		t.Run(container, func(t *testing.T) {
			s := newService(t)
			r := quick(recipe.NetworkNone)
			r.Output.Encoder, r.Output.Speed, r.Output.Container = "x264", recipe.SpeedFast, recipe.Choice(container)
			out := filepath.Join(t.TempDir(), "out."+container)
			if _, err := s.Restore(t.Context(), core.Request{Path: sample.Path, Recipe: r, Output: out}, nil); err != nil {
				t.Fatal(err)
			}
			f := probe(t, out)
			var kinds, languages []string
			for _, st := range f.Streams {
				if st.Type == "data" {
					continue // MP4 and MOV keep chapters as a text track besides
				}
				kinds = append(kinds, st.Type)
				languages = append(languages, st.Tags["language"])
			}
			if got := strings.Join(kinds, " "); got != "video audio audio subtitle" {
				t.Errorf("streams are %s", got)
			}
			if len(languages) > 2 && (languages[1] != sample.Audio[0].Language || languages[2] != map[bool]string{true: "fra", false: sample.Audio[1].Language}[container == "mov"]) {
				t.Errorf("languages are %q, want %q and %q", languages[1:3], sample.Audio[0].Language, sample.Audio[1].Language)
			}
			if len(f.Chapters) != sample.Chapters {
				t.Errorf("%d chapters, want %d", len(f.Chapters), sample.Chapters)
			}
			for key, want := range sample.Tags {
				if key != "comment" && f.Format.Tags[key] != want && f.Format.Tags[strings.ToUpper(key)] != want {
					t.Errorf("tag %s is %q, want %q", key, f.Format.Tags[key], want)
				}
			}
		})
	}
}

// TestPartOfATape cuts on picture boundaries and keeps sound in step.
func TestPartOfATape(t *testing.T) {
	sample := tape.For(t, 4, "ntsc-vhs")["ntsc-vhs"]
	s := newService(t)
	out := filepath.Join(t.TempDir(), "out.mkv")
	report, err := s.Restore(t.Context(), core.Request{Path: sample.Path, Recipe: quick(recipe.NetworkNone), Output: out, Start: 0.8, Length: 1.5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const first, frames = 48, 90 // 0.8 s and 1.5 s at 29.97 frames, to whole frames: 24 and 45; no group of pictures begins there
	if report.Frames != frames {
		t.Errorf("%d pictures, want %d", report.Frames, frames)
	}
	part := sample.Spec
	part.First, part.OutputFrames = sample.First+first, frames
	v := probe(t, out).Streams[0]
	checkNumbers(t, decode(t, out, v.Width, v.Height), part)
	samples := sound(t, out, 0)
	length := float64(frames) * part.Interval()
	if math.Abs(float64(len(samples))/tape.SampleRate-length) > part.Interval() {
		t.Errorf("the sound lasts %.3f s, the picture %.3f s", float64(len(samples))/tape.SampleRate, length)
	}
	found := tape.FindSync(samples)
	for _, k := range sample.SyncMoments() {
		want := sample.MomentTime(k) - float64(first)*part.Interval()
		if want < 0.1 || want > length-0.1 {
			continue
		}
		if !slices.ContainsFunc(found, func(c float64) bool { return math.Abs(c-want) < part.Interval() }) {
			t.Errorf("no click at %.3f s; clicks are at %.3f", want, found)
		}
	}
}

// TestHostile restores what is good under any name, refuses the rest in one sentence, and leaves nothing behind.
func TestHostile(t *testing.T) {
	dir, err := tape.Dir()
	if err != nil {
		t.Fatal(err)
	}
	files, err := tape.Hostile(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, tape.HostileFile{Name: "folder", Path: t.TempDir()}, tape.HostileFile{Name: "missing", Path: filepath.Join(dir, "no such file.mpg")})
	for _, f := range files {
		t.Run(f.Name, func(t *testing.T) {
			s := newService(t)
			outDir := t.TempDir()
			r := quick(recipe.NetworkNone)
			r.Output.Encoder, r.Output.Speed = "x264", recipe.SpeedFast
			_, err := s.Restore(t.Context(), core.Request{Path: f.Path, Recipe: r, OutDir: outDir}, nil)
			left, _ := os.ReadDir(outDir)
			if f.Plays {
				if err != nil {
					t.Fatalf("%s: %v", f.What, err)
				}
				if len(left) != 1 || strings.Contains(left[0].Name(), ".partial.") {
					t.Errorf("left in the folder: %v", left)
				}
				return
			}
			if err == nil {
				t.Fatalf("%s was accepted", f.What)
			}
			t.Log(err)
			if strings.ContainsAny(err.Error(), "\n\r") && !strings.ContainsAny(f.Path, "\n\r") {
				t.Errorf("the error is not one line: %q", err)
			}
			for _, e := range left {
				if !strings.HasSuffix(e.Name(), ".failed.log.txt") {
					t.Errorf("left in the folder: %s", e.Name())
				}
			}
		})
	}
}

// TestCutOutOfALongerTape: a capture that was cut without re-encoding begins with pictures that can't be decoded. The others all come out, and the
// sound stays in step with them.
func TestCutOutOfALongerTape(t *testing.T) {
	sample := tape.For(t, 4, "ntsc-vhs")["ntsc-vhs"]
	dir := t.TempDir()
	long, cut, out := filepath.Join(dir, "long.mpg"), filepath.Join(dir, "cut.mpg"), filepath.Join(dir, "out.mkv")
	output(t, "ffmpeg", "-v", "error", "-i", sample.Path, "-c:v", "mpeg2video", "-b:v", "12M", "-bf", "2", "-g", "15", "-flags", "+ilme+ildct", "-c:a", "copy", long)
	output(t, "ffmpeg", "-v", "error", "-ss", "1.2", "-i", long, "-c", "copy", cut)
	s := newService(t)
	src, err := s.Probe(t.Context(), cut, nil)
	if err != nil {
		t.Fatal(err)
	}
	if src.Video.Lead == 0 {
		t.Fatal("the cut begins with a picture that can be decoded: this tests nothing")
	}
	report, err := s.Restore(t.Context(), core.Request{Path: cut, Recipe: quick(recipe.NetworkNone), Output: out}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Warnings) > 0 || report.Frames != 2*src.Video.Frames {
		t.Errorf("%d pictures of %d, warnings %q", report.Frames, 2*src.Video.Frames, report.Warnings)
	}
	v := probe(t, out).Streams[0]
	got := numbers(decode(t, out, v.Width, v.Height))
	for i, n := range got {
		if n != got[0]+i {
			t.Fatalf("picture numbers are %v", got)
		}
	}
	start, err := strconv.ParseFloat(v.Start, 64)
	if err != nil {
		t.Fatal(err)
	}
	clicks, seen := tape.FindSync(sound(t, out, 0)), 0
	for _, k := range sample.SyncMoments() {
		at := float64(k-got[0])*sample.Interval() + start
		if k < got[0]+6 || k > got[len(got)-1]-6 {
			continue
		}
		seen++
		if !slices.ContainsFunc(clicks, func(c float64) bool { return math.Abs(c-at) < sample.Interval() }) {
			t.Errorf("no click at %.3f s; clicks are at %.3f", at, clicks)
		}
	}
	if seen == 0 {
		t.Error("no click was to be seen")
	}
}
