package core

import (
	"errors"

	"github.com/tapelight/tapelight/core/queue"
)

// HolderOf tells whether err means that another program has the queue, and which process that is: 0 where it isn't known.
func HolderOf(err error) (pid int, held bool) {
	if e, ok := errors.AsType[*RunningError](err); ok {
		return e.Pid, true
	}
	if e, ok := errors.AsType[*queue.LockedError](err); ok {
		return e.Pid, true
	}
	return 0, false
}
