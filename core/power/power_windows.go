package power

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/tapelight/tapelight/core/process"
)

var (
	setThreadExecutionState = windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadExecutionState")
	setSuspendState         = windows.NewLazySystemDLL("powrprof.dll").NewProc("SetSuspendState")
)

// Flags of SetThreadExecutionState.
const (
	esContinuous     = 0x80000000
	esSystemRequired = 0x00000001
)

// keepAwake holds a thread that says that the system is needed: Windows forgets it when the thread ends.
func (m Machine) keepAwake(ctx context.Context, _ string) (func(), error) {
	began := make(chan error, 1)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if was, _, err := setThreadExecutionState.Call(esContinuous | esSystemRequired); was == 0 {
			began <- err
			return
		}
		began <- nil
		select {
		case <-quit:
		case <-ctx.Done():
		}
		_, _, _ = setThreadExecutionState.Call(esContinuous)
	}()
	if err := <-began; err != nil {
		<-done
		return nil, &UnavailableError{What: awake, Errs: []error{err}}
	}
	return sync.OnceFunc(func() { close(quit); <-done }), nil
}

// sleep calls SetSuspendState, which returns when the machine is awake again.
func (m Machine) sleep(context.Context) error {
	if err := allowShutdown(); err != nil {
		return &RefusedError{What: sleep, Err: err}
	}
	if err := setSuspendState.Find(); err != nil {
		return &UnavailableError{What: sleep, Errs: []error{err}}
	}
	const hibernate, force, noWakeTimers = 0, 0, 0
	ok, _, err := setSuspendState.Call(hibernate, force, noWakeTimers)
	switch {
	case ok != 0:
		return nil
	case errors.Is(err, windows.ERROR_NOT_SUPPORTED):
		return &UnavailableError{What: sleep, Errs: []error{err}}
	}
	return &RefusedError{What: sleep, Err: err}
}

// allowShutdown turns on the right to sleep and shut down, which people's programs have but must ask for.
func allowShutdown() error {
	var token windows.Token
	if err := windows.OpenProcessToken(windows.CurrentProcess(), windows.TOKEN_ADJUST_PRIVILEGES|windows.TOKEN_QUERY, &token); err != nil {
		return err
	}
	defer token.Close()
	name, err := windows.UTF16PtrFromString("SeShutdownPrivilege")
	if err != nil {
		return err
	}
	p := windows.Tokenprivileges{PrivilegeCount: 1}
	if err := windows.LookupPrivilegeValue(nil, name, &p.Privileges[0].Luid); err != nil {
		return err
	}
	p.Privileges[0].Attributes = windows.SE_PRIVILEGE_ENABLED
	return windows.AdjustTokenPrivileges(token, false, &p, uint32(unsafe.Sizeof(p)), nil, nil)
}

func (m Machine) shutdown(ctx context.Context) error {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return &UnavailableError{What: shutdown, Errs: []error{err}}
	}
	ctx, cancel := context.WithTimeout(ctx, decideFor)
	defer cancel()
	err = run(ctx, process.Spec{Label: "shutdown", Path: filepath.Join(system, "shutdown.exe"), Args: []string{"/s", "/t", "0"}})
	if _, ok := errors.AsType[*process.ExitError](err); ok {
		return &RefusedError{What: shutdown, Err: err}
	}
	return err
}

// commandVariable carries the line to cmd.exe as it is. As an argument it would be quoted by rules that cmd.exe does not follow.
const commandVariable = "TAPELIGHT_COMMAND"

// shell is the program that runs a line as typed. cmd.exe puts the variable's text in place before it looks at quotes and special characters, but does
// not look for variables in it: those are put in here.
func shell(line string) (process.Spec, error) {
	if strings.ContainsAny(line, "\r\n") {
		return process.Spec{}, errors.New("it must be one line")
	}
	full, err := registry.ExpandString(line)
	if err != nil {
		return process.Spec{}, err
	}
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return process.Spec{}, err
	}
	const longest = 8000 // cmd.exe takes 8191 characters
	if len(full) > longest {
		return process.Spec{}, fmt.Errorf("it is longer than %d characters", longest)
	}
	spec := process.Spec{Label: "the command", Path: filepath.Join(system, "cmd.exe"), Args: []string{"/D", "/V:OFF", "/C", "%" + commandVariable + "%"}, Env: []string{commandVariable + "=" + full}}
	if home, err := os.UserHomeDir(); err == nil {
		spec.Dir = home
	}
	return spec, nil
}
