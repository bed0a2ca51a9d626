package core_test

import (
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0:00:00", 499 * time.Millisecond: "0:00:00", 59600 * time.Millisecond: "0:01:00", time.Hour - time.Second: "0:59:59",
		58*time.Minute + 12*time.Second: "0:58:12", 26*time.Hour + 3*time.Second: "26:00:03", -time.Second: "0:00:00",
	} {
		if got := core.Clock(d); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.00 kB", 1234: "1.23 kB", 12345: "12.3 kB", 123456: "123 kB", 999_499: "999 kB", 999_500: "1.00 MB", 999_999: "1.00 MB",
		9_995_000: "10.0 MB", 99_950_000: "100 MB", 4_700_000_000: "4.70 GB", 2e12: "2.00 TB", 5e15: "5000 TB", -1500: "-1.50 kB",
	} {
		if got := core.Bytes(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestFacts(t *testing.T) {
	video := func(scan source.Scan) *source.Video {
		return &source.Video{Width: 720, Height: 480, Fields: source.Fields{Scan: scan}}
	}
	for want, s := range map[string]*source.Source{
		"NTSC, 720x480, interlaced, 0:58:12, stereo":    {Standard: source.NTSC, Video: video(source.Interlaced), Duration: 3492, Audio: []source.Audio{{Channels: 2}}},
		"PAL, 720x480, film, 0:00:10, no sound":         {Standard: source.PAL, Video: video(source.HardTelecine), Duration: 10},
		"720x480, film, 0:00:10, mono":                  {Standard: source.Other, Video: video(source.SoftTelecine), Duration: 10, Audio: []source.Audio{{Channels: 1}}},
		"720x480, progressive, 0:00:10, 6 channels":     {Video: video(source.Progressive), Duration: 10, Audio: []source.Audio{{Channels: 6}}},
		"720x480, progressive, 0:00:10, 2 sound tracks": {Video: video(source.Progressive), Duration: 10, Audio: make([]source.Audio, 2)},
		"0:00:00, no sound":                             {},
	} {
		if got := core.Facts(s); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSummary(t *testing.T) {
	p := &plan.Plan{Encode: ffmpeg.EncodeSpec{Width: 1440, Height: 1080, RateNum: 60000, RateDen: 1001, Encoder: "x265"}}
	for network, how := range map[string]string{recipe.NetworkNone: "resampled", "tape-fast": "tape-fast"} {
		p.Network.Name = network
		if got, want := core.Summary(p), "1440x1080 at 59.94 pictures a second, "+how+", x265"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{"": "", "opening the file": "Opening the file", "Measuring": "Measuring", "übrig": "Übrig", "5 %": "5 %"} {
		if got := core.Sentence(in); got != want {
			t.Errorf("%q is %q", in, got)
		}
	}
	if got := core.Sentence(""); got != "" {
		t.Errorf("nothing is %q", got)
	}
}

// TestETA gives counts at given moments.
func TestETA(t *testing.T) {
	var e core.ETA
	now := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if fps, left := e.Add(now, 0, 1000); fps != 0 || left != 0 {
		t.Errorf("known from one count: %v, %v", fps, left)
	}
	if fps, _ := e.Add(now.Add(time.Second), 10, 1000); fps != 0 {
		t.Errorf("known after a second: %v", fps)
	}
	if fps, left := e.Add(now.Add(2*time.Second), 20, 1000); fps != 10 || left != 98*time.Second {
		t.Errorf("10 a second, 980 to go: %v, %v", fps, left)
	}
	// Four times faster: the window forgets the slow beginning.
	count := int64(20)
	var fps float64
	for i := range 20 {
		count += 40
		fps, _ = e.Add(now.Add(time.Duration(3+i)*time.Second), count, 10000)
	}
	if fps != 40 {
		t.Errorf("a steady 40 a second is %v", fps)
	}
	if fps, left := e.Add(now.Add(30*time.Second), 0, 1000); fps != 0 || left != 0 {
		t.Errorf("a count that fell begins anew: %v, %v", fps, left)
	}
	if _, left := e.Add(now.Add(40*time.Second), 100, 50); left != 0 {
		t.Errorf("more than all leaves %v", left)
	}
	if _, left := e.Add(now.Add(1e6*time.Second), 101, math.MaxInt64); left <= 0 {
		t.Errorf("for ever is %v", left)
	}
}

func TestETAProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e core.ETA
		now := time.Unix(0, 0)
		for range rapid.IntRange(1, 50).Draw(t, "counts") {
			now = now.Add(time.Duration(rapid.Int64Range(-1e9, 1e11).Draw(t, "step")))
			fps, left := e.Add(now, rapid.Int64Range(0, math.MaxInt64).Draw(t, "count"), rapid.Int64Range(0, math.MaxInt64).Draw(t, "total"))
			if fps < 0 || left < 0 || math.IsNaN(fps) || math.IsInf(fps, 0) {
				t.Fatalf("%v a second, %v left", fps, left)
			}
		}
	})
}

func TestDistinctOutputs(t *testing.T) {
	dir := t.TempDir()
	list := []core.Request{{Path: "a/tape.mpg", OutDir: dir}, {Path: "b/Tape.mpg", OutDir: dir}, {Path: "c/tape.avi", OutDir: dir}, {Path: "d/other.mpg", OutDir: dir}, {Path: "e/tape.mpg"}}
	for i := range list {
		list[i].Recipe.Output.Container = "mkv"
	}
	core.DistinctOutputs(list)
	want := []string{filepath.Join(dir, "tape.restored.mkv"), filepath.Join(dir, "Tape.restored 2.mkv"), filepath.Join(dir, "tape.restored 3.mkv"), filepath.Join(dir, "other.restored.mkv"), filepath.Join("e", "tape.restored.mkv")}
	for i := range list {
		if got := list[i].Target(); got != want[i] {
			t.Errorf("%s becomes %s, want %s", list[i].Path, got, want[i])
		}
	}
}

// TestFreeNameProperty: never a taken name, and always the first that is free.
func TestFreeNameProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		taken := rapid.SliceOfN(rapid.IntRange(1, 12), 0, 12).Draw(t, "taken")
		name := func(n int) string {
			if n == 1 {
				return "x.y/tape.mkv"
			}
			return fmt.Sprintf("x.y/tape %d.mkv", n)
		}
		first := 1
		for slices.Contains(taken, first) {
			first++
		}
		got := core.FreeName(name(1), func(s string) bool {
			return slices.ContainsFunc(taken, func(n int) bool { return name(n) == s })
		})
		if got != name(first) {
			t.Fatalf("got %s, want %s", got, name(first))
		}
	})
}

func TestExpand(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.MPG", "A.avi", "notes.txt", ".hidden.mpg", "x.partial.mkv", "x.restored.mkv", "x.restored 2.mkv", ".trash/c.mpg", "deep/er/d.vob"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, p := range core.Expand([]string{dir, filepath.Join(dir, "notes.txt")}) {
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, filepath.ToSlash(rel))
	}
	if want := []string{"A.avi", "b.MPG", "deep/er/d.vob", "notes.txt"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestThumbnailCacheIsBounded(t *testing.T) {
	picture := func() *image.NRGBA { return image.NewNRGBA(image.Rect(0, 0, 10, 10)) } // 400 bytes
	c := core.NewThumbnailCache(1000)
	for i := range 50 {
		c.Add(fmt.Sprint(i%7), picture())
		if c.Bytes() > 1000 {
			t.Fatalf("%d bytes after %d pictures", c.Bytes(), i+1)
		}
	}
	if !c.Has("0") || !c.Has("6") || c.Has("3") {
		t.Error("it is not the latest that are kept")
	}
}
