package restore_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/cpu"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/restore"
	"github.com/tapelight/tapelight/core/source"
	"github.com/tapelight/tapelight/testdata/tape"
)

// bench is a sample with all that is needed to restore it again and again.
type bench struct {
	tools   *ffmpeg.Tools
	source  *source.Source
	network *neural.Network
}

func newBench(t *testing.T, name string) bench {
	t.Helper()
	sample := tape.For(t, 1.5, name)[name]
	tools, err := ffmpeg.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	src, err := source.Read(t.Context(), tools, sample.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := neural.ReadFile("../../resources/models/tape-fast.onnx")
	if err != nil {
		t.Fatal(err)
	}
	return bench{tools, src, n}
}

func (b bench) plan(t *testing.T, output, encoder string, network *neural.Network) *plan.Plan {
	t.Helper()
	r := recipe.Default()
	r.Upscale.Height = 0
	r.Output.Encoder, r.Output.Speed, r.Output.Container = encoder, recipe.SpeedFast, recipe.Choice(strings.TrimPrefix(filepath.Ext(output), "."))
	p, err := plan.Make(plan.Input{Source: b.source, Recipe: r, Output: output, Network: network, Noise: 6, Engine: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs p; where stopAt is above 0 it is paused after that many pictures.
func (b bench) run(t *testing.T, p *plan.Plan, stopAt int64, note *string) (*restore.Report, error) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	r := &restore.Runner{Tools: b.tools, Resume: true, Note: func(s string) {
		if note != nil {
			*note = s
		}
	}}
	if p.Network.Name != recipe.NetworkNone {
		r.Network, r.Engine = b.network, cpu.New()
	}
	if stopAt > 0 {
		r.Progress = func(g restore.Progress) {
			if g.Frames >= stopAt {
				cancel(restore.ErrPaused)
			}
		}
	}
	return r.Run(ctx, p)
}

// digest is ffmpeg's own digest of every decoded picture and of the sound, with their times.
func digest(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c:s", "copy", "-f", "framemd5", "-")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%v: %s", err, complaints.String())
	}
	return string(out)
}

func leftIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestContinuedIsTheSame interrupts runs at random moments, some by tearing their file, and compares what comes out in the end with a run that
// was left alone: with a lossless encoder every picture, every sample and every time has to be the same.
func TestContinuedIsTheSame(t *testing.T) {
	for _, c := range []struct {
		name, sample, encoder, ext string
		network                    bool
	}{
		{"tape", "ntsc-vhs", "ffv1", ".mkv", false},
		{"network", "ntsc-bff", "ffv1", ".mkv", true},
		{"film", "film-hard", "ffv1", ".mkv", false},
		{"two tracks and subtitles", "archive-422", "ffv1", ".mkv", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.sample)
			var n *neural.Network
			if c.network {
				n = b.network
			}
			whole := filepath.Join(t.TempDir(), "out"+c.ext)
			if _, err := b.run(t, b.plan(t, whole, c.encoder, n), 0, nil); err != nil {
				t.Fatal(err)
			}
			want := digest(t, whole)
			dice := rand.New(rand.NewPCG(1, uint64(len(c.name))))
			dir := t.TempDir()
			out := filepath.Join(dir, "out"+c.ext)
			p := b.plan(t, out, c.encoder, n)
			var done *restore.Report
			went := 0
			for try := range 6 {
				stop := int64(0)
				if try < 5 {
					stop = 1 + dice.Int64N(p.Frames)
				}
				var note string
				report, err := b.run(t, p, stop, &note)
				if strings.HasPrefix(note, "Going on") {
					went++
				}
				if err == nil {
					done = report
					break
				}
				if !errors.Is(err, restore.ErrPaused) {
					t.Fatal(err)
				}
				for _, part := range restore.Parts(out) {
					if st, err := os.Stat(part); err == nil && dice.IntN(2) == 0 && part == restore.Parts(out)[len(restore.Parts(out))-1] {
						if err := os.Truncate(part, dice.Int64N(st.Size()+1)); err != nil { // as a kill in the middle of a write leaves it
							t.Fatal(err)
						}
					}
				}
			}
			if done == nil {
				t.Fatal("it never came to an end")
			}
			t.Logf("continued %d times", went)
			if done.Frames != p.Frames {
				t.Errorf("%d pictures, want %d", done.Frames, p.Frames)
			}
			if got := digest(t, out); got != want {
				t.Errorf("the continued run differs:\n%s", firstDifference(want, got))
			}
			if names := leftIn(t, dir); len(names) != 1 {
				t.Errorf("left in the folder: %q", names)
			}
		})
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "want " + x[i] + "\ngot  " + y[i]
		}
	}
	return "one is longer"
}

// TestContinuedLossy holds count, times and layout of a lossy output in each container.
func TestContinuedLossy(t *testing.T) {
	b := newBench(t, "ntsc-vhs")
	for _, c := range []struct{ encoder, ext string }{{"x265", ".mkv"}, {"x264", ".mp4"}, {"svtav1", ".mkv"}, {"prores", ".mov"}} {
		t.Run(c.encoder+c.ext, func(t *testing.T) {
			times := func(path string) string {
				out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "stream=index,codec_name,width,height:packet=stream_index,pts_time", "-select_streams", "v", "-of", "csv", path).Output()
				if err != nil {
					t.Fatal(err)
				}
				lines := strings.Split(strings.TrimSpace(string(out)), "\n")
				return strings.Join(slices.Sorted(slices.Values(lines)), "\n")
			}
			whole := filepath.Join(t.TempDir(), "out"+c.ext)
			left := b.plan(t, whole, c.encoder, nil)
			left.Encode.Group = 12
			if _, err := b.run(t, left, 0, nil); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			out := filepath.Join(dir, "out"+c.ext)
			p := b.plan(t, out, c.encoder, nil)
			p.Encode.Group = 12
			if _, err := b.run(t, p, p.Frames/2, nil); !errors.Is(err, restore.ErrPaused) {
				t.Fatalf("not paused: %v", err)
			}
			var note string
			report, err := b.run(t, p, 0, &note)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(note, "Going on") {
				t.Errorf("it was not continued: %q", note)
			}
			if report.Frames != p.Frames {
				t.Errorf("%d pictures, want %d", report.Frames, p.Frames)
			}
			if got, want := times(out), times(whole); got != want {
				t.Errorf("times or layout differ:\n%s", firstDifference(want, got))
			}
			if names := leftIn(t, dir); len(names) != 1 {
				t.Errorf("left in the folder: %q", names)
			}
		})
	}
}

// TestAChangedRecipeBeginsAnew: parts of another wish are not mixed in.
func TestAChangedRecipeBeginsAnew(t *testing.T) {
	b := newBench(t, "webcam")
	dir := t.TempDir()
	out := filepath.Join(dir, "out.mkv")
	p := b.plan(t, out, "ffv1", nil)
	if _, err := b.run(t, p, 20, nil); !errors.Is(err, restore.ErrPaused) {
		t.Fatalf("not paused: %v", err)
	}
	if len(restore.Parts(out)) != 1 {
		t.Fatalf("parts are %q", restore.Parts(out))
	}
	other := b.plan(t, out, "ffv1", nil)
	other.Decode.MaskBottom = 8
	var note string
	if _, err := b.run(t, other, 0, &note); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(note, "changed") {
		t.Errorf("it said %q", note)
	}
	if names := leftIn(t, dir); len(names) != 1 {
		t.Errorf("left in the folder: %q", names)
	}
}

// TestWhatIsNotOursStays: a file that only has a part's name is refused, never removed, and a capture of that name least of all.
func TestWhatIsNotOursStays(t *testing.T) {
	b := newBench(t, "webcam")
	capture, err := os.ReadFile(b.source.Path)
	if err != nil {
		t.Fatal(err)
	}
	large := bytes.Repeat([]byte("no video "), 20000)
	for _, c := range []struct {
		name, file string
		content    []byte
		own        bool // the capture itself stands there
	}{
		{"the capture", "out.partial.mkv", capture, true},
		{"the capture as second part", "out.partial2.mkv", capture, true},
		{"the capture out of order", "out.partial3.mkv", capture, true},
		{"another video out of order", "out.partial3.mkv", capture, false},
		{"another video", "out.partial.mkv", capture, false},
		{"no video", "out.partial.mkv", large, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path, out := filepath.Join(dir, c.file), filepath.Join(dir, "out.mp4")
			if err := os.WriteFile(path, c.content, 0o644); err != nil {
				t.Fatal(err)
			}
			mine := b
			if c.own {
				src := *b.source
				src.Path = path
				mine.source = &src
			}
			if c.file != "out.partial.mkv" { // with a first part of our own before it
				p := b.plan(t, out, "x264", nil)
				p.Encode.Group = 5
				if _, err := b.run(t, p, 15, nil); !errors.Is(err, restore.ErrPaused) {
					t.Fatalf("not paused: %v", err)
				}
			}
			_, err := mine.run(t, mine.plan(t, out, "x264", nil), 0, nil)
			if c.file == "out.partial3.mkv" { // out of reach: it is no hindrance
				if err != nil {
					t.Error(err)
				}
			} else if err == nil {
				t.Error("it ran")
			} else {
				t.Log(err)
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, c.content) {
				t.Errorf("the file was touched: %v", err)
			}
		})
	}
}

// TestContinuedShowsEveryMoment goes on with a lossy output so late that the capture is not decoded from its beginning, in a program stream, where seeks
// land late: every moment is there once, in order.
func TestContinuedShowsEveryMoment(t *testing.T) {
	sample := tape.For(t, 4, "ntsc-vhs")["ntsc-vhs"]
	b := newBench(t, "ntsc-vhs")
	var err error
	if b.source, err = source.Read(t.Context(), b.tools, sample.Path, nil); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.mkv")
	p := b.plan(t, out, "x264", nil)
	p.Encode.Group = 12
	var begun []string
	for _, stop := range []int64{170, 200, 0} {
		note := ""
		_, err := b.run(t, p, stop, &note)
		if stop > 0 && !errors.Is(err, restore.ErrPaused) || stop == 0 && err != nil {
			t.Fatal(err)
		}
		begun = append(begun, note)
	}
	t.Logf("%q", begun)
	w, h := p.Encode.Width, p.Encode.Height
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", out, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-")
	gray, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	n := len(gray) / (w * h)
	if int64(n) != p.Frames {
		t.Errorf("%d pictures, want %d", n, p.Frames)
	}
	for i := range n {
		at := func(x, y int) float64 { return 4 * float64(gray[(i*h+y)*w+x]) }
		if got, ok := tape.ReadStripAt(at, w, h); !ok || got != sample.First+i {
			t.Fatalf("picture %d shows moment %d (%v), want %d", i, got, ok, sample.First+i)
		}
	}
}
