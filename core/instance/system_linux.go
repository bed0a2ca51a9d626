package instance

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// owned refuses what belongs to another user.
func owned(st fs.FileInfo) error {
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("its owner is not to be had")
	}
	if uid := os.Geteuid(); int(sys.Uid) != uid {
		return fmt.Errorf("it belongs to user %d, this is user %d", sys.Uid, uid)
	}
	return nil
}

// isOpen tells whether others than the owner may do anything in it.
func isOpen(st fs.FileInfo) bool { return st.Mode().Perm()&0o077 != 0 }

// samePeer makes sure that who is at the other end runs as the same user.
func samePeer(c net.Conn) error {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return errors.New("not a socket of this machine")
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) { cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return err
	}
	if credErr != nil {
		return credErr
	}
	if int(cred.Uid) != os.Geteuid() {
		return fmt.Errorf("the other side is user %d", cred.Uid)
	}
	return nil
}

// refused tells the error of a socket that nobody listens to.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
