package queue

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"
)

func TestJobsOutliveTheProgram(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir)
	jobs := add(t, q, "a", "b", "c")
	must(t, q.Move(within30(t), jobs[2].ID, Top))
	must(t, q.StartQueue(within30(t)))
	closeQueue(t, q)
	q = open(t, dir)
	if got := paths(q); got != "c a b" {
		t.Errorf("%s", got)
	}
	if q.Snapshot().Control.Mode != Started || q.Damage() != nil {
		t.Error(q.Snapshot().Control, q.Damage())
	}
	if j, _ := q.Get(jobs[0].ID); string(j.Payload) != `{"preset":"a"}` {
		t.Errorf("%s", j.Payload)
	}
}

func TestDuplicatesAreNoticed(t *testing.T) {
	q := open(t, t.TempDir())
	add(t, q, "a", "b")
	added, known, err := q.Add(within30(t), specs("b", "c", "c")...)
	if err != nil || len(added) != 1 || len(known) != 2 || paths(q) != "a b c" {
		t.Errorf("%v %v %v", added, known, err)
	}
	w := started(t, q)
	c := claim(t, w)
	must(t, c.Done(within30(t), nil))
	if added, _, _ := q.Add(within30(t), specs("a")...); len(added) != 1 {
		t.Error("a finished job's path can't be added again")
	}
	if n, err := q.ClearFinished(within30(t)); n != 1 || err != nil || paths(q) != "b c a" {
		t.Error(n, err, paths(q))
	}
}

func TestMove(t *testing.T) {
	q := open(t, t.TempDir())
	jobs := add(t, q, "a", "b", "c", "d")
	for _, step := range []struct {
		job   int
		where Where
		want  string
	}{{3, Up, "a b d c"}, {0, Down, "b a d c"}, {0, Bottom, "b d c a"}, {2, Top, "c b d a"}, {2, Up, "c b d a"}, {0, To(1), "c a b d"}, {2, To(99), "a b d c"}, {1, To(-3), "b a d c"}} {
		must(t, q.Move(within30(t), jobs[step.job].ID, step.where))
		if got := paths(q); got != step.want {
			t.Fatalf("%s, want %s", got, step.want)
		}
	}
	d, err := q.Duplicate(within30(t), jobs[0].ID, json.RawMessage(`2`), nil, "")
	if err != nil || paths(q) != "b a a d c" || q.Snapshot().Jobs[2].ID != d.ID {
		t.Error(err, paths(q))
	}
}

func TestWorkerIsToldOfPauseCancelAndRemove(t *testing.T) {
	q := open(t, t.TempDir())
	w := started(t, q)
	for _, step := range []struct {
		ask  func(context.Context, string) error
		why  error
		then State
	}{{q.Pause, ErrPaused, Paused}, {q.Cancel, ErrCancelled, Cancelled}, {q.Remove, ErrRemoved, gone}} {
		job := add(t, q, "tape")[0]
		c := claim(t, w)
		must(t, c.Save(within30(t), json.RawMessage(`"partial"`)))
		must(t, step.ask(within30(t), job.ID))
		state(t, q, job.ID, Running) // until the worker has let go
		if why := ended(t, c); !errors.Is(why, step.why) {
			t.Errorf("%v, want %v", why, step.why)
		}
		must(t, c.Release(within30(t)))
		if err := c.Done(within30(t), nil); !errors.Is(err, ErrEnded) {
			t.Error(err)
		}
		switch step.then {
		case gone:
			if _, there := q.Get(job.ID); there {
				t.Error("it is still there")
			}
		case Paused:
			if j := state(t, q, job.ID, Paused); !j.Resumable || string(j.Checkpoint) != `"partial"` {
				t.Errorf("%+v", j)
			}
			must(t, q.Resume(within30(t), job.ID))
			c = claim(t, w)
			if !c.Job.Resumable || c.Job.Runs != 2 {
				t.Errorf("%+v", c.Job)
			}
			must(t, c.Done(within30(t), json.RawMessage(`{"frames":3}`)))
			state(t, q, job.ID, Done)
		case Cancelled:
			state(t, q, job.ID, Cancelled)
			must(t, q.Remove(within30(t), job.ID))
		}
	}
}

func TestQueueHoldsAndStops(t *testing.T) {
	q := open(t, t.TempDir())
	w := started(t, q)
	a := add(t, q, "a", "b")[0]
	c := claim(t, w)
	must(t, q.StopAfterCurrent(within30(t)))
	must(t, c.Context().Err()) // it goes on
	must(t, q.StartQueue(within30(t)))
	must(t, q.PauseQueue(within30(t), "the disk is full"))
	if why := ended(t, c); !errors.Is(why, ErrQueuePaused) {
		t.Error(why)
	}
	must(t, c.Release(within30(t)))
	if j := state(t, q, a.ID, Waiting); !j.Resumable || q.Snapshot().Control.Reason != "the disk is full" {
		t.Errorf("%+v", j)
	}
	ctx, cancel := context.WithCancel(within30(t))
	cancel()
	if _, err := w.Claim(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Error("a held queue gave a job:", err)
	}
	must(t, q.StartQueue(within30(t)))
	if c := claim(t, w); c.Job.ID != a.ID {
		t.Error(c.Job.Path)
	}
}

func TestBackOffIgnoresTheWallClock(t *testing.T) {
	clock := newHandClock()
	q := open(t, t.TempDir(), func(c *Config) { c.Clock, c.Backoff = clock, []time.Duration{time.Minute, time.Hour} })
	w := started(t, q)
	job := add(t, q, "a")[0]
	for try, delay := range []time.Duration{time.Minute, time.Hour} {
		must(t, claim(t, w).Fail(within30(t), Failure{Message: "the device was lost", Transient: true}))
		if j := state(t, q, job.ID, Waiting); j.Attempts != try+1 || j.Delay != delay {
			t.Errorf("%+v", j)
		}
		got := make(chan *Claim, 1)
		go func() {
			c, err := w.Claim(within30(t), nil)
			if err != nil {
				t.Error(err)
			}
			got <- c
		}()
		clock.Jump(48 * time.Hour)
		clock.Jump(-96 * time.Hour)
		clock.Advance(delay - time.Second)
		q.Wake()
		must(t, q.Move(within30(t), job.ID, Top)) // a rewritten record doesn't begin the wait anew
		select {
		case <-got:
			t.Fatal("it was tried too early")
		default:
		}
		clock.Advance(time.Second)
		c := <-got
		must(t, c.Release(within30(t)))
	}
	must(t, claim(t, w).Fail(within30(t), Failure{Message: "the device was lost", Transient: true}))
	state(t, q, job.ID, Failed)
	must(t, q.Retry(within30(t), job.ID, ""))
	must(t, claim(t, w).Fail(within30(t), Failure{Message: "no picture"}))
	if j := state(t, q, job.ID, Failed); j.Error != "no picture" || j.Attempts != 0 {
		t.Errorf("%+v", j)
	}
}

func TestTokens(t *testing.T) {
	q := open(t, t.TempDir())
	ctx := within30(t)
	must(t, q.StartQueue(ctx))
	_, _, err := q.Add(ctx, Spec{Path: "net 1", Needs: []Token{{"gpu:0", 1}, {"encoder", 1}}}, Spec{Path: "net 2", Needs: []Token{{"gpu:0", 1}}},
		Spec{Path: "tpu", Needs: []Token{{"tpu", 1}}}, Spec{Path: "enc", Needs: []Token{{"encoder", 2}}}, Spec{Path: "free"})
	must(t, err)
	w, err := q.NewWorker(ctx, "w", map[string]int{"gpu:0": 1, "encoder": 2})
	must(t, err)
	first, second := claim(t, w), claim(t, w)
	if first.Job.Path != "net 1" || second.Job.Path != "free" {
		t.Fatal(first.Job.Path, second.Job.Path)
	}
	must(t, first.Done(ctx, nil))
	if c := claim(t, w); c.Job.Path != "net 2" {
		t.Error(c.Job.Path)
	}
	if c := claim(t, w); c.Job.Path != "enc" {
		t.Error(c.Job.Path)
	}
}

func TestDescribeHoldsForOnePayload(t *testing.T) {
	q := open(t, t.TempDir())
	ctx := within30(t)
	job := add(t, q, "a")[0]
	must(t, q.SetPayload(ctx, job.ID, json.RawMessage(`1`), nil, "reading"))
	if err := q.Describe(ctx, job, json.RawMessage(`"NTSC"`), nil, ""); !errors.Is(err, ErrChanged) {
		t.Error(err)
	}
	job, _ = q.Get(job.ID)
	must(t, q.Describe(ctx, job, json.RawMessage(`"PAL"`), nil, ""))
	if j, _ := q.Get(job.ID); string(j.Info) != `"PAL"` || j.Stage != "" {
		t.Errorf("%+v", j)
	}
	must(t, q.Reject(ctx, job, Failure{Message: "no picture"}))
	state(t, q, job.ID, Failed)
}

func TestWordsOfErrors(t *testing.T) {
	q := open(t, t.TempDir())
	ctx := within30(t)
	job := add(t, q, "a")[0]
	err := q.Retry(ctx, job.ID, "")
	if e, ok := errors.AsType[*TransitionError](err); !ok || e.Error() != "can't retry a: the job is waiting" {
		t.Error(err)
	}
	if _, ok := errors.AsType[*UnknownError](q.Pause(ctx, "x")); !ok {
		t.Error("no *UnknownError")
	}
	if _, _, err := q.Add(ctx, Spec{Path: "big", Payload: json.RawMessage(`"` + string(slices.Repeat([]byte("x"), maxRecord)) + `"`)}); err == nil {
		t.Error("a record of 256 KB was taken")
	}
}

func TestProgressAndLogs(t *testing.T) {
	q := open(t, t.TempDir())
	w := started(t, q)
	add(t, q, "a")
	lines := q.Logs(within30(t))
	c := claim(t, w)
	notes := q.Watch(within30(t))
	must(t, c.Progress(json.RawMessage(`{"frames":7}`)))
	<-notes
	if got := string(q.Snapshot().Progress[c.Job.ID]); got != `{"frames":7}` {
		t.Error(got)
	}
	must(t, c.Log("half way"))
	if got := <-lines; got.Text != "half way" || got.ID != c.Job.ID {
		t.Error(got)
	}
	must(t, c.Done(within30(t), nil))
	if len(q.Snapshot().Progress) != 0 {
		t.Error("progress outlives the run")
	}
}

func TestFolderIsOneProcesss(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir)
	_, err := Open(within30(t), Config{Dir: dir})
	if e, ok := errors.AsType[*LockedError](err); !ok || e.Pid != os.Getpid() {
		t.Fatal(err)
	}
	closeQueue(t, q)
	open(t, dir)
}

func TestPowerCutWhileRunning(t *testing.T) {
	dir := t.TempDir()
	q := open(t, dir)
	w := started(t, q)
	job := add(t, q, "a", "b")[0]
	c := claim(t, w)
	must(t, c.Save(within30(t), json.RawMessage(`"partial"`)))
	q = open(t, copyStore(t, dir))
	if j := state(t, q, job.ID, Waiting); !j.Resumable || string(j.Checkpoint) != `"partial"` || j.Attempts != 0 || q.Damage() != nil {
		t.Errorf("%+v %v", j, q.Damage())
	}
}

func TestNothingStaysOpen(t *testing.T) {
	once := func() {
		q := open(t, t.TempDir())
		w := started(t, q)
		add(t, q, "a")
		claim(t, w)
		closeQueue(t, q)
	}
	once()
	before := handles(t)
	for range 3 {
		once()
	}
	if after := handles(t); after != before {
		t.Errorf("%d files open, %d before", after, before)
	}
}

func handles(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("there is no /proc here")
	}
	return len(list)
}
