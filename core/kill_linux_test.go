package core_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// appVariable makes the test binary play the app: with these options in JSON it works on the queue until all is done, and says how far it is.
const appVariable = "TAPELIGHT_TEST_APP"

type appOptions struct {
	Dir   string
	Queue core.QueueOptions
}

func playApp(text string) int {
	var o appOptions
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Println("error", err)
		return 1
	}
	s, err := core.New(core.Options{ConfigDir: filepath.Join(o.Dir, "config"), CacheDir: filepath.Join(o.Dir, "cache"), Queue: &o.Queue})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	defer s.Close()
	changes := s.Watch(context.Background())
	if err := s.Start(); err != nil { // a change, so that there is a first one
		fmt.Println("error", err)
		return 1
	}
	said, told := "", ""
	for range changes {
		j := s.Snapshot().Jobs[0]
		if line := fmt.Sprintln(j.State, j.Frames); line != said {
			said = line
			fmt.Print(line)
		}
		for _, e := range s.Log(0) {
			if rest, ok := strings.CutPrefix(e.Text, "Going on after picture "); ok {
				if line := fmt.Sprintln("resumed", strings.Fields(rest)[0]); line != told {
					told = line
					fmt.Print(line)
				}
			}
		}
		switch j.State {
		case core.Done:
			return 0
		case core.Failed, core.Cancelled:
			fmt.Println("error", j.Error)
			return 1
		}
	}
	return 2
}

// app is one life of the program.
type app struct {
	cmd    *exec.Cmd
	gone   *os.File // ends when the program and all its children have gone
	frames int64    // written when it was last heard
	begun  int64    // where it went on
	state  string
	fault  string
}

// live runs the app until it is done, or is killed after a while; while 0 lets it be.
func live(t *testing.T, dir string, while time.Duration) *app {
	t.Helper()
	return lives(t, appOptions{dir, core.QueueOptions{Dir: filepath.Join(dir, "queue")}}, while, nil)
}

// lives is live with any queue, and a word in what the app is told of: kill says whether to kill it now.
func lives(t *testing.T, o appOptions, while time.Duration, kill func(*app) bool) *app {
	t.Helper()
	text, err := json.Marshal(o)
	must(t, err)
	r, w, err := os.Pipe()
	must(t, err)
	a := &app{cmd: exec.CommandContext(t.Context(), os.Args[0]), gone: r}
	a.cmd.Env = append(os.Environ(), appVariable+"="+string(text))
	a.cmd.Stderr = os.Stderr
	a.cmd.ExtraFiles = []*os.File{w, w, w, w, w, w} // its children inherit some
	out, err := a.cmd.StdoutPipe()
	must(t, err)
	must(t, a.cmd.Start())
	w.Close()
	if while > 0 {
		defer time.AfterFunc(while, func() { a.cmd.Process.Kill() }).Stop()
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		n, _ := strconv.ParseInt(rest, 10, 64)
		switch word {
		case "error":
			a.fault = rest
		case "resumed":
			a.begun = n
		default:
			a.state = word
			a.frames = max(a.frames, n)
		}
		if kill != nil && kill(a) {
			must(t, a.cmd.Process.Kill())
		}
	}
	_ = a.cmd.Wait()
	// Nothing of it may live on. A process that does holds the pipe open, and the test's own time limit ends.
	_, _ = io.Copy(io.Discard, a.gone)
	a.gone.Close()
	return a
}

// digest is ffmpeg's own digest of every decoded picture and of the sound, with their times.
func digest(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c:s", "copy", "-f", "framemd5", "-").Output()
	must(t, err)
	return string(out)
}

// TestKill kills the program at random moments of a job, starts it again, and compares what comes out in the end with an uninterrupted run's.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	kills, seconds, r := 50, 1.0, fast()
	if os.Getenv("TAPELIGHT_SOAK") != "" {
		kills, seconds = 100, 3
	}
	sample := tape.For(t, seconds, "ntsc-vhs")["ntsc-vhs"].Path
	r.Output.Encoder, r.Sound.Codec, r.Sound.Mode = "ffv1", recipe.CodecFLAC, recipe.SoundOff
	fresh := func(t *testing.T) (dir, out string) {
		t.Helper()
		dir, out = t.TempDir(), t.TempDir()
		s := serviceIn(t, dir)
		id := add(t, s, []string{sample}, r, out)[0]
		awaitState(t, s, id, core.Waiting)
		closed(t, s)
		return dir, out
	}
	dir, out := fresh(t)
	begin := time.Now()
	if a := live(t, dir, 0); a.state != string(core.Done) {
		t.Fatalf("the uninterrupted run: %s %s", a.state, a.fault)
	}
	whole := time.Since(begin)
	want := digest(t, filepath.Join(out, "ntsc-vhs.restored.mkv"))

	seed := uint64(begin.UnixNano())
	dice := rand.New(rand.NewPCG(seed, 1))
	t.Logf("seed %d; the uninterrupted run takes %v", seed, whole)
	jobs, survived, most := 0, 0, 0.0
	for ; survived < kills; jobs++ {
		dir, out := fresh(t)
		frames := int64(0) // made before the last kill
		for {
			while := time.Duration(1 + dice.Int64N(int64(whole)))
			if survived == kills {
				while = 0
			}
			a := live(t, dir, while)
			if a.fault != "" {
				t.Fatal(a.fault)
			}
			if a.begun > 0 {
				most = max(most, float64(frames-a.begun)/59.94)
			}
			if a.state == string(core.Done) {
				break
			}
			survived++
			frames = max(a.frames, a.begun)
		}
		if got := digest(t, filepath.Join(out, "ntsc-vhs.restored.mkv")); got != want {
			t.Error("the output differs from the uninterrupted run's")
		}
		if got := names(t, out); !slices.Equal(got, []string{"ntsc-vhs.restored.mkv"}) {
			t.Errorf("files left: %v", got)
		}
		s := serviceIn(t, dir)
		if left, _ := filepath.Glob(filepath.Join(dir, "cache", "*", "*")); len(left) > 1 { // the folder of the service that runs now, if it has one
			t.Errorf("temporary files left: %v", left)
		}
		if j := s.Snapshot().Jobs; len(j) != 1 || j[0].State != core.Done {
			t.Errorf("the list is %+v", j)
		}
		closed(t, s)
	}
	t.Logf("%d kills survived in %d jobs; at most %.1f s of output were made again", survived, jobs, most)
	if most > 10 {
		t.Errorf("%.1f s of output were lost", most)
	}
}
