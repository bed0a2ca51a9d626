package restore_test

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/restore"
	"github.com/tapelight/tapelight/core/source"
)

// The test program plays all three tools: what the environment says of each.
const (
	decoderMode = "TAPELIGHT_TEST_DECODER"
	encoderMode = "TAPELIGHT_TEST_ENCODER"
	probeMode   = "TAPELIGHT_TEST_PROBE"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(decoderMode) == "":
		goleak.VerifyTestMain(m)
	case slices.Contains(os.Args, "-progress"):
		os.Exit(playEncoder(os.Getenv(encoderMode)))
	case slices.Contains(os.Args, "-show_entries"):
		os.Exit(playProbe(os.Getenv(probeMode)))
	default:
		os.Exit(playDecoder(os.Getenv(decoderMode)))
	}
}

const (
	pictures    = 6
	pictureSize = 64 * 48 * 3
)

func fatal(s string) { io.WriteString(os.Stderr, "[fatal] "+s+"\n") }

func hang() {
	signal.Ignore(syscall.SIGTERM)
	for {
		time.Sleep(time.Hour)
	}
}

func playDecoder(mode string) int {
	n := map[string]int{"well": pictures, "short": pictures - 1, "fails": 2, "hangs": 2, "endless": 1 << 30, "breaks off": 2}[mode]
	for range n {
		if _, err := os.Stdout.Write(make([]byte, pictureSize)); err != nil {
			return 1
		}
	}
	switch mode {
	case "fails":
		fatal("the capture is torn")
		return 1
	case "hangs":
		hang()
	case "breaks off":
		os.Stdout.Write(make([]byte, 100))
	}
	return 0
}

// playEncoder writes the number of pictures it was given into the output, where playProbe finds it.
func playEncoder(mode string) int {
	i := slices.IndexFunc(os.Args, func(a string) bool { return strings.HasPrefix(a, "file:") && strings.Contains(a, ".partial.") })
	if i < 0 || mode == "no start" {
		fatal("it can't be made")
		return 1
	}
	path := strings.TrimPrefix(os.Args[i], "file:")
	write := func(n int64) {
		if err := os.WriteFile(path, fmt.Append(nil, n), 0o644); err != nil {
			fatal(err.Error())
			os.Exit(1)
		}
	}
	write(0)
	take := func(most int64) int64 {
		n, _ := io.CopyN(io.Discard, os.Stdin, most*pictureSize)
		return n / pictureSize
	}
	switch mode {
	case "fails":
		take(2)
		fatal("the encoder is worn out")
		return 1
	case "disk full":
		take(2)
		fatal("write: No space left on device")
		return 1
	case "fails at the end":
		take(1 << 30)
		fatal("no trailer")
		return 1
	case "hangs":
		take(1)
		hang()
	case "rival": // somebody makes the output meanwhile
		n := take(1 << 30)
		write(n)
		os.WriteFile(strings.Replace(path, ".partial.", ".", 1), []byte("theirs"), 0o644)
		return 0
	case "vanishes":
		take(1 << 30)
		os.Remove(path)
		return 0
	}
	n := take(1 << 30)
	fmt.Printf("frame=%d\ntotal_size=%d\nprogress=end\n", n, n)
	write(n)
	return 0
}

func playProbe(mode string) int {
	i := slices.IndexFunc(os.Args, func(a string) bool { return strings.HasPrefix(a, "file:") })
	text, err := os.ReadFile(strings.TrimPrefix(os.Args[i], "file:"))
	if err != nil {
		fatal(err.Error())
		return 1
	}
	n := 0
	fmt.Sscan(string(text), &n)
	if mode == "loses one" {
		n--
	}
	for k := range n {
		fmt.Printf("stream_index=0|pts_time=%f|dts_time=%f|duration_time=0.04|size=100|flags=K__\n", float64(k)/25, float64(k)/25)
	}
	switch mode {
	case "damaged":
		fatal("invalid data")
		return 1
	case "hangs":
		hang()
	}
	return 0
}

// job is a plan of the fakes' pictures, in a folder of its own.
func job(t *testing.T, decoder, encoder, probe string) (*restore.Runner, *plan.Plan) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(decoderMode, decoder)
	t.Setenv(encoderMode, encoder)
	t.Setenv(probeMode, probe)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector would hold each fake back for a second at its end
	dir := t.TempDir()
	capture := filepath.Join(dir, "tape.avi")
	if err := os.WriteFile(capture, []byte("a tape"), 0o644); err != nil {
		t.Fatal(err)
	}
	src := &source.Source{Path: capture, Standard: source.PAL, Video: &source.Video{Width: 64, Height: 48, PixFmt: "yuv420p", Rate: source.Rational{Num: 25, Den: 1},
		SAR: source.Rational{Num: 1, Den: 1}, Frames: pictures, Fields: source.Fields{Scan: source.Progressive}}}
	r := recipe.Default()
	p, err := plan.Make(plan.Input{Source: src, Recipe: r, Output: filepath.Join(dir, "out", "tape.mkv")})
	if err != nil {
		t.Fatal(err)
	}
	return &restore.Runner{Tools: &ffmpeg.Tools{FFmpeg: self, FFprobe: self}}, p
}

// nothingOpen checks at the test's end that no file is open that was not before.
func nothingOpen(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	count := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if r, w, err := os.Pipe(); err == nil { // the runtime's own poller is open from the first pipe on
		r.Close()
		w.Close()
	}
	before := count()
	t.Cleanup(func() {
		if now := count(); now > before {
			t.Errorf("%d files are open, %d were before", now, before)
		}
	})
}

// left are the names beside the output.
func left(t *testing.T, p *plan.Plan) (names []string) {
	t.Helper()
	list, err := os.ReadDir(filepath.Dir(p.Output))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
