package queue

import (
	"errors"
	"fmt"
	"time"
)

// Causes for which a claim's context ends, to be had by context.Cause. Whatever the cause, the worker calls Release (or Done, if it was faster).
var (
	ErrPaused      = errors.New("the job was paused")
	ErrCancelled   = errors.New("the job was cancelled")
	ErrRemoved     = errors.New("the job was removed")
	ErrQueuePaused = errors.New("the queue was paused")
	ErrLost        = errors.New("the job was given to another worker, because this one was not heard of in time")
)

var (
	// ErrClosed is the answer of a queue that has been closed.
	ErrClosed = errors.New("the queue is closed")
	// ErrEnded is the answer of a claim that was given back already.
	ErrEnded = errors.New("this work on the job was ended before")
	// ErrChanged says that the job got another payload meanwhile, so that what was found out about it doesn't hold any more.
	ErrChanged = errors.New("the job was changed meanwhile")
)

// TransitionError refuses what a job's state doesn't allow.
type TransitionError struct {
	ID, Path string
	State    State
	Want     Want
	Event    Event
}

func (e *TransitionError) Error() string {
	is := string(e.State)
	switch e.Want {
	case WantPause:
		is = "being paused"
	case WantCancel:
		is = "being cancelled"
	case WantRemove:
		is = "being removed"
	}
	name := e.Path
	if name == "" {
		name = e.ID
	}
	return fmt.Sprintf("can't %s %s: the job is %s", e.Event, name, is)
}

// UnknownError names a job that is not in the queue, or not any more.
type UnknownError struct{ ID string }

func (e *UnknownError) Error() string { return fmt.Sprintf("there is no job %s in the queue", e.ID) }

// LockedError says that another process has the queue's folder.
type LockedError struct {
	Dir string
	Pid int // 0 if not known
}

func (e *LockedError) Error() string {
	who := "another program"
	if e.Pid > 0 {
		who = fmt.Sprintf("another program (process %d)", e.Pid)
	}
	return fmt.Sprintf("the queue in %s is in use by %s; two can't work on one folder", e.Dir, who)
}

// DamageError is a warning: the store was damaged, what could be read was kept, and the damaged folder lies beside it for whoever wants to look.
type DamageError struct {
	Aside string   // where the damaged folder is now
	Kept  int      // jobs that were read
	Found []string // what was wrong, at most a few
}

func (e *DamageError) Error() string {
	what := "it could not be read in full"
	if len(e.Found) > 0 {
		what = e.Found[0]
	}
	return fmt.Sprintf("the queue's folder was damaged (%s): %d jobs were kept, and the damaged folder was put aside as %s", what, e.Kept, e.Aside)
}

// StoreError is a fault of the store: the server can't be reached, or doesn't take what is written.
type StoreError struct {
	Step string
	Err  error
}

func (e *StoreError) Error() string { return fmt.Sprintf("the queue's store: %s: %v", e.Step, e.Err) }
func (e *StoreError) Unwrap() error { return e.Err }

// TooLargeError refuses a record that is larger than the store takes.
type TooLargeError struct {
	Path        string
	Size, Limit int // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the job for %s would take %d bytes in the queue; %d is the most", e.Path, e.Size, e.Limit)
}

// slowStore is how long one step of the store may take before it counts as a fault.
const slowStore = 15 * time.Second
