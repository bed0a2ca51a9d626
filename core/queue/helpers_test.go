package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	goleak.VerifyTestMain(m)
}

// patience bounds every wait of the tests. It is no measure of anything.
const patience = 30 * time.Second

func within30(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func open(t testing.TB, dir string, change ...func(*Config)) *Queue {
	t.Helper()
	cfg := Config{Dir: dir}
	for _, c := range change {
		c(&cfg)
	}
	q, err := Open(within30(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeQueue(t, q) })
	return q
}

func closeQueue(t testing.TB, q *Queue) {
	t.Helper()
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
}

func specs(names ...string) (list []Spec) {
	for _, n := range names {
		list = append(list, Spec{Path: n, Payload: json.RawMessage(`{"preset":"` + n + `"}`), Needs: []Token{{"cpu", 1}}})
	}
	return list
}

func add(t testing.TB, q *Queue, names ...string) []Job {
	t.Helper()
	jobs, _, err := q.Add(within30(t), specs(names...)...)
	if err != nil || len(jobs) != len(names) {
		t.Fatal(jobs, err)
	}
	return jobs
}

func paths(q *Queue) string {
	var list []string
	for _, j := range q.Snapshot().Jobs {
		list = append(list, j.Path)
	}
	return strings.Join(list, " ")
}

func started(t testing.TB, q *Queue) *Worker {
	t.Helper()
	must(t, q.StartQueue(within30(t)))
	w, err := q.NewWorker(within30(t), "bench", map[string]int{"cpu": 1})
	must(t, err)
	return w
}

func claim(t testing.TB, w *Worker) *Claim {
	t.Helper()
	c, err := w.Claim(within30(t), nil)
	must(t, err)
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func state(t testing.TB, q *Queue, id string, want State) Job {
	t.Helper()
	j, ok := q.Get(id)
	if !ok || j.State != want {
		t.Fatalf("the job is %q (there: %v), want %q; %s", j.State, ok, want, j.Error)
	}
	return j
}

// await waits until the list is as wanted.
func await(t testing.TB, q *Queue, what string, ok func(Snapshot) bool) Snapshot {
	t.Helper()
	ctx := within30(t)
	notes := q.Watch(ctx)
	for {
		s := q.Snapshot()
		if ok(s) {
			return s
		}
		if _, open := <-notes; !open {
			t.Fatalf("waited in vain for: %s; the list is %+v", what, s)
		}
	}
}

// ended waits for the claim's context and returns why.
func ended(t testing.TB, c *Claim) error {
	t.Helper()
	select {
	case <-c.Context().Done():
		return context.Cause(c.Context())
	case <-within30(t).Done():
		t.Fatal("the claim's context doesn't end")
		return nil
	}
}

// copyStore is what a power cut would leave: the folder as it is now.
func copyStore(t testing.TB, dir string) string {
	t.Helper()
	to, err := os.MkdirTemp(t.TempDir(), "copy")
	must(t, err)
	must(t, copyTree(to, dir))
	return to
}

// copyTree copies files that may be replaced or vanish meanwhile, as the store's own indexes do.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
}

// handClock moves when told: Advance lets time pass, Jump sets the wall clock.
type handClock struct {
	mu      sync.Mutex
	passed  time.Duration
	wall    time.Time
	pending map[*handTimer]bool
	armed   chan struct{} // a note when a timer was set
}

type handTimer struct {
	c  *handClock
	at time.Duration
	f  func()
}

func newHandClock() *handClock {
	return &handClock{wall: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), pending: map[*handTimer]bool{}, armed: make(chan struct{}, 1)}
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall
}

func (c *handClock) AfterFunc(d time.Duration, f func()) Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &handTimer{c, c.passed + d, f}
	c.pending[t] = true
	select {
	case c.armed <- struct{}{}:
	default:
	}
	return t
}

func (t *handTimer) Stop() bool {
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	was := t.c.pending[t]
	delete(t.c.pending, t)
	return was
}

func (c *handClock) Jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = c.wall.Add(d)
}

func (c *handClock) Advance(d time.Duration) {
	c.mu.Lock()
	c.passed += d
	c.wall = c.wall.Add(d)
	var due []func()
	for t := range c.pending {
		if t.at <= c.passed {
			delete(c.pending, t)
			due = append(due, t.f)
		}
	}
	c.mu.Unlock()
	for _, f := range due {
		f()
	}
}

func names(prefix string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%s%05d", prefix, i))
	}
	return list
}
