package instance

import (
	"errors"
	"io/fs"
	"net"

	"golang.org/x/sys/windows"
)

// On Windows the folders inherit the rights of the person's own profile, which is closed to others; the system tells a socket's user to nobody.

func owned(fs.FileInfo) error { return nil }

func isOpen(fs.FileInfo) bool { return false }

func samePeer(net.Conn) error { return nil }

// refused tells the error of a socket that nobody listens to.
func refused(err error) bool { return errors.Is(err, windows.WSAECONNREFUSED) }
