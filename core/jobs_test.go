package core_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/process"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// patience bounds waits for what must come; it is reached by faults only.
const patience = 5 * time.Minute

// await waits, by events, until the list is as it should be.
func await(t *testing.T, s *core.Service, what string, is func(core.Snapshot) bool) core.Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	changes := s.Watch(ctx)
	for {
		snap := s.Snapshot()
		if is(snap) {
			return snap
		}
		if _, ok := <-changes; !ok {
			list := fmt.Sprintf("%+v", snap.Jobs)
			t.Fatalf("not seen: %s; the list is %.3000s", what, list)
		}
	}
}

// byID finds a job; a job that is not in the list has no state.
func byID(snap core.Snapshot, id string) core.Job {
	for _, j := range snap.Jobs {
		if j.ID == id {
			return j
		}
	}
	return core.Job{}
}

func awaitState(t *testing.T, s *core.Service, id string, want core.State) core.Job {
	t.Helper()
	return byID(await(t, s, fmt.Sprintf("%s %s", id, want), func(snap core.Snapshot) bool { return byID(snap, id).State == want }), id)
}

// add is Add, which must work.
func add(t *testing.T, s *core.Service, paths []string, r recipe.Recipe, outDir string) []string {
	t.Helper()
	added, err := s.Add(paths, r, outDir)
	if err != nil {
		t.Errorf("add %v: %v", paths, err)
	}
	return added.IDs
}

// fast is the cheapest recipe.
func fast() recipe.Recipe {
	r := quick(recipe.NetworkNone)
	r.Output.Encoder, r.Output.Speed, r.Sound.Mode = "x264", recipe.SpeedFast, recipe.SoundOff
	return r
}

func webcam(t *testing.T) string { return tape.For(t, 1, "webcam")["webcam"].Path }

func copyFile(t *testing.T, from, to string) string {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
			err = os.WriteFile(to, data, 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}

// openFiles counts this process's open files; 0 where the system doesn't tell. Handles of process ids are left out: gopsutil leaves them to the
// garbage collector, and process.Live tells whether a process is left.
func openFiles() (n int) {
	list, _ := os.ReadDir("/proc/self/fd")
	for _, e := range list {
		if what, _ := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); what != "anon_inode:[pidfd]" {
			n++
		}
	}
	return n
}

// TestQueue adds files, a folder, the same again and a file that isn't there, and runs them all.
func TestQueue(t *testing.T) {
	s := newService(t)
	in, out := t.TempDir(), t.TempDir()
	a := copyFile(t, webcam(t), filepath.Join(in, "a.mp4"))
	copyFile(t, a, filepath.Join(in, "deep", "b.mp4"))
	copyFile(t, a, filepath.Join(in, "b.restored.mp4"))
	missing := filepath.Join(in, "gone.mpg")
	kept := copyFile(t, missingText(t), filepath.Join(out, "a.restored.mkv"))

	ids := add(t, s, []string{a, in, missing, a}, fast(), out)
	if len(ids) != 3 {
		t.Fatalf("added %d jobs, want 3: %+v", len(ids), s.Snapshot().Jobs)
	}
	if again := add(t, s, []string{a}, fast(), out); len(again) != 0 {
		t.Errorf("a capture that is in the list was added again: %v", again)
	}
	bad := awaitState(t, s, ids[2], core.Failed)
	if !strings.Contains(bad.Error, missing) || !strings.Contains(bad.Error, "There is no such file.") {
		t.Errorf("a missing file's error is %q", bad.Error)
	}
	first := awaitState(t, s, ids[0], core.Waiting)
	if !strings.Contains(first.Facts, "progressive") || !strings.Contains(first.Summary, "x264") || first.Duration <= 0 {
		t.Errorf("facts %q, summary %q, duration %v", first.Facts, first.Summary, first.Duration)
	}
	s.Start()
	for _, id := range ids[:2] {
		j := awaitState(t, s, id, core.Done)
		if j.Progress != 1 || j.Frames == 0 || j.Frames != j.Total || j.Size == 0 || j.Stage != "" || !fileThere(j.Output) {
			t.Errorf("a finished job is %+v", j)
		}
	}
	if got := strings.Join(names(t, out), ", "); got != "a.restored 2.mkv, a.restored.mkv, b.restored.mkv" {
		t.Errorf("outputs are %s", got)
	}
	if data, err := os.ReadFile(kept); err != nil || string(data) != "mine" {
		t.Errorf("the file that was there is now %.20q, %v", data, err)
	}
	snap := s.Snapshot()
	snap.Jobs[0].Name = "changed"
	if s.Snapshot().Jobs[0].Name == "changed" {
		t.Error("a snapshot is the list itself")
	}
	s.ClearFinished()
	if left := s.Snapshot().Jobs; len(left) != 0 {
		t.Errorf("finished jobs are left: %+v", left)
	}
}

func missingText(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func fileThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// gated is a service with a job that runs until it is cancelled, and one that waits.
func gated(t *testing.T) (s *core.Service, g *gate, ids []string, out string) {
	t.Helper()
	s, g, out = newService(t), newGate(), t.TempDir()
	s.SetEngines(g)
	r := fast()
	r.Upscale.Network = "tape-fast"
	ids = add(t, s, []string{tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path}, r, out)
	ids = append(ids, add(t, s, []string{webcam(t)}, fast(), out)...)
	for _, id := range ids {
		awaitState(t, s, id, core.Waiting)
	}
	return s, g, ids, out
}

// running starts the gated job and waits until its processes run.
func running(t *testing.T, s *core.Service, g *gate) {
	t.Helper()
	s.Start()
	<-g.opened
	await(t, s, "a decoder and an encoder", func(core.Snapshot) bool { return len(process.Live()) == 2 })
}

// TestCancel ends running and waiting jobs; nothing of them stays.
func TestCancel(t *testing.T) {
	s, g, ids, out := gated(t)
	files := openFiles()
	running(t, s, g)
	s.Cancel(ids[1])
	if j := byID(s.Snapshot(), ids[1]); j.State != core.Cancelled {
		t.Errorf("a waiting job is %s after Cancel", j.State)
	}
	begin := time.Now()
	s.Cancel(ids[0])
	awaitState(t, s, ids[0], core.Cancelled)
	t.Logf("cancelled after %v", time.Since(begin))
	if live := process.Live(); len(live) > 0 {
		t.Errorf("processes left: %v", live)
	}
	if left := names(t, out); len(left) > 0 {
		t.Errorf("files left: %v", left)
	}
	if now := openFiles(); now != files {
		t.Errorf("%d files open, %d before", now, files)
	}

	// Once more, and off the list while it runs: the next job is done all the same.
	s.Retry(ids[0])
	<-g.opened
	s.Remove(ids[0])
	s.Retry(ids[1])
	awaitState(t, s, ids[1], core.Done)
	if snap := s.Snapshot(); len(snap.Jobs) != 1 || len(snap.Stages) != 0 {
		t.Errorf("the list is %+v", snap)
	}
	if got := names(t, out); len(got) != 1 || got[0] != "webcam.restored.mkv" {
		t.Errorf("files are %v", got)
	}
}

// TestStop lets the running job be and starts no other.
func TestStop(t *testing.T) {
	s, g, ids, _ := gated(t)
	running(t, s, g)
	s.Stop()
	s.Cancel(ids[0])
	awaitState(t, s, ids[0], core.Cancelled)
	if j := byID(s.Snapshot(), ids[1]); j.State != core.Waiting {
		t.Errorf("the other job is %s", j.State)
	}
}

// TestCloseEndsJobs closes the service while a job runs and another waits.
func TestCloseEndsJobs(t *testing.T) {
	s, g, ids, out := gated(t)
	running(t, s, g)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, id := range ids {
		if j := byID(s.Snapshot(), id); j.State != core.Waiting {
			t.Errorf("%s is %s after Close", id, j.State)
		}
	}
	if live := process.Live(); len(live) > 0 {
		t.Errorf("processes left: %v", live)
	}
	for _, name := range names(t, out) {
		if !strings.Contains(name, ".partial.") {
			t.Errorf("%s is left", name)
		}
	}
	if _, err := s.Add([]string{"x.mpg"}, fast(), ""); err == nil {
		t.Error("a closed service takes jobs")
	}
}
