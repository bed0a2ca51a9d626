package core

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// PanicError is a fault of the program itself, met while it worked on one file. It fails that file's work and nothing else.
type PanicError struct {
	Value any
	Stack string
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("a fault in Tapelight itself (%v); please report it with the log", e.Value)
}

// guard, deferred, turns a panic into the error of work on path.
func (s *Service) guard(path string, err *error) {
	if v := recover(); v != nil {
		p := &PanicError{Value: v, Stack: string(debug.Stack())}
		s.log.Error("%s: %v\n%s", path, p, p.Stack)
		*err = fmt.Errorf("%s: %w", path, p)
	}
}

// FailedError is a run that failed. Log is the path of the file beside the output that tells more; empty where it could not be written.
type FailedError struct {
	Err error
	Log string
}

func (e *FailedError) Error() string { return e.Err.Error() }

func (e *FailedError) Unwrap() error { return e.Err }

// cancelled tells whether err is the end of its context rather than a failure.
func cancelled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errCancelled)
}
