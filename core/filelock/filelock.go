// Package filelock holds locks on files that last as long as the file is open, whatever becomes of the process that has it.
package filelock

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Try takes an exclusive lock that lives as long as f is open. It is false when another holds it.
func Try(f *os.File) (bool, error) { return try(f) }

// Wait is Try that waits for the other, who holds it for moments.
func Wait(f *os.File) error { return wait(f) }

// Own is Try for a file that says whose it is: who takes it writes its process id there, and who doesn't learns the other's (0 if it is not to be read). The
// file itself is to stay for ever: were it removed, two processes could each lock one of that name.
func Own(f *os.File) (mine bool, other int, err error) {
	if mine, err = try(f); err != nil {
		return false, 0, err
	}
	if !mine {
		text, _ := io.ReadAll(io.LimitReader(f, 32))
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		return false, max(0, pid), nil
	}
	if err := f.Truncate(0); err != nil {
		return false, 0, err
	}
	if _, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0); err != nil {
		return false, 0, err
	}
	return true, 0, nil
}
