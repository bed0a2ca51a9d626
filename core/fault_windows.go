package core

import (
	"errors"

	"golang.org/x/sys/windows"
)

// busy tells errors of the system that pass.
func busy(err error) bool {
	for _, e := range []error{windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_BAD_NETPATH, windows.ERROR_NETNAME_DELETED, windows.ERROR_UNEXP_NET_ERR, windows.ERROR_SEM_TIMEOUT} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
