package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds waits for what must come; it is reached by faults only.
const patience = time.Minute

// list is what "queue list --json" says.
func list(t *testing.T) queueLine {
	t.Helper()
	r := call(t, "queue", "list", "--json")
	if r.code != exitOK {
		t.Fatal(r.stderr)
	}
	var q queueLine
	if err := json.Unmarshal([]byte(r.stdout), &q); err != nil {
		t.Fatalf("%v in %s", err, r.stdout)
	}
	return q
}

func namesOf(q queueLine) string {
	var out []string
	for _, j := range q.Jobs {
		out = append(out, strings.TrimSuffix(j.Name, ".mp4"))
	}
	return strings.Join(out, " ")
}

func ok(t *testing.T, args ...string) string {
	t.Helper()
	r := call(t, args...)
	if r.code != exitOK {
		t.Fatalf("%v: exit %d, %s", args, r.code, r.stderr)
	}
	return r.stdout
}

// tapes are captures in a folder, a.mp4, b.mp4, ...
func tapes(t *testing.T, n int) string {
	t.Helper()
	data, err := os.ReadFile(webcam(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i))+".mp4"), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var cheapRecipe = []string{"--network", "none", "--height", "0", "--encoder", "x264", "--speed", "fast", "--sound", "off"}

// TestQueueOnDisk adds, orders and changes while nothing runs, and then works it all off.
func TestQueueOnDisk(t *testing.T) {
	home(t)
	in, out := tapes(t, 3), t.TempDir()
	if got := ok(t, "queue", "list"); got != "The queue is empty.\n" {
		t.Errorf("an empty list is %q", got)
	}
	if got := ok(t, append([]string{"queue", "add", in, filepath.Join(in, "a.mp4"), filepath.Join(in, "gone.mp4"), "-o", out}, cheapRecipe...)...); !strings.HasPrefix(got, "Added 4 captures.\nIn the queue already: "+filepath.Join(in, "a.mp4")) {
		t.Errorf("add says %q", got)
	}
	ok(t, "queue", "move", "3", "top")
	ok(t, "queue", "move", "4", "2")
	q := list(t)
	if got := namesOf(q); got != "c gone a b" || q.Mode != "stopped" || q.Jobs[0].State != "reading" || q.Jobs[2].Number != 3 {
		t.Errorf("the list is %s: %+v", got, q)
	}
	ok(t, "queue", "pause", "4")
	ok(t, "queue", "cancel", q.Jobs[0].ID[16:])
	if got := ok(t, "queue", "show", "1"); !strings.Contains(got, "cancelled") || !strings.Contains(got, filepath.Join(in, "c.mp4")) {
		t.Errorf("show says %q", got)
	}
	ok(t, append([]string{"queue", "recipe", "1", "4"}, append(cheapRecipe, "--height", "240")...)...)
	ok(t, "queue", "retry", "1")

	r := call(t, "worker", "--until-done", "--json")
	if r.code != exitFailed || r.stderr != "" {
		t.Errorf("the worker: exit %d, %s", r.code, r.stderr)
	}
	q = list(t)
	states := ""
	for _, j := range q.Jobs {
		states += " " + string(j.State)
	}
	if states != " done failed done paused" || q.Mode != "stopped" {
		t.Errorf("after the work the states are%s, the queue %s", states, q.Mode)
	}
	if !strings.Contains(q.Jobs[0].Summary, "x240 ") || !strings.Contains(q.Jobs[1].Error, "no such file") {
		t.Errorf("the list is %+v", q.Jobs)
	}
	for _, name := range []string{"a", "c"} {
		if _, err := os.Stat(filepath.Join(out, name+".restored.mkv")); err != nil {
			t.Error(err)
		}
	}
	ok(t, "queue", "clear")
	ok(t, "queue", "remove", "1")
	if got := ok(t, "queue", "list"); got != "The queue is empty.\n" {
		t.Errorf("in the end the list is %q", got)
	}
}

// TestQueueOfARunningWorker talks to a worker while it works.
func TestQueueOfARunningWorker(t *testing.T) {
	home(t)
	in := tapes(t, 2)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var work sync.WaitGroup
	said := &lines{changed: make(chan struct{})}
	code := -1
	work.Go(func() { code = run(ctx, []string{"worker", "--json"}, said, said) })
	begun := func(what string) {
		t.Helper()
		limit := time.After(patience)
		for {
			text, changed := said.look()
			if strings.Contains(text, what) {
				return
			}
			select {
			case <-changed:
			case <-limit:
				t.Fatalf("the worker never says %s; it says %s", what, text)
			}
		}
	}
	quiet := func(args ...string) string {
		t.Helper()
		r := beside(t, args...)
		if r.code != exitOK {
			t.Fatalf("%v: exit %d, %s", args, r.code, r.stderr)
		}
		return r.stdout
	}
	for { // until it listens
		r := beside(t, append([]string{"queue", "add", in}, cheapRecipe...)...)
		if r.code == exitOK {
			break
		}
		if !strings.Contains(r.stderr, "in use") && !strings.Contains(r.stderr, "starting") {
			t.Fatal(r.stderr)
		}
	}
	begun(`"state":"waiting"`)
	quiet("queue", "start")
	begun(`"state":"done"`)
	var watched bytes.Buffer
	watching, enough := context.WithCancel(t.Context())
	enough()
	if code := run(watching, []string{"queue", "watch"}, &watched, &watched); code != exitOK {
		t.Errorf("watch: exit %d, %s", code, watched.String())
	}
	quiet("queue", "after", "command", "true")
	quiet("queue", "after", "nothing")
	quiet("queue", "duplicate", "1", "--encoder", "x264")
	quiet("queue", "stop")
	if got := quiet("queue", "list"); strings.Contains(got, "Nothing works on it") {
		t.Errorf("list says %q", got)
	}
	if r := beside(t, "worker"); r.code != exitFailed || !strings.Contains(r.stderr, "works on the queue already") {
		t.Errorf("a second worker: exit %d, %s", r.code, r.stderr)
	}
	stop()
	work.Wait()
	if code != exitCancelled {
		t.Errorf("the worker: exit %d", code)
	}
	if q := list(t); len(q.Jobs) != 3 {
		t.Errorf("the list is %+v", q)
	}
}

// beside is call while something else runs, whose processes live.
func beside(t *testing.T, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, &out, &errs)
	return result{code, out.String(), errs.String()}
}

// lines is output that can be waited for.
type lines struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
	return l.text.Write(b)
}

func (l *lines) look() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String(), l.changed
}

// TestQueueWrongUse holds the answers to what can't be.
func TestQueueWrongUse(t *testing.T) {
	home(t)
	for args, want := range map[string]string{
		"queue add":                      "the capture to add is missing",
		"queue add x --preset none":      `no preset "none"`,
		"queue add x --height 7":         "--height 7 is not allowed",
		"queue pause 1":                  "there is no job 1; the list has 0 jobs",
		"queue show abc":                 `there is no job "abc"`,
		"queue move 1":                   "a job and a place are needed",
		"queue move 1 sideways":          `"sideways" is no place in the list`,
		"queue after command":            "a COMMAND is needed",
		"queue list --root tapes=/tapes": "--root goes with --queue",
		"queue list --queue nats://127.0.0.1:1 --root tapes": `write NAME=FOLDER`,
		"queue sing": "there is no command",
	} {
		r := call(t, strings.Fields(args)...)
		if r.code == exitOK || !strings.Contains(r.stderr, want) {
			t.Errorf("%s: exit %d, %s", args, r.code, r.stderr)
		}
	}
}
