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

// noRoom tells the system's error of a full disk.
func noRoom(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}
