package queue

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tapelight/tapelight/core/filelock"
)

const (
	lockFile = "queue.lock"
	marksDir = "workers"
	markEnd  = ".lock"
)

// lockDir makes dir this process's until the file is closed.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	mine, pid, err := filelock.Own(f)
	if err == nil && !mine {
		err = &LockedError{Dir: dir, Pid: pid}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// A mark is a locked file in a machine's own folder, named after the session it belongs to. It tells this machine, and only this one, which of
// its sessions have died: their marks can be locked. Process ids wouldn't tell: they come back, and containers have their own.
type mark struct {
	file *os.File
	path string
}

// leaveMark makes this session's mark and returns the dead sessions, whose marks are gone after forget.
func leaveMark(dir, session string) (m mark, dead []string, forget func(), err error) {
	dir = filepath.Join(dir, marksDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return mark{}, nil, nil, err
	}
	// Under one lock: else a mark could be taken for a dead one's between its making and its locking.
	guard, err := os.OpenFile(filepath.Join(dir, "guard"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return mark{}, nil, nil, err
	}
	defer guard.Close()
	if err := filelock.Wait(guard); err != nil {
		return mark{}, nil, nil, err
	}
	m.path = filepath.Join(dir, session+markEnd)
	if m.file, err = os.OpenFile(m.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return mark{}, nil, nil, err
	}
	if mine, err := filelock.Try(m.file); err != nil || !mine {
		m.remove()
		return mark{}, nil, nil, fmt.Errorf("lock %s: %v", m.path, err)
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), markEnd)
		if !ok || name == session {
			continue
		}
		if f, err := os.OpenFile(filepath.Join(dir, e.Name()), os.O_RDWR, 0); err == nil {
			if free, err := filelock.Try(f); err == nil && free {
				dead = append(dead, name)
			}
			f.Close()
		}
	}
	return m, dead, func() {
		for _, name := range dead {
			os.Remove(filepath.Join(dir, name+markEnd)) // at worst it is found dead once more
		}
	}, nil
}

func (m mark) remove() {
	if m.file != nil {
		m.file.Close()
		os.Remove(m.path)
	}
}
