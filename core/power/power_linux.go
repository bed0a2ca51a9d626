package power

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/tapelight/tapelight/core/process"
)

// keepAwake asks logind, whose word holds for every desktop, then the desktop itself.
func (m Machine) keepAwake(ctx context.Context, reason string) (func(), error) {
	e := &UnavailableError{What: awake}
	for _, way := range []struct {
		name string
		hold func(context.Context, string) (func(), error)
	}{{"logind", m.inhibitLogin}, {"the desktop portal", m.inhibitPortal}, {"the screen saver", m.inhibitScreen}} {
		free, err := way.hold(ctx, reason)
		if err == nil {
			return untilEnd(ctx, free), nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		e.Errs = append(e.Errs, fmt.Errorf("%s: %w", way.name, err))
	}
	return nil, e
}

// untilEnd makes free run once: when it is called, or when ctx ends. The first call returns when it has run.
func untilEnd(ctx context.Context, free func()) (release func()) {
	once := sync.OnceFunc(free)
	stop := context.AfterFunc(ctx, once)
	return func() {
		stop()
		once()
	}
}

func (m Machine) sleep(ctx context.Context) error {
	return m.login(ctx, sleep, "Suspend", "suspend")
}

func (m Machine) shutdown(ctx context.Context) error {
	return m.login(ctx, shutdown, "PowerOff", "poweroff")
}

// login asks logind for one of its actions, and systemctl where logind is not to be reached over the bus.
func (m Machine) login(ctx context.Context, what, action, verb string) error {
	first := m.loginAction(ctx, what, action)
	if first == nil || ctx.Err() != nil {
		return cause(ctx, first)
	}
	if _, ok := errors.AsType[*RefusedError](first); ok {
		return first // systemctl would ask the same logind
	}
	if _, ok := errors.AsType[*UnavailableError](first); ok {
		return first
	}
	second := func() error {
		path, err := exec.LookPath("systemctl")
		if err != nil {
			return err
		}
		if path, err = filepath.Abs(path); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, decideFor)
		defer cancel()
		return run(ctx, process.Spec{Label: "systemctl " + verb, Path: path, Args: []string{verb}})
	}()
	if second == nil || ctx.Err() != nil {
		return cause(ctx, second)
	}
	return &UnavailableError{What: what, Errs: []error{fmt.Errorf("logind: %w", first), second}}
}

func cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// shell is the program that runs a line as typed.
func shell(line string) (process.Spec, error) {
	spec := process.Spec{Label: "the command", Path: "/bin/sh", Args: []string{"-c", line}}
	if home, err := os.UserHomeDir(); err == nil {
		if st, err := os.Stat(home); err == nil && st.IsDir() {
			spec.Dir = home
		}
	}
	return spec, nil
}
