package restore

import (
	"errors"

	"golang.org/x/sys/windows"
)

// noRoom tells the system's errors of a full disk and of a used-up quota.
func noRoom(err error) bool {
	for _, e := range []windows.Errno{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
