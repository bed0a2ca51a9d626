package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

const (
	dirPrefix = "owned-" // of every directory in a root; the sweep touches nothing else
	ownerFile = "owner.json"
	filesDir  = "files"
)

// Dir is a directory that lives until Close, the Space's Close, or the program's end, whatever comes first (after a crash: until
// the next program opens the root).
type Dir struct {
	space   *Space
	base    string
	purpose string
	lock    *os.File // held locked as long as the directory is ours

	mu       sync.Mutex
	reserved int64
	closed   bool
	err      error
}

// Dir makes a directory. purpose says in a word what it is for, in errors and to whoever finds the folder: "a preview". It fails with
// a *BudgetError when the budget is used up.
func (s *Space) Dir(purpose string) (*Dir, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("temporary space for %s: %w", purpose, fs.ErrClosed)
	}
	if err := s.fits(purpose, 1); err != nil {
		return nil, err
	}
	d, err := makeDir(s.root, purpose)
	if err != nil {
		return nil, fmt.Errorf("temporary space for %s: %w", purpose, err)
	}
	d.space = s
	s.dirs[d] = struct{}{}
	return d, nil
}

func makeDir(root, purpose string) (*Dir, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	base, err := os.MkdirTemp(root, dirPrefix)
	if err != nil {
		return nil, err
	}
	d := &Dir{base: base, purpose: purpose}
	if d.lock, err = writeOwner(filepath.Join(base, ownerFile), purpose); err == nil {
		if err = os.Mkdir(d.Path(), 0o700); err == nil {
			return d, nil
		}
		d.lock.Close()
	}
	return nil, errors.Join(err, os.RemoveAll(base))
}

// Path is where the files go.
func (d *Dir) Path() string { return filepath.Join(d.base, filesDir) }

// Reserve says that n more bytes are about to be written. It fails with a *BudgetError, and reserves nothing, if they would not fit:
// what counts is what is there, or what is reserved where that is more. Closing the directory gives all back.
func (d *Dir) Reserve(n int64) error {
	s := d.space
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fits(d.purpose, n); err != nil {
		return err
	}
	d.reserved += max(0, n)
	return nil
}

// Close removes the directory and all in it. Closing again gives the same answer.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return d.err
	}
	d.closed = true
	d.err = d.remove()
	d.space.mu.Lock()
	delete(d.space.dirs, d)
	d.space.mu.Unlock()
	return d.err
}

// remove takes the directory off the disk. The files first: whatever happens on the way, the owner file stays until there is nothing left to own.
func (d *Dir) remove() error {
	err := os.RemoveAll(d.Path())
	err = errors.Join(err, d.lock.Close())
	if err == nil {
		err = os.RemoveAll(d.base)
	}
	if err != nil {
		return fmt.Errorf("remove temporary files of %s: %w", d.purpose, err)
	}
	return nil
}
