package instance_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/instance"
)

// serveDir makes the test program serve a folder until its input ends.
const serveDir = "TAPELIGHT_TEST_SERVE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveDir); dir != "" {
		s, err := instance.Listen(dir, verbs())
		if running, ok := errors.AsType[*instance.RunningError](err); ok {
			fmt.Println("running", running.Pid)
			os.Exit(3)
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("serving")
		io.Copy(io.Discard, os.Stdin)
		s.Close()
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func verbs() *http.ServeMux {
	mux := http.NewServeMux()
	instance.Handle(mux, "double", func(_ context.Context, in json.RawMessage) (any, error) {
		var n int
		if err := json.Unmarshal(in, &n); err != nil {
			return nil, &instance.RemoteError{Status: http.StatusBadRequest, Message: "not a number"}
		}
		return 2 * n, nil
	})
	instance.Handle(mux, "pid", func(context.Context, json.RawMessage) (any, error) { return os.Getpid(), nil })
	instance.Handle(mux, "fail", func(context.Context, json.RawMessage) (any, error) { return nil, errors.New("it does not work") })
	instance.Handle(mux, "busy", func(context.Context, json.RawMessage) (any, error) {
		return nil, fmt.Errorf("job 7: %w", &instance.RemoteError{Status: http.StatusConflict, Message: "it runs"})
	})
	instance.Handle(mux, "panic", func(context.Context, json.RawMessage) (any, error) { panic("oh") })
	instance.Handle(mux, "nonsense", func(context.Context, json.RawMessage) (any, error) { return make(chan int), nil })
	instance.HandleStream(mux, "count", func(_ context.Context, in json.RawMessage, send func(any) error) error {
		var n int
		if err := json.Unmarshal(in, &n); err != nil {
			return err
		}
		for i := range n {
			if err := send(i); err != nil {
				return err
			}
		}
		return nil
	})
	instance.HandleStream(mux, "tear", func(_ context.Context, _ json.RawMessage, send func(any) error) error {
		if err := send("one\ntwo"); err != nil {
			return err
		}
		return errors.New("torn: 100 % of “it”\nis gone")
	})
	instance.HandleStream(mux, "watch", func(ctx context.Context, _ json.RawMessage, send func(any) error) error {
		if err := send("here"); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	})
	return mux
}

func serve(t *testing.T, dir string, h http.Handler) *instance.Server {
	t.Helper()
	s, err := instance.Listen(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func dial(t *testing.T, dir string) *instance.Client {
	t.Helper()
	c, err := instance.Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDo(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, verbs())
	c := dial(t, dir)
	var n int
	if err := c.Do(t.Context(), "double", 21, &n); err != nil || n != 42 {
		t.Errorf("%d, %v", n, err)
	}
	if err := c.Do(t.Context(), "double", 21, nil); err != nil {
		t.Error(err)
	}
	for _, f := range []struct {
		verb    string
		in      any
		status  int
		message string
	}{
		{"double", "text", http.StatusBadRequest, "not a number"},
		{"fail", nil, http.StatusUnprocessableEntity, "it does not work"},
		{"busy", nil, http.StatusConflict, "job 7: it runs"},
		{"panic", nil, http.StatusInternalServerError, "a fault in Tapelight itself (oh)"},
		{"nonsense", nil, http.StatusInternalServerError, "can't be written"},
		{"nowhere", nil, http.StatusNotFound, "not found"},
	} {
		err := c.Do(t.Context(), f.verb, f.in, &n)
		remote, ok := errors.AsType[*instance.RemoteError](err)
		if !ok || remote.Verb != f.verb || remote.Status != f.status || !strings.Contains(remote.Message, f.message) {
			t.Errorf("%s: %#v", f.verb, err)
		}
	}
	for _, verb := range []string{"", "../x", "A", "a b", "ä", strings.Repeat("a", 65)} {
		if err := c.Do(t.Context(), verb, nil, nil); err == nil {
			t.Errorf("%q was sent", verb)
		}
	}
	if err := c.Do(t.Context(), "double", make(chan int), nil); err == nil {
		t.Error("a channel was sent")
	}
	var text string
	if err := c.Do(t.Context(), "double", 1, &text); err == nil {
		t.Error("a number was read as text")
	}
}

func TestStream(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, verbs())
	c := dial(t, dir)
	next := 0
	if err := c.Stream(t.Context(), "count", 1000, func(m json.RawMessage) error {
		if string(m) != fmt.Sprint(next) {
			return fmt.Errorf("%s comes after %d", m, next-1)
		}
		next++
		return nil
	}); err != nil || next != 1000 {
		t.Errorf("%d values, %v", next, err)
	}
	got := ""
	err := c.Stream(t.Context(), "tear", nil, func(m json.RawMessage) error { return json.Unmarshal(m, &got) })
	if remote, ok := errors.AsType[*instance.RemoteError](err); !ok || remote.Message != "torn: 100 % of “it”\nis gone" || got != "one\ntwo" {
		t.Errorf("%q, %#v", got, err)
	}
	stop := errors.New("enough")
	if err := c.Stream(t.Context(), "count", 1<<30, func(json.RawMessage) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if remote, ok := errors.AsType[*instance.RemoteError](c.Stream(t.Context(), "fail", nil, nil)); !ok || remote.Message != "it does not work" {
		t.Error(remote)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := c.Stream(ctx, "watch", nil, func(json.RawMessage) error { cancel(stop); return nil }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// Close ends streams at once, lets short requests finish, and ends handlers that only heed their context.
func TestClose(t *testing.T) {
	dir := t.TempDir()
	mux := verbs()
	entered, proceed := make(chan bool), make(chan bool)
	instance.Handle(mux, "slow", func(ctx context.Context, _ json.RawMessage) (any, error) {
		entered <- true
		<-proceed
		return "done", nil
	})
	mux.HandleFunc("GET /endless", func(_ http.ResponseWriter, r *http.Request) {
		entered <- true
		<-r.Context().Done()
	})
	s := serve(t, dir, mux)
	c := dial(t, dir)
	var clients sync.WaitGroup
	clients.Go(func() {
		err := c.Stream(t.Context(), "watch", nil, func(json.RawMessage) error { entered <- true; return nil })
		if remote, ok := errors.AsType[*instance.RemoteError](err); !ok || !remote.Closing() {
			t.Errorf("the stream ended with %v", err)
		}
		close(proceed) // only now that the server is known to close
	})
	<-entered
	clients.Go(func() {
		var answer string
		if err := c.Do(t.Context(), "slow", nil, &answer); err != nil || answer != "done" {
			t.Errorf("%q, %v", answer, err)
		}
	})
	<-entered
	clients.Go(func() {
		conn, err := net.Dial("unix", filepath.Join(dir, "instance", "socket"))
		if err != nil {
			t.Error(err)
			entered <- true
			return
		}
		defer conn.Close()
		io.WriteString(conn, "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
		io.Copy(io.Discard, conn)
	})
	<-entered
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-s.Done()
	clients.Wait()
	if _, err := instance.Dial(t.Context(), dir); !isNotRunning(err) {
		t.Error(err)
	}
	if err := c.Do(t.Context(), "double", 1, nil); !isNotRunning(err) {
		t.Error(err)
	}
	serve(t, dir, verbs())
}

func isNotRunning(err error) bool {
	e, ok := errors.AsType[*instance.NotRunningError](err)
	return ok && e.Dir != ""
}

func TestOneAtATime(t *testing.T) {
	dir := t.TempDir()
	if _, err := instance.Dial(t.Context(), dir); !isNotRunning(err) {
		t.Error(err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		t.Errorf("looking left %v, %v", list, err)
	}
	serve(t, dir, verbs())
	_, err := instance.Listen(dir, verbs())
	if running, ok := errors.AsType[*instance.RunningError](err); !ok || running.Pid != os.Getpid() || running.Dir != dir {
		t.Errorf("%#v", err)
	}
	serve(t, t.TempDir(), verbs())
}

// Of many that start at the same moment one serves; for all others it answers at once.
func TestRaceOfStarters(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	var servers []*instance.Server
	var starters sync.WaitGroup
	for range 32 {
		starters.Go(func() {
			s, err := instance.Listen(dir, verbs())
			if err == nil {
				mu.Lock()
				servers = append(servers, s)
				mu.Unlock()
				return
			}
			if _, ok := errors.AsType[*instance.RunningError](err); !ok {
				t.Error(err)
				return
			}
			c, err := instance.Dial(t.Context(), dir)
			if err == nil {
				err = c.Do(t.Context(), "double", 1, nil)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	starters.Wait()
	if len(servers) != 1 {
		t.Errorf("%d serve", len(servers))
	}
	for _, s := range servers {
		s.Close()
	}
}

// spawn starts a program that serves dir and waits for what it says first.
func spawn(t *testing.T, dir string) (cmd *exec.Cmd, first string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), serveDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Process.Kill(); cmd.Wait() })
	line := make([]byte, 200)
	n, _ := out.Read(line)
	return cmd, strings.TrimSpace(string(line[:n]))
}

func TestAKilledProgramIsReplaced(t *testing.T) {
	for _, c := range []struct{ name, sub string }{{"here", "data"}, {"elsewhere", strings.Repeat("deep/", 30)}} {
		t.Run(c.name, func(t *testing.T) {
			run := t.TempDir()
			t.Setenv("XDG_RUNTIME_DIR", run)
			dir := filepath.Join(t.TempDir(), c.sub)
			cmd, first := spawn(t, dir)
			if first != "serving" {
				t.Fatal(first)
			}
			_, err := instance.Listen(dir, verbs())
			if running, ok := errors.AsType[*instance.RunningError](err); !ok || running.Pid != cmd.Process.Pid {
				t.Errorf("%#v", err)
			}
			pid := 0
			if err := dial(t, dir).Do(t.Context(), "pid", nil, &pid); err != nil || pid != cmd.Process.Pid {
				t.Errorf("%d, %v", pid, err)
			}
			cmd.Process.Kill()
			cmd.Wait()
			if _, err := instance.Dial(t.Context(), dir); !isNotRunning(err) {
				t.Error(err)
			}
			s := serve(t, dir, verbs())
			if err := dial(t, dir).Do(t.Context(), "pid", nil, &pid); err != nil || pid != os.Getpid() {
				t.Errorf("%d, %v", pid, err)
			}
			if list, _ := os.ReadDir(run); len(list) > 1 {
				t.Errorf("the dead program's folder stays: %v", list)
			}
			s.Close()
			if list, _ := os.ReadDir(run); len(list) > 0 {
				t.Errorf("left: %v", list)
			}
		})
	}
}

func TestADeepFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths are bounded themselves")
	}
	run := t.TempDir()
	for _, c := range []struct{ runtime, temp string }{
		{run, "/nowhere"}, {"", run}, {"/nowhere", run}, {filepath.Join(run, strings.Repeat("x", 100)), run},
	} {
		if len(c.runtime) > 100 {
			if err := os.Mkdir(c.runtime, 0o700); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(c.runtime)
		}
		t.Setenv("XDG_RUNTIME_DIR", c.runtime)
		t.Setenv("TMPDIR", c.temp)
		dir := filepath.Join(run, "data", strings.Repeat("ü", 60))
		s, err := instance.Listen(dir, verbs())
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := dial(t, dir).Do(t.Context(), "double", 4, &n); err != nil || n != 8 {
			t.Errorf("%d, %v", n, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(filepath.Join(run, "tapelight-*")); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
	}
	t.Setenv("XDG_RUNTIME_DIR", "")
	t.Setenv("TMPDIR", "/nowhere")
	if _, err := instance.Listen(filepath.Join(run, strings.Repeat("y", 100)), verbs()); err == nil {
		t.Error("it listens nowhere")
	}
}

func TestATooLargeRequest(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, verbs())
	c := dial(t, dir)
	large := strings.Repeat("x", 33<<20)
	if _, ok := errors.AsType[*instance.TooLargeError](c.Do(t.Context(), "double", large, nil)); !ok {
		t.Error("it was sent")
	}
	// A client that does not bound itself.
	tr := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(dir, "instance", "socket"))
	}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, c := range []struct {
		body   string
		status int
	}{{`"` + large + `"`, http.StatusRequestEntityTooLarge}, {"{", http.StatusBadRequest}, {"", http.StatusOK}} {
		q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://x/v1/double", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r, err := tr.RoundTrip(q)
		if err != nil {
			if c.status != http.StatusRequestEntityTooLarge { // the server may hang up while the client still sends
				t.Error(err)
			}
			continue
		}
		r.Body.Close()
		if r.StatusCode != c.status {
			t.Errorf("%d bytes: status %d", len(c.body), r.StatusCode)
		}
	}
}
