package scratch_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/scratch"
)

const ownerMode = "TAPELIGHT_TEST_OWNER"

// The test program is its own second program: with a root in the environment it takes a directory there and keeps it.
func TestMain(m *testing.M) {
	if root := os.Getenv(ownerMode); root != "" {
		os.Exit(own(root))
	}
	goleak.VerifyTestMain(m)
}

func own(root string) int {
	s, err := scratch.Open(root, 0)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	d, err := s.Dir("test")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if err := os.WriteFile(filepath.Join(d.Path(), "data"), make([]byte, 1000), 0o600); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(d.Path())
	bufio.NewReader(os.Stdin).ReadString('\n') // until the test lets go
	return 0
}

func open(t *testing.T, root string, budget int64) *scratch.Space {
	t.Helper()
	s, err := scratch.Open(root, budget)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func dir(t *testing.T, s *scratch.Space, purpose string) *scratch.Dir {
	t.Helper()
	d, err := s.Dir(purpose)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func write(t *testing.T, d *scratch.Dir, name string, n int) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.Path(), name), make([]byte, n), 0o600); err != nil {
		t.Fatal(err)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func TestUsedIsWhatIsThere(t *testing.T) {
	root := filepath.Join(t.TempDir(), "not", "yet")
	s := open(t, root, 0)
	if exists(root) || s.Used() != 0 {
		t.Errorf("opening wrote to the disk; used %d", s.Used())
	}
	d := dir(t, s, "preview")
	write(t, d, "a", 1000)
	if err := os.Mkdir(filepath.Join(d.Path(), "deeper"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, d, "deeper/b", 234)
	other := dir(t, s, "index")
	write(t, other, "c", 1)
	if s.Used() != 1235 {
		t.Errorf("Used() = %d, want 1235", s.Used())
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if s.Used() != 1 || exists(d.Path()) {
		t.Errorf("after closing one: used %d", s.Used())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(root); len(left) != 0 || s.Used() != 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := s.Dir("late"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a directory after Close: %v", err)
	}
}

func TestBudget(t *testing.T) {
	s := open(t, t.TempDir(), 1000)
	d, other := dir(t, s, "preview"), dir(t, s, "index")
	if err := d.Reserve(600); err != nil {
		t.Fatal(err)
	}
	var over *scratch.BudgetError
	if err := other.Reserve(401); !errors.As(err, &over) || over.Used != 600 || over.Want != 401 || over.Budget != 1000 || over.Purpose != "index" {
		t.Errorf("got %v", err)
	}
	if err := other.Reserve(1 << 62); !errors.As(err, &over) {
		t.Errorf("got %v", err)
	}
	if err := other.Reserve(400); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	write(t, other, "grown", 1000) // more than was reserved, as a child process might
	if err := other.Reserve(1); !errors.As(err, &over) || over.Used != 1000 {
		t.Errorf("what is there must count: %v", err)
	}
	if _, err := s.Dir("more"); !errors.As(err, &over) || !strings.Contains(err.Error(), s.Root()) {
		t.Errorf("a directory beyond the budget: %v", err)
	}
}

func TestOnlyWhatTheDeadOwnedIsRemoved(t *testing.T) {
	root := t.TempDir()
	live := open(t, root, 0)
	mine := dir(t, live, "preview")
	write(t, mine, "data", 10)

	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ownerMode+"="+root)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs, err := bufio.NewReader(out).ReadString('\n')
	theirs = strings.TrimSpace(theirs)
	if err != nil || !exists(filepath.Join(theirs, "data")) {
		cmd.Process.Kill()
		t.Fatalf("the other program said %q, %v", theirs, err)
	}
	if removed := open(t, root, 0).Removed(); len(removed) != 0 {
		t.Errorf("removed %v of living owners", removed)
	}
	cmd.Process.Kill()
	cmd.Wait()
	in.Close()
	removed := open(t, root, 0).Removed()
	if want := []string{filepath.Dir(theirs)}; !slices.Equal(removed, want) || exists(want[0]) {
		t.Errorf("removed %v, want %v", removed, want)
	}
	if !exists(filepath.Join(mine.Path(), "data")) {
		t.Error("a living owner's files are gone")
	}
}

func TestManyAtOnce(t *testing.T) {
	root := t.TempDir()
	s := open(t, root, 0)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				d, err := s.Dir("test")
				if err != nil {
					t.Error(err)
					return
				}
				s.Used()
				if other, err := scratch.Open(root, 0); err != nil || len(other.Removed()) != 0 {
					t.Errorf("a sweep meanwhile: %v", err)
				}
				if err := errors.Join(d.Reserve(1), d.Close()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := scratch.Open(file, 0); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file as root: %v", err)
	}
}

func TestDefaultRoot(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "/somewhere")
	t.Setenv("LocalAppData", `/somewhere`)
	root, err := scratch.DefaultRoot()
	if err != nil || root != filepath.FromSlash("/somewhere/tapelight/scratch") {
		t.Errorf("got %q, %v", root, err)
	}
}
