package restore_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/tapelight/tapelight/core/restore"
)

// smallDisk is a folder on a disk of that many bytes; resize gives it another size. It skips the test where nothing may be mounted: TestFaults has
// what ffmpeg says of a full disk in any case.
func smallDisk(t *testing.T, size int64) (dir string, resize func(int64)) {
	t.Helper()
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil { // busy where anything still has a file open
			t.Errorf("unmount: %v", err)
			_ = unix.Unmount(dir, unix.MNT_DETACH)
		}
	})
	return dir, func(size int64) {
		if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%d", size)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAFullDisk fills a disk: a run that can be continued says so and keeps its parts, again and again while there is no room, and goes on when there
// is; another run leaves nothing.
func TestAFullDisk(t *testing.T) {
	g := newBench(t, "webcam")
	out := filepath.Join(t.TempDir(), "whole.mkv")
	if _, err := g.run(t, g.plan(t, out, "ffv1", nil), 0, nil); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	whole, need := digest(t, out), st.Size()
	full := func(t *testing.T, err error, dir string, kept bool) {
		t.Helper()
		e, ok := errors.AsType[*restore.DiskFullError](err)
		if !ok || e.Folder != dir || e.Kept != kept {
			t.Fatalf("%#v: %v", e, err)
		}
	}
	t.Run("goes on", func(t *testing.T) {
		nothingOpen(t)
		before := goleak.IgnoreCurrent()
		dir, resize := smallDisk(t, need*6/10)
		p := g.plan(t, filepath.Join(dir, "out.mkv"), "ffv1", nil)
		r := &restore.Runner{Tools: g.tools, Resume: true, Keep: func(error) bool { return false }}
		_, err := attempt(t, r, p)
		full(t, err, dir, true)
		t.Log(err)
		if names := leftIn(t, dir); !slices.Equal(names, []string{"out.partial.mkv"}) {
			t.Fatalf("left in the folder: %q", names)
		}
		silent(t, before)
		// Not a byte of room: whatever is tried, what was made is not lost.
		if err := os.WriteFile(filepath.Join(dir, "others"), make([]byte, need), 0o600); !errors.Is(err, unix.ENOSPC) {
			t.Fatalf("the disk is not full: %v", err)
		}
		for range 2 {
			_, err := attempt(t, r, p)
			full(t, err, dir, true)
			if len(restore.Parts(p.Output)) == 0 {
				t.Fatal("what was made is lost")
			}
		}
		os.Remove(filepath.Join(dir, "others"))
		// Room for the pictures, not for putting them together.
		resize(need * 13 / 10)
		_, err = attempt(t, r, p)
		full(t, err, dir, true)
		if names := leftIn(t, dir); len(names) != len(restore.Parts(p.Output)) {
			t.Errorf("left in the folder: %q", names)
		}
		resize(need * 4)
		note := ""
		r.Note = func(s string) { note = s }
		if _, err := attempt(t, r, p); err != nil {
			t.Fatal(err)
		}
		t.Log(note)
		if got := digest(t, p.Output); got != whole {
			t.Errorf("another result:\n%s", firstDifference(whole, got))
		}
		if names := leftIn(t, dir); !slices.Equal(names, []string{"out.mkv"}) {
			t.Errorf("left in the folder: %q", names)
		}
		silent(t, before)
	})
	t.Run("leaves nothing", func(t *testing.T) {
		nothingOpen(t)
		before := goleak.IgnoreCurrent()
		dir, _ := smallDisk(t, need*6/10)
		p := g.plan(t, filepath.Join(dir, "out.mkv"), "ffv1", nil)
		_, err := attempt(t, &restore.Runner{Tools: g.tools}, p)
		full(t, err, dir, false)
		if names := leftIn(t, dir); len(names) > 0 {
			t.Errorf("left in the folder: %q", names)
		}
		silent(t, before)
	})
}
