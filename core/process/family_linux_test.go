package process_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/tapelight/tapelight/core/process"
)

func playFamily(mode string) int {
	switch mode {
	case "family": // hangs, as its own child does
		startAndSay(again("hang"))
		hang()
	case "stubborn": // the same, and won't end when told to
		signal.Ignore(syscall.SIGTERM)
		startAndSay(again("hang"))
		hang()
	case "orphaner": // leaves a child in its group behind
		startAndSay(again("hang"))
		return 0
	case "escaper": // leaves a child outside its group behind that holds the pipes, and says on the one that is read nothing itself
		cmd := again("complain")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		cmd.Stdout = os.Stdout
		if err := cmd.Start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 99
		}
		fmt.Println(cmd.Process.Pid)
		hang()
	case "parent": // starts a child through the package and is killed before it can end it
		c, err := process.Start(context.Background(), process.Spec{
			Path: os.Args[0], Env: []string{childMode + "=hang"}, Extra: []*os.File{os.NewFile(3, "held")}, Stdout: true,
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 99
		}
		io.CopyN(os.Stdout, c.Stdout, 6)
		hang()
	}
	return 98
}

// held starts spec with a pipe that all its descendants inherit. The channel is closed when the last of them has gone.
func held(t *testing.T, ctx context.Context, spec process.Spec) (*process.Child, <-chan struct{}) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	spec.Extra, spec.Stdout = []*os.File{w}, true
	c := start(t, ctx, spec)
	w.Close()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		defer r.Close()
		io.Copy(io.Discard, r)
	}()
	return c, gone
}

func await(t *testing.T, gone <-chan struct{}) {
	t.Helper()
	select {
	case <-gone:
	case <-bounded(t).Done():
		t.Fatal("a descendant lives on")
	}
}

func TestCancelReachesGrandchildren(t *testing.T) {
	for _, mode := range []string{"family", "stubborn"} {
		ctx, cancel := context.WithCancel(bounded(t))
		c, gone := held(t, ctx, fake(t, mode))
		ready(t, c)
		cancel()
		if err := c.Wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", mode, err)
		}
		await(t, gone)
	}
}

func TestGrandchildrenLeftBehindAreEnded(t *testing.T) {
	c, gone := held(t, bounded(t), fake(t, "orphaner"))
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	await(t, gone)
}

func TestPipesHeldByAnEscapedProcessDoNotBlockTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(bounded(t))
	c, gone := held(t, ctx, fake(t, "escaper"))
	pid, err := strconv.Atoi(ready(t, c))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := c.Wait(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	select {
	case <-gone:
		t.Error("the fake did not escape: the test shows nothing")
	default:
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	await(t, gone)
}

func TestChildrenDieWithAParentThatIsKilled(t *testing.T) {
	c, gone := held(t, bounded(t), fake(t, "parent"))
	ready(t, c)
	if err := syscall.Kill(c.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var exit *process.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.Signal != "killed" || !strings.Contains(err.Error(), "was killed (killed)") {
		t.Errorf("got %v, want the signal", err)
	}
	await(t, gone)
}

// The kernel ties a child to the thread that started it. A thread of Go's that ends must not take the child along.
func TestChildOutlivesTheCallersThread(t *testing.T) {
	spec := fake(t, "cat")
	spec.Stdin, spec.Stdout = true, true
	started := make(chan *process.Child)
	var thread int
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		thread = syscall.Gettid()
		c, err := process.Start(t.Context(), spec)
		if err != nil {
			t.Error(err)
		}
		started <- c
	}()
	c := <-started
	if c == nil {
		return
	}
	defer c.Stop()
	ctx := bounded(t)
	for thread != os.Getpid() { // the main thread never ends
		if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", thread)); errors.Is(err, os.ErrNotExist) {
			break
		}
		if ctx.Err() != nil {
			t.Fatal("the thread does not end")
		}
		runtime.Gosched()
	}
	if _, err := io.WriteString(c.Stdin, "still here\n"); err != nil {
		t.Error(err)
	}
	if line := ready(t, c); line != "still here" {
		t.Errorf("got %q", line)
	}
	c.Stdin.Close()
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

func TestManyStartsLeaveNothingBehind(t *testing.T) {
	run := func() {
		spec := fake(t, "hello")
		spec.Stdin, spec.Stdout = true, true
		c := start(t, bounded(t), spec)
		io.Copy(io.Discard, c.Stdout)
		c.Stop()
	}
	run() // the runtime's own handles and threads come with the first
	handles, goroutines := count(t, "/proc/self/fd"), runtime.NumGoroutine()
	for range 50 {
		run()
	}
	if got := count(t, "/proc/self/fd"); got != handles {
		t.Errorf("%d open handles, were %d", got, handles)
	}
	settle(t, goroutines)
	if len(process.Live()) != 0 {
		t.Errorf("Live() is %v", process.Live())
	}
	var info syscall.WaitStatus
	if pid, err := syscall.Wait4(-1, &info, syscall.WNOHANG, nil); !errors.Is(err, syscall.ECHILD) {
		t.Errorf("process %d (%v) is left to collect: %v", pid, info, err)
	}
}

// settle yields until goroutines that have nothing left to do are gone.
func settle(t *testing.T, want int) {
	t.Helper()
	ctx := bounded(t)
	for runtime.NumGoroutine() > want {
		if ctx.Err() != nil {
			t.Fatalf("%d goroutines, were %d", runtime.NumGoroutine(), want)
		}
		runtime.Gosched()
	}
}

func count(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
