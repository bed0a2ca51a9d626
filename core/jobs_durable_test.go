package core_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/process"
	"github.com/tapelight/tapelight/core/queue"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/testdata/tape"
)

// serviceIn is a service whose things lie in dir, as after a restart.
func serviceIn(t *testing.T, dir string, change ...func(*core.Options)) *core.Service {
	t.Helper()
	o := core.Options{ConfigDir: filepath.Join(dir, "config"), CacheDir: filepath.Join(dir, "cache"), Queue: &core.QueueOptions{Dir: filepath.Join(dir, "queue")}}
	for _, c := range change {
		c(&o)
	}
	s, err := core.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, s) })
	return s
}

func closed(t *testing.T, s *core.Service) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left := process.Live(); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// networked is the cheapest recipe with a network.
func networked() recipe.Recipe {
	r := fast()
	r.Upscale.Network = "tape-fast"
	return r
}

// TestListSurvives closes and opens: jobs, recipes, their order and their outcomes are there again, and what ran goes on by itself.
func TestListSurvives(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	s, g := serviceIn(t, dir), newGate()
	s.SetEngines(g)
	tall := fast()
	tall.Upscale.Height, tall.Order, tall.Title = 240, 7, "Mine"
	ids := add(t, s, []string{tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path}, networked(), out)
	ids = append(ids, add(t, s, []string{webcam(t)}, tall, out)...)
	ids = append(ids, add(t, s, []string{filepath.Join(dir, "gone.mpg")}, fast(), out)...)
	awaitState(t, s, ids[1], core.Waiting)
	awaitState(t, s, ids[2], core.Failed)
	must(t, s.Move(ids[2], core.MoveTop))
	running(t, s, g)
	before := s.Snapshot()
	closed(t, s)

	s = serviceIn(t, dir)
	snap := s.Snapshot()
	if len(snap.Jobs) != 3 || snap.Mode != core.Started {
		t.Fatalf("after a restart: %+v", snap)
	}
	for i, j := range snap.Jobs {
		was := before.Jobs[i]
		if j.ID != was.ID || j.Path != was.Path || j.Recipe != was.Recipe || j.Facts != was.Facts || j.Error != was.Error {
			t.Errorf("job %d was %+v and is %+v", i, was, j)
		}
	}
	if j := snap.Jobs[0]; j.ID != ids[2] || j.State != core.Failed {
		t.Errorf("the first job is %+v", j)
	}
	for _, id := range ids[:2] {
		awaitState(t, s, id, core.Done)
	}
	if got := names(t, out); !slices.Equal(got, []string{"ntsc-vhs.restored.mkv", "webcam.restored.mkv"}) {
		t.Errorf("files are %v", got)
	}
	closed(t, s)
	// All is done: the next start waits for a person's word.
	if snap := serviceIn(t, dir).Snapshot(); snap.Mode != core.Stopped || len(snap.Jobs) != 3 {
		t.Errorf("after the end: %+v", snap)
	}
}

// TestLocked opens a queue that is open.
func TestLocked(t *testing.T) {
	dir := t.TempDir()
	serviceIn(t, dir)
	_, err := core.New(core.Options{ConfigDir: dir, CacheDir: t.TempDir(), Queue: &core.QueueOptions{Dir: filepath.Join(dir, "queue")}})
	if locked, ok := errors.AsType[*queue.LockedError](err); !ok || locked.Pid != os.Getpid() {
		t.Errorf("the error is %v", err)
	}
}

// TestPauseAndHold pauses a running job, lets another one by, and holds the queue; in the end all is done, and only the outputs are left.
func TestPauseAndHold(t *testing.T) {
	s, out := newService(t), t.TempDir()
	ids := add(t, s, []string{tape.For(t, 2, "ntsc-vhs")["ntsc-vhs"].Path}, networked(), out)
	ids = append(ids, add(t, s, []string{webcam(t)}, fast(), out)...)
	awaitState(t, s, ids[1], core.Waiting)
	must(t, s.Start())
	begun := func() {
		t.Helper()
		await(t, s, "a picture", func(snap core.Snapshot) bool {
			return byID(snap, ids[0]).Frames > 0 || byID(snap, ids[0]).State == core.Done
		})
	}
	begun()
	must(t, s.Pause(ids[0]))
	awaitState(t, s, ids[1], core.Done)
	j := byID(s.Snapshot(), ids[0])
	if j.State != core.Paused || !j.Resumes || j.Output == "" || j.Progress <= 0 {
		t.Fatalf("paused is %+v", j)
	}
	if left := names(t, out); len(left) != 2 || !strings.Contains(left[0], ".partial") {
		t.Errorf("files are %v", left)
	}
	must(t, s.Resume(ids[0]))
	awaitState(t, s, ids[0], core.Running)
	must(t, s.Hold())
	awaitState(t, s, ids[0], core.Waiting)
	if snap := s.Snapshot(); snap.Mode != core.Held || snap.Running {
		t.Errorf("held is %+v", snap)
	}
	must(t, s.Start())
	if j := awaitState(t, s, ids[0], core.Done); j.Frames != j.Total || j.Progress != 1 {
		t.Errorf("done is %+v", j)
	}
	if got := names(t, out); !slices.Equal(got, []string{"ntsc-vhs.restored.mkv", "webcam.restored.mkv"}) {
		t.Errorf("files are %v", got)
	}
}

// TestCancelPaused removes what a paused job had made, and leaves what somebody else put there.
func TestCancelPaused(t *testing.T) {
	s, out := newService(t), t.TempDir()
	id := add(t, s, []string{tape.For(t, 2, "ntsc-vhs")["ntsc-vhs"].Path}, networked(), out)[0]
	for _, end := range []func() error{func() error { return s.Cancel(id) }, func() error { return s.Remove(id) }} {
		must(t, s.Start())
		await(t, s, "a picture", func(snap core.Snapshot) bool { return byID(snap, id).Frames > 0 })
		must(t, s.Pause(id))
		awaitState(t, s, id, core.Paused)
		must(t, s.Stop())
		foreign := filepath.Join(out, "other.partial.mkv")
		must(t, os.WriteFile(foreign, []byte("mine"), 0o644))
		must(t, end())
		await(t, s, "an empty folder", func(core.Snapshot) bool { return len(names(t, out)) == 1 })
		if !fileThere(foreign) {
			t.Error("a file of somebody else's is gone")
		}
		if byID(s.Snapshot(), id).State == core.Cancelled {
			must(t, s.Retry(id))
		}
	}
}

// TestOrder moves and duplicates.
func TestOrder(t *testing.T) {
	s, in := newService(t), t.TempDir()
	var paths []string
	for _, n := range []string{"a.mp4", "b.mp4", "c.mp4"} {
		paths = append(paths, copyFile(t, webcam(t), filepath.Join(in, n)))
	}
	ids := add(t, s, paths, fast(), "")
	list := func() (out []string) {
		for _, j := range s.Snapshot().Jobs {
			out = append(out, strings.TrimSuffix(j.Name, ".mp4"))
		}
		return out
	}
	must(t, s.Move(ids[2], core.MoveUp))
	must(t, s.Move(ids[0], core.MoveTo(9)))
	must(t, s.Move(ids[1], core.MoveTop))
	tall := fast()
	tall.Upscale.Height = 240
	twin, err := s.Duplicate(ids[2], tall)
	must(t, err)
	if got := strings.Join(list(), ""); got != "bcca" {
		t.Errorf("the order is %s", got)
	}
	awaitState(t, s, twin, core.Waiting)
	must(t, s.Start())
	first, second := awaitState(t, s, ids[2], core.Done), awaitState(t, s, twin, core.Done)
	if first.Output == second.Output || second.Recipe != tall {
		t.Errorf("the twins are %+v and %+v", first, second)
	}
	added, err := s.Add(paths, fast(), "")
	if err != nil || len(added.IDs)+len(added.Known) != 3 {
		t.Errorf("added again: %+v, %v", added, err)
	}
}

// TestTriesAgain takes a capture's disk away, for a while and for good.
func TestTriesAgain(t *testing.T) {
	c, dir, out := newClock(), t.TempDir(), t.TempDir()
	s := serviceIn(t, dir, func(o *core.Options) {
		o.Queue.Clock, o.Queue.Backoff = c, []time.Duration{5 * time.Second, time.Minute}
	})
	disk := filepath.Join(dir, "disk")
	id := add(t, s, []string{copyFile(t, webcam(t), filepath.Join(disk, "a.mp4"))}, fast(), out)[0]
	awaitState(t, s, id, core.Waiting)
	must(t, os.Rename(disk, disk+" away"))
	must(t, s.Start())
	tried := func(n int) {
		t.Helper()
		await(t, s, "another try", func(snap core.Snapshot) bool {
			j := byID(snap, id)
			return j.State == core.Waiting && j.Tries == n && j.Error != "" && strings.HasSuffix(j.Stage, map[int]string{1: "2nd try in 5s", 2: "3rd try in 1m0s"}[n])
		})
	}
	tried(1)
	c.pass(t, 5*time.Second)
	tried(2)
	must(t, os.Rename(disk+" away", disk))
	c.pass(t, time.Minute)
	if j := awaitState(t, s, id, core.Done); j.Tries != 0 || j.Error != "" {
		t.Errorf("done is %+v", j)
	}
}

// TestLowDisk holds the queue while there is little room, and goes on by itself.
func TestLowDisk(t *testing.T) {
	c, dir, out := newClock(), t.TempDir(), t.TempDir()
	s, g := serviceIn(t, dir, func(o *core.Options) { o.Queue.Clock = c }), newGate()
	s.SetEngines(g)
	var free atomic.Uint64
	free.Store(100e9)
	s.SetFree(func(string) (uint64, error) { return free.Load(), nil })
	id := add(t, s, []string{tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path}, networked(), out)[0]
	running(t, s, g)
	free.Store(1e9)
	c.pass(t, 2*time.Second)
	snap := await(t, s, "a held queue", func(snap core.Snapshot) bool { return snap.Mode == core.Held && byID(snap, id).State == core.Waiting })
	if !strings.Contains(snap.Reason, out) || !strings.Contains(snap.Reason, "2.50 GB") {
		t.Errorf("the reason is %q", snap.Reason)
	}
	free.Store(2.1e9) // hardly more than the floor: not yet
	c.pass(t, 2*time.Second)
	c.pass(t, 2*time.Second) // the first look is over when the next one waits
	if snap := s.Snapshot(); snap.Mode != core.Held {
		t.Errorf("the queue is %+v", snap)
	}
	free.Store(50e9)
	c.pass(t, 2*time.Second)
	<-g.opened
	if j := awaitState(t, s, id, core.Running); j.Tries != 0 {
		t.Errorf("the job is %+v", j)
	}
}

// TestAFullDiskHoldsItsOwnVideos has a video on a disk without room wait, and one on another disk run meanwhile.
func TestAFullDiskHoldsItsOwnVideos(t *testing.T) {
	c, dir, full, roomy := newClock(), t.TempDir(), t.TempDir(), t.TempDir()
	s, g := serviceIn(t, dir, func(o *core.Options) { o.Queue.Clock = c }), newGate()
	s.SetEngines(g)
	var free atomic.Uint64
	free.Store(100e9)
	s.SetFree(func(path string) (uint64, error) {
		if strings.HasPrefix(path, full) {
			return free.Load(), nil
		}
		return 100e9, nil
	})
	s.SetVolume(func(path string) string {
		if strings.HasPrefix(path, full) {
			return "full"
		}
		return "roomy"
	})
	path := tape.For(t, 1, "ntsc-vhs")["ntsc-vhs"].Path
	copied := func(name string) string { return copyFile(t, path, filepath.Join(dir, "tapes", name)) }
	ids := add(t, s, []string{copied("a.mpg"), copied("b.mpg")}, networked(), filepath.Join(full, "new folder"))
	ids = append(ids, add(t, s, []string{copied("c.mpg")}, networked(), roomy)...)
	for _, id := range ids {
		awaitState(t, s, id, core.Waiting)
	}
	running(t, s, g)
	free.Store(1e9)
	c.pass(t, 2*time.Second)
	<-g.opened
	snap := await(t, s, "the video on the other disk", func(snap core.Snapshot) bool { return byID(snap, ids[2]).State == core.Running })
	for _, id := range ids[:2] {
		if j := byID(snap, id); j.State != core.Waiting || !strings.Contains(j.Stage, full) || !strings.Contains(j.Stage, "2.50 GB") || j.Tries != 0 {
			t.Errorf("a video on the full disk is %+v", j)
		}
	}
	if snap.Mode != core.Started || snap.Reason != "" {
		t.Errorf("the queue is %s for %q", snap.Mode, snap.Reason)
	}
	must(t, s.Cancel(ids[2]))
	await(t, s, "a held queue", func(snap core.Snapshot) bool { return snap.Mode == core.Held && strings.Contains(snap.Reason, full) })
	free.Store(50e9)
	c.pass(t, 2*time.Second)
	<-g.opened
	// The first as a rule; the second where there came to be room just between looking at the first and at it.
	snap = await(t, s, "a video of that disk", func(snap core.Snapshot) bool {
		return byID(snap, ids[0]).State == core.Running || byID(snap, ids[1]).State == core.Running
	})
	for _, id := range ids[:2] {
		if j := byID(snap, id); strings.Contains(j.Stage, full) {
			t.Errorf("a video still waits for room: %+v", j)
		}
	}
}

// TestAfter counts down when the queue is done, and can be told not to.
func TestAfter(t *testing.T) {
	c, dir := newClock(), t.TempDir()
	s := serviceIn(t, dir, func(o *core.Options) { o.Queue.Clock = c })
	done := make(chan core.After, 1)
	awake := make(chan bool, 16)
	s.SetPower(func(context.Context, string) (func(), error) {
		awake <- true
		return func() { awake <- false }, nil
	}, func(_ context.Context, what core.After) error {
		done <- what
		return nil
	})
	if err := s.SetAfter(core.After{Action: "dance"}); err == nil {
		t.Error("anything may follow the queue")
	}
	want := core.After{Action: core.AfterCommand, Command: "true"}
	must(t, s.SetAfter(want))
	id := add(t, s, []string{webcam(t)}, fast(), t.TempDir())[0]
	must(t, s.Start())
	counting := func(snap core.Snapshot) bool { return snap.Countdown != nil }
	snap := await(t, s, "a countdown", counting)
	if byID(snap, id).State != core.Done || snap.Countdown.Action != core.AfterCommand || snap.Countdown.Left != time.Minute {
		t.Errorf("counting down: %+v", snap)
	}
	if !<-awake || <-awake {
		t.Error("the machine was not kept awake while the job ran, and then let go")
	}
	must(t, s.CancelAfter())
	if snap := s.Snapshot(); snap.Countdown != nil || snap.After != want {
		t.Errorf("after it was cancelled: %+v", snap)
	}
	twin, err := s.Duplicate(id, fast())
	must(t, err)
	awaitState(t, s, twin, core.Done)
	await(t, s, "another countdown", counting)
	c.pass(t, time.Minute)
	if got := <-done; got != want {
		t.Errorf("what followed is %+v", got)
	}
}

// TestWithoutQueue asks a service for what it hasn't.
func TestWithoutQueue(t *testing.T) {
	dir := t.TempDir()
	s, err := core.New(core.Options{ConfigDir: dir, CacheDir: dir})
	must(t, err)
	defer s.Close()
	if _, err := s.Add([]string{"x"}, fast(), ""); !errors.Is(err, core.ErrNoQueue) {
		t.Errorf("Add: %v", err)
	}
	if err := s.Start(); !errors.Is(err, core.ErrNoQueue) || len(s.Snapshot().Jobs) != 0 {
		t.Errorf("Start: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range s.Watch(ctx) {
	}
}
