// Package power keeps the machine awake, puts it to sleep, turns it off, and runs a person's own command.
package power

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/process"
)

// Machine is the machine the program runs on. The zero value is ready to use.
type Machine struct {
	App string // the program's name, for those who ask what keeps the machine awake
	// SystemBus and SessionBus are D-Bus addresses; where they are empty, those of the environment hold. Windows has no use for them.
	SystemBus, SessionBus string
}

// UnavailableError says that nothing on this machine offers what was asked for: no D-Bus in a container, no power manager on a bare system. The
// program can go on without it.
type UnavailableError struct {
	What string  // "keep the machine awake"
	Errs []error // what each way that was tried said
}

func (e *UnavailableError) Error() string {
	var why []string
	for _, err := range e.Errs {
		why = append(why, err.Error())
	}
	return fmt.Sprintf("this machine offers no way to %s: %s", e.What, strings.Join(why, "; "))
}

func (e *UnavailableError) Unwrap() []error { return e.Errs }

// RefusedError says that the system can do what was asked for and does not let us: another program stands against it, or the person may not.
type RefusedError struct {
	What string
	Err  error // nil where the system gives no reason
}

func (e *RefusedError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("the system does not let this user %s", e.What)
	}
	return fmt.Sprintf("the system refused to %s: %v", e.What, e.Err)
}

func (e *RefusedError) Unwrap() error { return e.Err }

const (
	awake    = "keep the machine awake"
	sleep    = "put the machine to sleep"
	shutdown = "shut the machine down"

	// askFor bounds the wait for an answer of a service that may have to be started first.
	askFor = 10 * time.Second
	// decideFor bounds the wait for one that may ask a person for a password.
	decideFor = 2 * time.Minute
)

// KeepAwake stops the machine from going to sleep by itself, until release is called or ctx ends. reason is shown to people. The error is an
// *UnavailableError where that can't be done here, or a *RefusedError; neither is a reason not to go on.
func (m Machine) KeepAwake(ctx context.Context, reason string) (release func(), err error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return m.keepAwake(ctx, reason)
}

// Sleep suspends the machine to memory. It returns when the machine is about to sleep, or awake again. Errors are those of KeepAwake.
func (m Machine) Sleep(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return m.sleep(ctx)
}

// Shutdown turns the machine off. Other programs are asked to end first, and may object. Errors are those of KeepAwake.
func (m Machine) Shutdown(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return m.shutdown(ctx)
}

// RunCommand runs a line as a person would type it, by the system's shell, and waits for its end. What it started ends with it, and all of it when
// ctx does. The error is a *process.ExitError with the end of the command's error output where it failed.
func (m Machine) RunCommand(ctx context.Context, line string) error {
	if strings.TrimSpace(line) == "" {
		return errors.New("there is no command to run")
	}
	if strings.ContainsRune(line, 0) {
		return errors.New("the command holds a character that no shell takes")
	}
	spec, err := shell(line)
	if err != nil {
		return fmt.Errorf("run %q: %w", line, err)
	}
	return run(ctx, spec)
}

// run runs a program to its end.
func run(ctx context.Context, spec process.Spec) error {
	c, err := process.Start(ctx, spec)
	if err != nil {
		return err
	}
	defer c.Stop()
	return c.Wait()
}
