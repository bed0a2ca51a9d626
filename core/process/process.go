// Package process runs child processes that cannot leak: each dies with its context, with its parent and within a bounded time,
// and takes its own children with it. Its error output is always drained, and the last part of it is kept for the error message.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

const (
	// grace is how long a child has to end by itself after it was told to stop; then it and its group are killed.
	grace = 400 * time.Millisecond
	// afterStop and afterEnd bound the wait for the rest of the error output once the child has gone: something that left the
	// child's group may hold the pipe open for ever.
	afterStop = 200 * time.Millisecond
	afterEnd  = 2 * time.Second
	// drainOutput is the same for Output.
	drainOutput = 5 * time.Second

	// tailBytes of a child's error output are kept.
	tailBytes = 16 << 10
)

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

	// Line is called for every complete line of error output, never by two goroutines at once. It must not block.
	Line func(string)
}

// Child is a running process.
type Child struct {
	Stdin  io.WriteCloser // nil unless Spec.Stdin
	Stdout io.ReadCloser  // nil unless Spec.Stdout

	spec   Spec
	cmd    *exec.Cmd
	group  *group
	ctx    context.Context
	cancel context.CancelFunc
	tail   *tail
	exited chan struct{} // the process has ended, but is not collected yet
	done   chan struct{}
	err    error            // set before done is closed
	state  *os.ProcessState // likewise
}

// Start runs spec until it ends, Stop is called or ctx ends. The process is collected in any case; Stop also closes the pipes, so defer
// it. Start returns the context's error (its cause) if ctx has ended already, and one that names the program if it can't be run.
func Start(ctx context.Context, spec Spec) (*Child, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if spec.Label == "" {
		spec.Label = spec.Path
	}
	ctx, cancel := context.WithCancel(ctx)
	c := &Child{
		spec: spec, ctx: ctx, cancel: cancel,
		tail:   &tail{max: tailBytes, line: spec.Line},
		exited: make(chan struct{}), done: make(chan struct{}),
	}
	// Not CommandContext: it would end the child alone, and could signal an id that is no longer the child's.
	c.cmd = exec.Command(spec.Path, spec.Args...)
	c.cmd.Dir = spec.Dir
	if spec.Env != nil {
		c.cmd.Env = append(os.Environ(), spec.Env...)
	}
	c.cmd.Stderr = c.tail
	c.cmd.ExtraFiles = spec.Extra

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
	var err error
	if c.group, err = startGroup(c.cmd); err != nil {
		return fail(err)
	}
	for _, f := range childEnds {
		f.Close()
	}
	register(c)
	stopped := make(chan bool, 1)
	go func() { stopped <- c.guard() }()
	go c.reap(stopped)
	return c, nil
}

// guard ends the child when the context does. It reports whether the child was still running then.
func (c *Child) guard() (stopped bool) {
	select {
	case <-c.exited:
		return false
	case <-c.ctx.Done():
	}
	if errors.Is(c.group.interrupt(), os.ErrProcessDone) {
		return false
	}
	// reap waits for this to return, so the group's id stays the child's.
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-c.exited:
	case <-timer.C:
		c.group.kill()
	}
	return true
}

func (c *Child) reap(stopped <-chan bool) {
	c.group.wait()
	close(c.exited)
	interrupted := <-stopped
	unregister(c) // before the id can be given to another process
	c.group.close()

	c.cmd.WaitDelay = afterEnd
	if interrupted {
		c.cmd.WaitDelay = afterStop
	}
	err := c.cmd.Wait()
	c.tail.flush()
	c.state = c.cmd.ProcessState
	var exit *exec.ExitError
	switch {
	case interrupted: // whatever the child made of it: even one that ends well was cut short
		c.err = context.Cause(c.ctx)
	case errors.As(err, &exit):
		c.err = &ExitError{Label: c.spec.Label, Code: exit.ExitCode(), Signal: signalName(exit), Tail: c.tail.String()}
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		c.err = fmt.Errorf("%s: %w", c.spec.Label, err)
	}
	c.cancel()
	close(c.done)
}

// Wait blocks until the process has ended. It returns nil, an *ExitError when the child failed by itself, or the context's error
// (its cause) when the child was still running as the context ended. The pipes stay the caller's to close.
func (c *Child) Wait() error {
	<-c.done
	return c.err
}

// Done is closed when the process has ended and is collected.
func (c *Child) Done() <-chan struct{} { return c.done }

// Stop ends the process (politely, then by force), closes the pipes and waits for it. It may be called more than once, and after the end.
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

// Tail is the last part of the error output so far, at most 16 KiB.
func (c *Child) Tail() string { return c.tail.String() }

// CPU is the processor time the process used, user and system; zero before its end.
func (c *Child) CPU() time.Duration {
	select {
	case <-c.done:
		if c.state != nil {
			return c.state.UserTime() + c.state.SystemTime()
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
	unwatch := context.AfterFunc(c.ctx, c.boundOutput)
	defer unwatch()
	out, err := io.ReadAll(io.LimitReader(c.Stdout, limit+1))
	if int64(len(out)) > limit {
		return nil, fmt.Errorf("%s wrote more than %d bytes", c.spec.Label, limit)
	}
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%s: read output: %w", c.spec.Label, err)
	}
	if err := c.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// boundOutput ends a read that a process which left the child's group would keep open.
func (c *Child) boundOutput() {
	d, ok := c.Stdout.(interface{ SetReadDeadline(time.Time) error })
	if !ok {
		return
	}
	select {
	case <-c.exited:
		_ = d.SetReadDeadline(time.Now().Add(drainOutput)) // pipes without deadlines (Windows): the job object ended every holder
	default:
		_ = d.SetReadDeadline(time.Now().Add(grace))
	}
}
