package instance

import (
	"errors"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/windows"
)

// On Windows the folders inherit the rights of the person's own profile, which is closed to others; the system tells a socket's user to nobody.

func owned(fs.FileInfo) error { return nil }

func isOpen(fs.FileInfo) bool { return false }

func samePeer(net.Conn) error { return nil }

// refused tells the error of a socket that nobody listens to.
func refused(err error) bool { return errors.Is(err, windows.WSAECONNREFUSED) }

// tryLock takes an exclusive lock that lives as long as f is open. It is false when another holds it. The byte that is locked lies far behind
// the text, which stays readable.
func tryLock(f *os.File) (bool, error) {
	err := lockByte(f, windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}

// waitLock is tryLock that waits for the other, who holds it for moments.
func waitLock(f *os.File) error { return lockByte(f, windows.LOCKFILE_EXCLUSIVE_LOCK) }

func lockByte(f *os.File, flags uint32) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{Offset: 1 << 30})
}
