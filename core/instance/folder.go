package instance

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	ownName    = "instance" // our folder in the data folder
	lockName   = "lock"     // locked by the program that serves
	guardName  = "guard"    // locked while one begins or ends
	whereName  = "where"    // names the socket's folder where it is another
	socketName = "socket"

	// maxSocketPath is what a socket's address can hold, on Linux and Windows (sun_path, with its closing zero).
	maxSocketPath = 108 - 1
	// maxWhere bounds what is read of the pointer file.
	maxWhere = 4 << 10

	awayPrefix = "tapelight-"
)

// place is where one data folder's lock and socket lie.
type place struct {
	dir string // the data folder, absolute
	own string // our folder in it
}

func placeOf(dir string) (place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	return place{dir: abs, own: filepath.Join(abs, ownName)}, nil
}

func (p place) in(name string) string { return filepath.Join(p.own, name) }

// privateDir makes path if it isn't there, and makes sure that it is a real folder, ours, closed to others.
func privateDir(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return &FolderError{path, err}
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return &FolderError{path, err}
	}
	return checkPrivate(path, true)
}

// checkPrivate makes sure that path is a real folder, ours, closed to others. With mend, one that is ours and open is closed.
func checkPrivate(path string, mend bool) error {
	st, err := os.Lstat(path)
	if err != nil {
		return &FolderError{path, err}
	}
	if !st.IsDir() {
		return &FolderError{path, errors.New("it is no folder")}
	}
	if err := owned(st); err != nil {
		return &FolderError{path, err}
	}
	if isOpen(st) && mend {
		if err := os.Chmod(path, 0o700); err != nil {
			return &FolderError{path, err}
		}
		if st, err = os.Lstat(path); err != nil {
			return &FolderError{path, err}
		}
	}
	if isOpen(st) {
		return &FolderError{path, fmt.Errorf("others may enter it (%v)", st.Mode().Perm())}
	}
	return nil
}

// parseWhere reads the pointer file's text: one absolute path of a folder that bears our name.
func parseWhere(text string) (string, error) {
	path, ok := strings.CutSuffix(text, "\n")
	if !ok || path == "" {
		return "", errors.New("it is cut short")
	}
	if strings.ContainsAny(path, "\x00\r\n") || !filepath.IsAbs(path) || filepath.Clean(path) != path || !strings.HasPrefix(filepath.Base(path), awayPrefix) {
		return "", errors.New("it names no folder of ours")
	}
	return path, nil
}

// away is the folder that the pointer file names; fs.ErrNotExist where there is none.
func (p place) away() (string, error) {
	f, err := os.Open(p.in(whereName))
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxWhere))
	if err != nil {
		return "", err
	}
	path, err := parseWhere(string(text))
	if err != nil {
		return "", &FolderError{p.in(whereName), err}
	}
	return path, nil
}

// clear removes what a program that ended without saying so left. The lock must be held.
func (p place) clear() error {
	if path, err := p.away(); err == nil && checkPrivate(path, false) == nil {
		os.Remove(filepath.Join(path, socketName))
		os.Remove(path) // stays where it holds anything else
	}
	if err := os.Remove(p.in(whereName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	st, err := os.Lstat(p.in(socketName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case st.Mode().Type()&fs.ModeSocket == 0:
		return &FolderError{p.in(socketName), errors.New("it is not a socket; move it away")}
	}
	return os.Remove(p.in(socketName))
}

// goAway makes a folder with a short path for the socket and the pointer to it. It is new and its name was not known before, so that nobody
// can have prepared it.
func (p place) goAway() (folder string, err error) {
	var faults []error
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()} {
		if base == "" || !filepath.IsAbs(base) {
			continue
		}
		folder, err := os.MkdirTemp(base, awayPrefix)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if len(filepath.Join(folder, socketName)) > maxSocketPath {
			err = &FolderError{folder, errors.New("its path is too long for a socket")}
		} else if err = checkPrivate(folder, false); err == nil {
			err = os.WriteFile(p.in(whereName), []byte(folder+"\n"), 0o600)
		}
		if err == nil {
			return folder, nil
		}
		os.Remove(folder)
		faults = append(faults, err)
	}
	return "", errors.Join(faults...)
}

// socket is where a client finds the socket, in a folder that is ours alone.
func (p place) socket() (string, error) {
	folder, err := p.away()
	if errors.Is(err, fs.ErrNotExist) {
		folder, err = p.own, nil
	}
	if err != nil {
		return "", err
	}
	if err := checkPrivate(folder, false); err != nil {
		return "", err
	}
	return filepath.Join(folder, socketName), nil
}
