package events

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// File is a log file that can't grow without bound: when it is full it becomes path.1, replacing an older one, and a new one is begun.
// It is safe for concurrent use; hand it to slog.NewTextHandler to keep a log on disk.
type File struct {
	mu    sync.Mutex
	path  string
	limit int64
	file  *os.File
	size  int64
}

// OpenFile opens or creates a log file of at most limit bytes (plus the same again in path.1), and its folder. limit must be positive.
func OpenFile(path string, limit int64) (*File, error) {
	if limit <= 0 {
		return nil, fmt.Errorf("log file %s: limit of %d bytes is not positive", path, limit)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("log file: %w", err)
	}
	f := &File{path: path, limit: limit}
	if err := f.open(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) open() error {
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("log file: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return fmt.Errorf("log file: %w", err)
	}
	f.file, f.size = file, info.Size()
	return nil
}

// Write appends p whole; it never splits one write over two files.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return 0, fmt.Errorf("log file %s: %w", f.path, os.ErrClosed)
	}
	if f.size > 0 && f.size+int64(len(p)) > f.limit {
		if err := f.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	return n, err
}

// rotate goes on with the old file, beyond its limit, where it can't be moved: losing the log would be worse.
func (f *File) rotate() error {
	f.file.Close()
	f.file = nil
	_ = os.Rename(f.path, f.path+".1")
	return f.open()
}

// Close closes the file. Later writes fail; closing again does nothing.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	err := errors.Join(f.file.Sync(), f.file.Close())
	f.file = nil
	return err
}
