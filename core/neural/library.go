package neural

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Library finds networks: those that come with the program and those of the person, *.onnx files in a folder. A file of the person's
// hides a built-in network of the same name.
type Library struct {
	embedded fs.FS
	userDir  string
}

// Entry is one network file. Network is nil where Err says why it cannot be used.
type Entry struct {
	Name    string // the file's name without .onnx
	Path    string // of the person's own: where it lies; of built-in ones: within the program
	BuiltIn bool
	Network *Network
	MACs    int64 // multiply-adds for one output frame of a 720 by 480 picture
	Err     error
}

// UnknownError says that there is no network of a name; Known are the names there are.
type UnknownError struct {
	Name  string
	Known []string
}

func (e *UnknownError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("there is no network %q, nor any other", e.Name)
	}
	return fmt.Sprintf("there is no network %q; known are %s", e.Name, strings.Join(e.Known, ", "))
}

// NewLibrary takes the built-in files (at any depth; nil: none) and the person's folder, which need not exist ("": none).
func NewLibrary(embedded fs.FS, userDir string) *Library { return &Library{embedded, userDir} }

// file is an Entry that has not been read.
type file struct {
	Entry
	open func() (fs.File, error)
}

// files looks what there is now, so that a file copied into the folder is found without a restart.
func (l *Library) files() ([]file, error) {
	found := map[string]file{}
	if l.embedded != nil {
		err := fs.WalkDir(l.embedded, ".", func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.EqualFold(path.Ext(p), ".onnx") {
				name := strings.TrimSuffix(path.Base(p), path.Ext(p))
				found[name] = file{Entry{Name: name, Path: p, BuiltIn: true}, func() (fs.File, error) { return l.embedded.Open(p) }}
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("built-in networks: %w", err)
		}
	}
	var unreadable error
	if l.userDir != "" {
		entries, err := os.ReadDir(l.userDir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			unreadable = fmt.Errorf("networks of your own: %w", err)
		}
		for _, d := range entries {
			if d.IsDir() || !strings.EqualFold(filepath.Ext(d.Name()), ".onnx") {
				continue
			}
			name, p := strings.TrimSuffix(d.Name(), filepath.Ext(d.Name())), filepath.Join(l.userDir, d.Name())
			found[name] = file{Entry{Name: name, Path: p}, func() (fs.File, error) { return openRegular(p) }}
		}
	}
	all := make([]file, 0, len(found))
	for _, f := range found {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b file) int { return cmp.Compare(a.Name, b.Name) })
	return all, unreadable
}

// openRegular refuses pipes and devices, on which a read could wait for ever.
func openRegular(p string) (fs.File, error) {
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("network %s: not a regular file", p)
	}
	return os.Open(p)
}

func (f *file) read() (*Network, error) {
	r, err := f.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	n, err := readNamed(r, f.Path)
	if err == nil {
		n.Name = f.Name // what Get finds it by, whatever the file calls itself
	}
	return n, err
}

// List reads all networks, sorted by name. Files that cannot be used are listed with the reason; so is a folder that cannot be read, as an
// entry with no name.
func (l *Library) List() []Entry {
	files, err := l.files()
	entries := make([]Entry, 0, len(files))
	if err != nil {
		entries = append(entries, Entry{Path: l.userDir, Err: err})
	}
	for _, f := range files {
		e := f.Entry
		if e.Network, e.Err = f.read(); e.Err == nil {
			e.MACs = e.Network.MACs(720, 480)
		}
		entries = append(entries, e)
	}
	return entries
}

// Get reads the network called name: the file's name without .onnx. The error is an *UnknownError where there is none.
func (l *Library) Get(name string) (*Network, error) {
	files, err := l.files()
	known := make([]string, 0, len(files))
	for _, f := range files {
		if f.Name == name {
			return f.read()
		}
		known = append(known, f.Name)
	}
	return nil, errors.Join(&UnknownError{name, known}, err)
}
