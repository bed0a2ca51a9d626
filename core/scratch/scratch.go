// Package scratch is temporary space that cannot leak. Every directory says whose it is; what a program left behind when it died is
// removed when the next one opens the same root. The pipeline itself writes nothing here: frames go from pipe to pipe.
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// BudgetError says that something would take more temporary space than there may be.
type BudgetError struct {
	Root               string
	Purpose            string
	Want, Used, Budget int64 // bytes
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("%s needs %d bytes of temporary space, but %d of the %d allowed in %s are taken; allow more or choose another folder",
		e.Purpose, e.Want, e.Used, e.Budget, e.Root)
}

// DefaultRoot is where temporary space is kept unless the user says otherwise: tapelight/scratch in the user's cache folder.
func DefaultRoot() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a place for temporary files: %w", err)
	}
	return filepath.Join(cache, "tapelight", "scratch"), nil
}

// Space is this program's part of a root. It is safe for concurrent use.
type Space struct {
	root    string
	budget  int64
	removed []string

	mu     sync.Mutex
	dirs   map[*Dir]struct{}
	closed bool
}

// Open uses root (DefaultRoot if empty), and first removes what dead programs left in it. budget is in bytes; 0 or less means no
// bound. Nothing is written before the first Dir; a root that doesn't exist is fine.
func Open(root string, budget int64) (*Space, error) {
	if root == "" {
		var err error
		if root, err = DefaultRoot(); err != nil {
			return nil, err
		}
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("temporary space: %w", err)
	}
	s := &Space{root: root, budget: budget, dirs: map[*Dir]struct{}{}}
	if s.removed, err = sweep(root, time.Now()); err != nil {
		return nil, fmt.Errorf("clear temporary space: %w", err)
	}
	return s, nil
}

// Root is the folder that holds the space.
func (s *Space) Root() string { return s.root }

// Budget is the bound in bytes, 0 for none.
func (s *Space) Budget() int64 { return max(0, s.budget) }

// Removed lists what Open found of dead programs and removed, for the log.
func (s *Space) Removed() []string { return s.removed }

// Used is the number of bytes in the files of all open directories, as measured now. With no directory open it asks the disk nothing.
func (s *Space) Used() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used()
}

func (s *Space) used() int64 {
	var sum int64
	for d := range s.dirs {
		sum += size(d.Path())
	}
	return sum
}

// Close removes all directories that are still open. No more can be made.
func (s *Space) Close() error {
	s.mu.Lock()
	s.closed = true
	left := make([]*Dir, 0, len(s.dirs))
	for d := range s.dirs {
		left = append(left, d)
	}
	s.mu.Unlock()
	var errs []error
	for _, d := range left {
		errs = append(errs, d.Close())
	}
	return errors.Join(errs...)
}

// size is the sum of the sizes of the regular files below path. What vanishes meanwhile counts nothing.
func size(path string) (sum int64) {
	_ = filepath.WalkDir(path, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum
}
