package process_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/process"
)

const childMode = "TAPELIGHT_TEST_CHILD"

// The test program is its own fake child: started again with a mode, it plays the part instead of running tests.
func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		os.Exit(play(mode))
	}
	goleak.VerifyTestMain(m)
}

func fake(t *testing.T, mode string) process.Spec {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The race detector would hold each fake back for a second at its end.
	return process.Spec{Label: mode, Path: self, Env: []string{childMode + "=" + mode, "GORACE=atexit_sleep_ms=0"}}
}

// bounded is the context of a test that would otherwise hang.
func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func start(t *testing.T, ctx context.Context, spec process.Spec) *process.Child {
	t.Helper()
	c, err := process.Start(ctx, spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

// ready waits for the line with which a fake child says that it is in its state.
func ready(t *testing.T, c *process.Child) string {
	t.Helper()
	line, err := bufio.NewReader(c.Stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the child ended before it was ready: %v; %s", err, c.Tail())
	}
	return strings.TrimSpace(line)
}

func TestFloodOfErrorOutputNeverBlocksAndItsTailIsKept(t *testing.T) {
	var lines int
	spec := fake(t, "flood")
	spec.Line = func(string) { lines++ }
	c := start(t, bounded(t), spec)
	err := c.Wait()
	var exit *process.ExitError
	if !errors.As(err, &exit) || exit.Code != 3 {
		t.Fatalf("got %v, want exit code 3", err)
	}
	if want := "flood failed (exit 3): the last line"; err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
	if want := floodLines + 1; lines != want {
		t.Errorf("%d lines were passed on, want %d", lines, want)
	}
	if n := len(c.Tail()); n != 16<<10 || !strings.HasSuffix(c.Tail(), floodLine+"the last line\n") {
		t.Errorf("the tail holds %d bytes, want the last %d", n, 16<<10)
	}
}

func TestExitCodes(t *testing.T) {
	for mode, want := range map[string]string{
		"exit 0":   "",
		"exit 7":   "exit 7 failed (exit 7): bad \uFFFD news",
		"silent 1": "silent 1 failed (exit 1): it gave no reason",
	} {
		c := start(t, bounded(t), fake(t, mode))
		got := ""
		if err := c.Wait(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: error is %q, want %q", mode, got, want)
		}
	}
}

func TestStartErrors(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	if _, err := process.Start(ctx, process.Spec{Label: "decoder", Path: "/no/such/program", Stdin: true, Stdout: true}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "decoder") {
		t.Errorf("got %v, want a missing file and the label", err)
	}
	reason := errors.New("the job was cancelled")
	cancel(reason)
	if _, err := process.Start(ctx, fake(t, "hang")); !errors.Is(err, reason) {
		t.Errorf("got %v, want the context's cause", err)
	}
}

func TestCancelEndsAChildThatWillNot(t *testing.T) {
	ctx, cancel := context.WithCancelCause(bounded(t))
	spec := fake(t, "hang")
	spec.Stdout = true
	c := start(t, ctx, spec)
	ready(t, c)
	if !slices.Contains(process.Live(), c.Pid()) {
		t.Errorf("Live() is %v, without %d", process.Live(), c.Pid())
	}
	select {
	case <-c.Done():
		t.Fatal("the child was to hang")
	default:
	}
	reason := errors.New("the user had enough")
	cancel(reason)
	if err := c.Wait(); !errors.Is(err, reason) {
		t.Errorf("got %v, want the context's cause", err)
	}
	if _, err := io.Copy(io.Discard, c.Stdout); err != nil { // ends only when every holder of the pipe has gone
		t.Error(err)
	}
	if slices.Contains(process.Live(), c.Pid()) {
		t.Error("Live() still lists the child")
	}
}

func TestPoliteEndIsStillTheContexts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no polite signal on Windows")
	}
	ctx, cancel := context.WithCancel(bounded(t))
	spec := fake(t, "polite")
	spec.Stdout = true
	c := start(t, ctx, spec)
	ready(t, c)
	cancel()
	if err := c.Wait(); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v: a child that was cut short has not succeeded, even if it exits with 0", err)
	}
	if !strings.Contains(c.Tail(), "finished by itself") {
		t.Errorf("the child was not given the time to end by itself; tail %q", c.Tail())
	}
}

func TestChildThatFailedFirstKeepsItsError(t *testing.T) {
	ctx, cancel := context.WithCancel(bounded(t))
	c := start(t, ctx, fake(t, "exit 7"))
	<-c.Done()
	cancel()
	c.Stop()
	var exit *process.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.Code != 7 {
		t.Errorf("got %v, want exit code 7", err)
	}
}

func TestPipes(t *testing.T) {
	spec := fake(t, "cat")
	spec.Stdin, spec.Stdout = true, true
	c := start(t, bounded(t), spec)
	sent := bytes.Repeat([]byte("tape"), 1<<18)
	go func() {
		c.Stdin.Write(sent)
		c.Stdin.Close()
	}()
	got, err := io.ReadAll(c.Stdout)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d bytes came back of %d: %v", len(got), len(sent), err)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

func TestWriteToAChildThatClosedItsInput(t *testing.T) {
	spec := fake(t, "exit 7")
	spec.Stdin = true
	c := start(t, bounded(t), spec)
	_, err := io.Copy(c.Stdin, zeros{})
	if err == nil {
		t.Error("writing without end to a closed pipe gave no error")
	}
	var exit *process.ExitError
	if err := c.Wait(); !errors.As(err, &exit) {
		t.Errorf("got %v, want the child's own error", err)
	}
}

func TestReaderThatClosesEarly(t *testing.T) {
	spec := fake(t, "zeros")
	spec.Stdout = true
	c := start(t, bounded(t), spec)
	if _, err := io.ReadFull(c.Stdout, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	c.Stdout.Close()
	if err := c.Wait(); err == nil {
		t.Error("the child wrote without end to a closed pipe and succeeded")
	}
}

func TestStopBeforeAnythingWasRead(t *testing.T) {
	spec := fake(t, "zeros")
	spec.Stdin, spec.Stdout = true, true
	c := start(t, bounded(t), spec)
	c.Stop()
	c.Stop()
	if err := c.Wait(); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if c.CPU() < 0 {
		t.Errorf("CPU() is %v", c.CPU())
	}
}

func TestUsageAndTailWhileRunning(t *testing.T) {
	c := start(t, bounded(t), fake(t, "flood"))
	for range 1000 { // for the race detector
		_, _ = c.CPU(), c.Tail()
	}
	<-c.Done()
	if c.CPU() <= 0 {
		t.Errorf("CPU() is %v after 10 MB of output", c.CPU())
	}
}

func TestOutput(t *testing.T) {
	out, err := process.Output(bounded(t), fake(t, "hello"), 100)
	if err != nil || string(out) != "hello\n" {
		t.Errorf("got %q, %v", out, err)
	}
	if _, err := process.Output(bounded(t), fake(t, "zeros"), 100_000); err == nil || !strings.Contains(err.Error(), "more than 100000 bytes") {
		t.Errorf("got %v, want the limit's error", err)
	}
	var exit *process.ExitError
	if _, err := process.Output(bounded(t), fake(t, "exit 7"), 100); !errors.As(err, &exit) {
		t.Errorf("got %v, want the child's error", err)
	}
	ctx, cancel := context.WithCancel(bounded(t))
	spec := fake(t, "complain")
	spec.Line = func(string) { cancel() }
	if _, err := process.Output(ctx, spec, 100); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
