package scratch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/filelock"
)

// unknownAge is how old a directory without a readable owner file must be to count as left behind. Its owner may just be about to
// write the file, which takes milliseconds.
const unknownAge = 24 * time.Hour

// sweep removes from root what dead owners left, and returns the paths. What belongs to a living owner, or to something else, stays. A
// directory that can't be removed stays for the next time; only a root that can't be read is an error.
func sweep(root string, now time.Time) (removed []string, err error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), dirPrefix) { // IsDir is false for links
			continue
		}
		path := filepath.Join(root, e.Name())
		if leftBehind(path, now) && removeOwned(path) == nil {
			removed = append(removed, path)
		}
	}
	return removed, nil
}

// leftBehind asks twice: the lock holds across containers, where process ids mean nothing; the process holds where locks do nothing
// (some network file systems).
func leftBehind(path string, now time.Time) bool {
	f, err := os.Open(filepath.Join(path, ownerFile))
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) && older(path, now)
	}
	defer f.Close()
	if locked, err := filelock.Try(f); err != nil || !locked {
		return false
	}
	o, err := readOwner(f)
	if err != nil {
		return older(path, now)
	}
	return !o.alive()
}

func older(path string, now time.Time) bool {
	info, err := os.Lstat(path)
	return err == nil && now.Sub(info.ModTime()) > unknownAge
}

// removeOwned takes the owner file last, so that a removal cut short is taken up by the next sweep.
func removeOwned(path string) error {
	if err := os.RemoveAll(filepath.Join(path, filesDir)); err != nil {
		return err
	}
	return os.RemoveAll(path)
}
