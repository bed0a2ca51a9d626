package queue

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Roots are folders by names that all machines know ("tapes"), each with where this machine has it (/mnt/tapes, T:\). Jobs carry paths as
// "tapes:1994/summer.avi", so that every machine finds the file.
type Roots map[string]string

// RootError says why a stored path can't be used on this machine.
type RootError struct {
	Path string // as stored
	Root string
	Err  error
}

func (e *RootError) Error() string {
	return fmt.Sprintf("the path %q can't be used here: %v", e.Path, e.Err)
}
func (e *RootError) Unwrap() error { return e.Err }

// Reasons of a RootError.
var (
	ErrNoRoot  = errors.New("this machine has no shared folder of that name")
	ErrOutside = errors.New("it leads out of its shared folder")
)

// Check tells of names or folders that can't be roots: names are two or more of a-z, 0-9 and '-' and begin with a letter (a single letter would be
// a drive), folders are absolute.
func (r Roots) Check() error {
	var faults []error
	for name, dir := range r {
		if !rootName(name) {
			faults = append(faults, fmt.Errorf("a shared folder can't have the name %q: two or more of a-z, 0-9 and '-', a letter first", name))
		}
		if !filepath.IsAbs(dir) {
			faults = append(faults, fmt.Errorf("the shared folder %s needs a full path, not %q", name, dir))
		}
	}
	return errors.Join(faults...)
}

func rootName(name string) bool {
	for i, c := range name {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '-') {
			return false
		}
	}
	return len(name) >= 2
}

// Store is the path as jobs carry it: by the innermost root that it lies in, else as a full path. Resolve is the way back.
func (r Roots) Store(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	best, rest := "", ""
	for name, dir := range r {
		rel, err := filepath.Rel(dir, path)
		if err != nil || !filepath.IsLocal(rel) && rel != "." || !rootName(name) {
			continue
		}
		if best == "" || len(rel) < len(rest) || len(rel) == len(rest) && name < best {
			best, rest = name, rel
		}
	}
	if best == "" {
		return path, nil
	}
	stored := best + ":" + filepath.ToSlash(rest)
	if _, err := r.Resolve(stored); err != nil {
		return path, nil // over a link that leads out of the root: other machines couldn't follow it
	}
	return stored, nil
}

// Resolve is the full path of a stored one on this machine. A path by a root never leads out of that root, neither by ".." nor over links; that
// and an unknown root give a *RootError.
func (r Roots) Resolve(stored string) (string, error) {
	name, rel, ok := strings.Cut(stored, ":")
	if !ok || !rootName(name) {
		if !filepath.IsAbs(stored) {
			return "", &RootError{Path: stored, Err: errors.New("it is neither a full path nor one of a shared folder")}
		}
		return filepath.Clean(stored), nil
	}
	dir, ok := r[name]
	if !ok {
		return "", &RootError{Path: stored, Root: name, Err: fmt.Errorf("%s: %w", name, ErrNoRoot)}
	}
	local := filepath.FromSlash(rel)
	if !filepath.IsLocal(local) {
		return "", &RootError{Path: stored, Root: name, Err: ErrOutside}
	}
	path := filepath.Join(dir, local)
	inside, err := within(dir, path)
	if err != nil {
		return "", &RootError{Path: stored, Root: name, Err: err}
	}
	if !inside {
		return "", &RootError{Path: stored, Root: name, Err: ErrOutside}
	}
	return path, nil
}

// within tells whether path lies in dir once all links are followed. The end of the path need not exist.
func within(dir, path string) (bool, error) {
	realDir, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil // the root isn't mounted: opening the file will tell
	}
	if err != nil {
		return false, err
	}
	for at := path; ; at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if errors.Is(err, fs.ErrNotExist) {
			if info, e := os.Lstat(at); e == nil && info.Mode()&fs.ModeSymlink != 0 {
				return false, nil // a link to nowhere; who knows where it leads when there is something
			}
			if at == dir || at == filepath.Dir(at) {
				return true, nil
			}
			continue
		}
		if err != nil {
			return false, err
		}
		rel, err := filepath.Rel(realDir, real)
		return err == nil && (rel == "." || filepath.IsLocal(rel)), nil
	}
}
