package core_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/testdata/tape"
)

// TestFaultStaysWithItsJob has an engine panic while a job is planned, and while it runs.
func TestFaultStaysWithItsJob(t *testing.T) {
	for _, where := range []string{"Devices", "Open"} {
		t.Run(where, func(t *testing.T) {
			s, out := newService(t), t.TempDir()
			g := newGate()
			g.panics = where
			s.SetEngines(g)
			r := fast()
			r.Upscale.Network = "tape-fast"
			s.Start()
			ids := add(t, s, []string{tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path}, r, out)
			ids = append(ids, add(t, s, []string{webcam(t)}, fast(), out)...)
			bad := awaitState(t, s, ids[0], core.Failed)
			if !strings.Contains(bad.Error, "a fault in Tapelight itself (no such luck)") || strings.Contains(bad.Error, "\n") {
				t.Errorf("the error is %q", bad.Error)
			}
			awaitState(t, s, ids[1], core.Done)
			want := "webcam.restored.mkv"
			if where == "Open" {
				want = "ntsc-vhs.restored.failed.log.txt, " + want
				if text, err := os.ReadFile(bad.ErrorLog); err != nil || !strings.Contains(string(text), "goroutine ") {
					t.Errorf("the log lacks the stack: %v", err)
				}
			}
			if got := strings.Join(names(t, out), ", "); got != want {
				t.Errorf("files are %s, want %s", got, want)
			}
			if len(s.Log(0)) == 0 {
				t.Error("nothing in the log")
			}
		})
	}
}

// badEncoder makes a folder whose ffmpeg is the installed one, but for encoding by x264, which it gives up with last words.
func badEncoder(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a shell script stands in for ffmpeg")
	}
	dir := t.TempDir()
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		script := "#!/bin/sh\ncase \"$*\" in *libx264*) echo 'the first word' >&2; echo 'no more magnetism' >&2; exit 9;; esac\nexec '" + real + "' \"$@\"\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestFailureLog reads what a failed run leaves: a log with the plan and ffmpeg's last words, and nothing else. The next try may do better.
func TestFailureLog(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	capture := webcam(t)
	s, err := core.New(core.Options{ConfigDir: dir, CacheDir: dir, FFmpegDir: badEncoder(t), Queue: &core.QueueOptions{Dir: filepath.Join(dir, "queue")}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Start()
	id := add(t, s, []string{capture}, fast(), out)[0]
	j := awaitState(t, s, id, core.Failed)
	if !strings.Contains(j.Error, capture) || !strings.HasSuffix(j.Error, "no more magnetism") {
		t.Errorf("the error is %q", j.Error)
	}
	if got := names(t, out); len(got) != 1 || filepath.Join(out, got[0]) != j.ErrorLog || got[0] != "webcam.restored.failed.log.txt" {
		t.Fatalf("left are %v, the log is %s", got, j.ErrorLog)
	}
	text, err := os.ReadFile(j.ErrorLog)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{capture, "the first word\nno more magnetism", "The plan was:", "Progressive", "libx264"[3:], "ffmpeg "} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the log lacks %q:\n%s", want, text)
		}
	}
	r := fast()
	r.Output.Encoder = "ffv1"
	s.SetRecipe(id, r)
	s.Retry(id)
	if j := awaitState(t, s, id, core.Done); j.Error != "" || j.ErrorLog != "" {
		t.Errorf("a job that is done keeps its error: %+v", j)
	}
}

// TestNoRoom refuses an output that is expected not to fit, before anything is written.
func TestNoRoom(t *testing.T) {
	s, out := newService(t), filepath.Join(t.TempDir(), "new", "folder")
	var asked string
	free := uint64(2_000_000_000)
	s.SetFree(func(path string) (uint64, error) {
		asked = path
		return free, nil
	})
	req := core.Request{Path: webcam(t), Recipe: fast(), OutDir: out}
	_, err := s.Restore(t.Context(), req, nil)
	full, ok := errors.AsType[*core.SpaceError](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}
	if full.Need <= 0 || full.Free != 2_000_000_000 || asked != out {
		t.Errorf("%+v, asked for %s", full, asked)
	}
	if msg := err.Error(); !strings.Contains(msg, "2.00 GB free") || !strings.Contains(msg, out) || strings.Contains(msg, "\n") {
		t.Errorf("the message is %q", msg)
	}
	if fileThere(out) {
		t.Error("the output's folder was made")
	}
	free += uint64(full.Need)
	if _, err := s.Restore(t.Context(), req, nil); err != nil {
		t.Errorf("with just enough room: %v", err)
	}
	s.SetFree(func(string) (uint64, error) { return 0, errors.New("no answer") })
	req.Overwrite = true
	if _, err := s.Restore(t.Context(), req, nil); err != nil {
		t.Errorf("where the free space can't be read: %v", err)
	}
}

// TestWithoutFFmpeg tells what is missing and what to do.
func TestWithoutFFmpeg(t *testing.T) {
	t.Setenv("PATH", "")
	t.Setenv("TAPELIGHT_FFMPEG", "")
	s := newService(t)
	r := s.Doctor(t.Context())
	if r.OK || len(r.Checks) == 0 || r.Checks[0].Name != "ffmpeg" || r.Checks[0].OK || !r.Checks[0].Required || r.Checks[0].Hint == "" {
		t.Errorf("the report is %+v", r)
	}
	file := missingText(t)
	_, err := s.Restore(t.Context(), core.Request{Path: file, Recipe: fast()}, nil)
	if _, ok := errors.AsType[*ffmpeg.MissingError](err); !ok || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %v", err)
	}
	if got := names(t, filepath.Dir(file)); len(got) != 1 {
		t.Errorf("files are %v", got)
	}
}
