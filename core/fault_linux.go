package core

import (
	"errors"
	"syscall"
)

// busy tells errors of the system that pass.
func busy(err error) bool {
	for _, e := range []syscall.Errno{syscall.EBUSY, syscall.ETXTBSY, syscall.ESTALE, syscall.ENOTCONN, syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ETIMEDOUT, syscall.EAGAIN} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
