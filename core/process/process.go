// Package process runs child processes that cannot leak: each dies with its context, with its parent and within a bounded time,
// its error output is always drained, and the last part of it is kept for the error message.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// grace is how long a child has to end by itself after it was told to stop; then it is killed.
const grace = 700 * time.Millisecond

// tailBytes of a child's error output are kept.
const tailBytes = 16 << 10

// Spec says what to run. Path is the executable; Args exclude it.
type Spec struct {
	Label string // names the child in errors: "decoder"
	Path  string
	Args  []string
	Dir   string
	Env   []string // added to the parent's

	// Pipes the caller wants to use itself. Where false, input is empty and output is dropped.
	Stdin, Stdout bool

	// Extra is handed to the child as file descriptors 3, 4, ... (Unix only).
	Extra []*os.File

	// Line is called for every complete line of error output, from one goroutine. It must not block.
	Line func(string)
}

// ExitError is a child that ended badly by itself.
type ExitError struct {
	Label string
	Code  int // -1 when killed by a signal
	Tail  string
}

func (e *ExitError) Error() string {
	why := lastLine(e.Tail)
	if why == "" {
		why = "it gave no reason"
	}
	if e.Code < 0 {
		return fmt.Sprintf("%s was killed: %s", e.Label, why)
	}
	return fmt.Sprintf("%s failed (exit %d): %s", e.Label, e.Code, why)
}

// Child is a running process.
type Child struct {
	Stdin  io.WriteCloser // nil unless Spec.Stdin
	Stdout io.ReadCloser  // nil unless Spec.Stdout

	spec   Spec
	cmd    *exec.Cmd
	ctx    context.Context
	cancel context.CancelFunc
	tail   *tail
	done   chan struct{}
	err    error
	usage  *os.ProcessState
}

// Start runs spec until it ends, Stop is called or ctx ends.
func Start(ctx context.Context, spec Spec) (*Child, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if spec.Label == "" {
		spec.Label = spec.Path
	}
	ctx, cancel := context.WithCancel(ctx)
	c := &Child{spec: spec, ctx: ctx, cancel: cancel, tail: &tail{max: tailBytes, line: spec.Line}, done: make(chan struct{})}
	c.cmd = exec.CommandContext(ctx, spec.Path, spec.Args...)
	c.cmd.Dir = spec.Dir
	if spec.Env != nil {
		c.cmd.Env = append(os.Environ(), spec.Env...)
	}
	c.cmd.Stderr = c.tail
	c.cmd.ExtraFiles = spec.Extra
	c.cmd.WaitDelay = grace
	c.cmd.Cancel = func() error { return interrupt(c.cmd) }
	prepare(c.cmd)

	// Plain OS pipes rather than exec's own: Wait must not close what a reader still drains.
	var childEnds, ourEnds []*os.File
	fail := func(err error) (*Child, error) {
		for _, f := range append(childEnds, ourEnds...) {
			f.Close()
		}
		cancel()
		return nil, fmt.Errorf("start %s: %w", spec.Label, err)
	}
	if spec.Stdin {
		r, w, err := os.Pipe()
		if err != nil {
			return fail(err)
		}
		c.cmd.Stdin, c.Stdin = r, w
		childEnds, ourEnds = append(childEnds, r), append(ourEnds, w)
	}
	if spec.Stdout {
		r, w, err := os.Pipe()
		if err != nil {
			return fail(err)
		}
		c.cmd.Stdout, c.Stdout = w, r
		childEnds, ourEnds = append(childEnds, w), append(ourEnds, r)
	}
	if err := startOwned(c.cmd); err != nil {
		return fail(err)
	}
	for _, f := range childEnds {
		f.Close()
	}
	register(c)
	go c.reap()
	return c, nil
}

func (c *Child) reap() {
	err := c.cmd.Wait()
	unregister(c)
	c.tail.flush()
	c.usage = c.cmd.ProcessState
	// A context that ended is the reason, whatever the child made of it; but a child that had already failed by itself keeps its own.
	var exit *exec.ExitError
	switch {
	case c.ctx.Err() != nil && err != nil:
		c.err = context.Cause(c.ctx)
	case errors.As(err, &exit):
		c.err = &ExitError{Label: c.spec.Label, Code: exit.ExitCode(), Tail: c.tail.String()}
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		c.err = fmt.Errorf("%s: %w", c.spec.Label, err)
	}
	c.cancel()
	close(c.done)
}

// Wait blocks until the process has ended and returns an *ExitError, the context's error, or nil. The pipes stay the caller's to close.
func (c *Child) Wait() error {
	<-c.done
	return c.err
}

// Done is closed when the process has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Stop ends the process (politely, then by force), closes the pipes and waits for it.
func (c *Child) Stop() {
	c.cancel()
	if c.Stdin != nil {
		c.Stdin.Close()
	}
	<-c.done
	if c.Stdout != nil {
		c.Stdout.Close()
	}
}

// Pid is the process's id.
func (c *Child) Pid() int { return c.cmd.Process.Pid }

// Tail is the last part of the error output so far.
func (c *Child) Tail() string { return c.tail.String() }

// CPU is the processor time the process used, user and system; zero before its end.
func (c *Child) CPU() time.Duration {
	select {
	case <-c.done:
		if c.usage != nil {
			return c.usage.UserTime() + c.usage.SystemTime()
		}
	default:
	}
	return 0
}

// Output runs spec to its end and returns what it wrote to its output, at most limit bytes (more is an error).
func Output(ctx context.Context, spec Spec, limit int64) ([]byte, error) {
	spec.Stdout = true
	c, err := Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	defer c.Stop()
	out, err := io.ReadAll(io.LimitReader(c.Stdout, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: read output: %w", c.spec.Label, err)
	}
	if int64(len(out)) > limit {
		return nil, fmt.Errorf("%s wrote more than %d bytes", c.spec.Label, limit)
	}
	return out, c.Wait()
}

var live struct {
	sync.Mutex
	children map[int]*Child
}

func register(c *Child) {
	live.Lock()
	defer live.Unlock()
	if live.children == nil {
		live.children = map[int]*Child{}
	}
	live.children[c.Pid()] = c
}

func unregister(c *Child) {
	live.Lock()
	defer live.Unlock()
	delete(live.children, c.Pid())
}

// Live lists the process ids of all children now running, for the monitor and for leak tests.
func Live() []int {
	live.Lock()
	defer live.Unlock()
	var pids []int
	for pid := range live.children {
		pids = append(pids, pid)
	}
	return pids
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
