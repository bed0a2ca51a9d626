package restore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/tapelight/tapelight/core/plan"
)

// claims holds the partial files this process is writing, so that two runs can't share one.
var claims struct {
	sync.Mutex
	paths map[string]bool
}

func claim(partial string) (release func(), err error) {
	key, err := filepath.Abs(partial)
	if err != nil {
		return nil, err
	}
	claims.Lock()
	defer claims.Unlock()
	if claims.paths[key] {
		return nil, fmt.Errorf("%s is being written by another job", partial)
	}
	if claims.paths == nil {
		claims.paths = map[string]bool{}
	}
	claims.paths[key] = true
	return func() {
		claims.Lock()
		defer claims.Unlock()
		delete(claims.paths, key)
	}, nil
}

// apart refuses to write over the capture, by whatever name it goes.
func apart(p *plan.Plan) error {
	source, err := os.Stat(p.Source.Path)
	if err != nil {
		return nil // the decoder will say what is wrong with it
	}
	for _, name := range append(append(Parts(p.Output), soundPaths(p)...), p.Partial, p.Output, assembledPath(p.Output)) {
		if st, err := os.Stat(name); err == nil && os.SameFile(source, st) {
			return fmt.Errorf("%s is the capture itself; give the output another name", name)
		}
	}
	return nil
}

// syncFile makes sure the file's content is on disk, and returns its size.
func syncFile(path string) (int64, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return 0, err
	}
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// syncDir makes the rename itself durable; file systems that can't are left alone.
func syncDir(path string) {
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// renameNew renames without ever replacing a file that came to be meanwhile. File systems without hard links fall back to looking first.
func renameNew(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, os.ErrExist):
		return &ExistsError{to}
	}
	if _, err := os.Lstat(to); err == nil {
		return &ExistsError{to}
	}
	return os.Rename(from, to)
}
