package filelock_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tapelight/tapelight/core/filelock"
)

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, second := open(t, path), open(t, path)
	if mine, _, err := filelock.Own(first); !mine || err != nil {
		t.Fatal(mine, err)
	}
	if mine, pid, err := filelock.Own(second); mine || pid != os.Getpid() || err != nil {
		t.Errorf("a second one gets %v, %d, %v", mine, pid, err)
	}
	if mine, err := filelock.Try(second); mine || err != nil {
		t.Errorf("a second one gets %v, %v", mine, err)
	}
	first.Close()
	if err := filelock.Wait(second); err != nil {
		t.Error(err)
	}
}
