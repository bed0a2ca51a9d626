package core

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tapelight/tapelight/core/process"
)

// canPass tells failures that may be gone after a while: a network share that went away, a file that another program holds, a device that was lost, a
// process that was killed from outside. All others would fail again.
func canPass(err error) bool {
	if t, ok := errors.AsType[interface {
		error
		Temporary() bool
	}](err); ok && t.Temporary() {
		return true
	}
	if e, ok := errors.AsType[*process.ExitError](err); ok && e.Killed() {
		return true
	}
	return busy(err)
}

// outOfReach tells whether a path's folder is gone or can't be looked at: then it is the disk or the share that is away, not the file alone.
func outOfReach(path string) bool {
	_, err := os.Stat(path)
	if err == nil {
		return false
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return !errors.Is(err, fs.ErrPermission)
	}
	_, err = os.Stat(filepath.Dir(path))
	return err != nil
}

// passes is canPass, with a look at the files that the work was on.
func passes(err error, req Request) bool {
	return err != nil && !errors.Is(err, fs.ErrPermission) && (canPass(err) || outOfReach(req.Path) || outOfReach(filepath.Dir(req.Target())))
}
