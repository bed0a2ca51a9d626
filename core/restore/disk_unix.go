//go:build !windows

package restore

import (
	"errors"
	"syscall"
)

// noRoom tells the system's errors of a full disk and of a used-up quota.
func noRoom(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
