// Package scratch is temporary space that cannot leak. Every directory says whose it is; what a program left behind when it died is
// removed when the next one opens the same root. The pipeline itself writes nothing here: frames go from pipe to pipe.
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
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
	if e.Never() {
		return fmt.Sprintf("%s needs about %s of temporary space, and no more than %s is allowed for temporary files; allow more", e.Purpose, words(e.Want), words(e.Budget))
	}
	return fmt.Sprintf("%s needs about %s of temporary space, and %s of the %s allowed for temporary files are taken (in %s and beside what is being written); "+
		"wait until other work is done, or allow more", e.Purpose, words(e.Want), words(e.Used), words(e.Budget), e.Root)
}

// Never tells whether it would be too much even with nothing else there: waiting is of no use.
func (e *BudgetError) Never() bool { return e.Want > e.Budget }

// words writes bytes for people.
func words(n int64) string {
	f, units := float64(n), []string{"bytes", "kB", "MB", "GB", "TB"}
	i := 0
	for f >= 999.5 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	return strconv.FormatFloat(f, 'g', 3, 64) + " " + units[i]
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
	removed []string

	mu     sync.Mutex
	root   string
	budget int64
	dirs   map[*Dir]struct{}
	beside int64 // bytes taken by Take
	closed bool
}

// Open uses root (DefaultRoot if empty), and first removes what dead programs left in it. budget is in bytes; 0 or less means no
// bound. Nothing is written before the first Dir; a root that doesn't exist is fine.
func Open(root string, budget int64) (*Space, error) {
	root, err := fullRoot(root)
	if err != nil {
		return nil, err
	}
	removed, err := cleared(root)
	if err != nil {
		return nil, err
	}
	return &Space{root: root, removed: removed, budget: budget, dirs: map[*Dir]struct{}{}}, nil
}

// fullRoot is a root's full path.
func fullRoot(root string) (path string, err error) {
	if root == "" {
		if root, err = DefaultRoot(); err != nil {
			return "", err
		}
	}
	if root, err = filepath.Abs(root); err != nil {
		return "", fmt.Errorf("temporary space: %w", err)
	}
	return root, nil
}

// cleared removes what dead programs left in a root.
func cleared(root string) (removed []string, err error) {
	if removed, err = sweep(root, time.Now()); err != nil {
		return nil, fmt.Errorf("clear temporary space: %w", err)
	}
	return removed, nil
}

// Root is the folder in which directories are made.
func (s *Space) Root() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.root
}

// Move makes directories in another root (DefaultRoot if empty) from now on; those that are open stay where they are and count as before. It fails, and
// changes nothing, where no directory can be made.
func (s *Space) Move(root string) error {
	root, err := fullRoot(root)
	if err != nil || root == s.Root() {
		return err
	}
	if _, err := cleared(root); err != nil {
		return err
	}
	trial, err := makeDir(root, "trial")
	if err != nil {
		return fmt.Errorf("temporary files can't be made in %s: %w", root, err)
	}
	if err := trial.remove(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.root = root
	return nil
}

// Budget is the bound in bytes, 0 for none.
func (s *Space) Budget() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(0, s.budget)
}

// SetBudget changes the bound; 0 or less means none. What is there stays, whatever the bound.
func (s *Space) SetBudget(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.budget = bytes
}

// Take counts n bytes that are written elsewhere, until release, which may be called more than once. purpose begins the sentence of the *BudgetError that
// comes back if they would not fit.
func (s *Space) Take(purpose string, n int64) (release func(), err error) {
	n = max(0, n)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.fits(purpose, n); err != nil {
		return nil, err
	}
	s.beside += n
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.beside -= n
	}), nil
}

// Fits tells whether n more bytes would be within the budget.
func (s *Space) Fits(n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fits("", n) == nil
}

// fits is a *BudgetError if n more bytes would not fit: what counts is what is there, or what is reserved where that is more.
func (s *Space) fits(purpose string, n int64) error {
	if s.budget <= 0 {
		return nil
	}
	used := s.beside
	for d := range s.dirs {
		used += max(size(d.Path()), d.reserved)
	}
	if n > s.budget || used > s.budget-n {
		return &BudgetError{Root: s.root, Purpose: purpose, Want: n, Used: used, Budget: s.budget}
	}
	return nil
}

// Removed lists what Open found of dead programs and removed, for the log.
func (s *Space) Removed() []string { return s.removed }

// Used is the number of bytes in the files of all open directories, as measured now. With no directory open it asks the disk nothing.
func (s *Space) Used() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
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
