package scratch_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core/scratch"
)

func TestWhatIsWrittenElsewhereCounts(t *testing.T) {
	s := open(t, t.TempDir(), 1000)
	release, err := s.Take("the sound", 700)
	if err != nil {
		t.Fatal(err)
	}
	var over *scratch.BudgetError
	if err := dir(t, s, "a preview").Reserve(400); !errors.As(err, &over) || over.Used != 700 || over.Never() {
		t.Errorf("got %v", err)
	}
	if _, err := s.Take("another sound", 2000); !errors.As(err, &over) || !over.Never() || !strings.Contains(err.Error(), "another sound needs about 2 kB") {
		t.Errorf("got %v", err)
	}
	if s.Fits(301) || !s.Fits(300) {
		t.Error("what fits is not what is left")
	}
	release()
	release()
	if s.Fits(1001) || !s.Fits(1000) {
		t.Error("what was given back is not there once")
	}
	if _, err := s.Take("less than nothing", -5); err != nil || s.Fits(1001) {
		t.Errorf("a negative amount made room: %v", err)
	}
}

func TestTheBudgetChanges(t *testing.T) {
	s := open(t, t.TempDir(), 1000)
	d := dir(t, s, "a preview")
	if err := d.Reserve(800); err != nil {
		t.Fatal(err)
	}
	s.SetBudget(500)
	if _, err := s.Dir("more"); err == nil || s.Budget() != 500 {
		t.Errorf("beyond the new budget of %d: %v", s.Budget(), err)
	}
	s.SetBudget(-1)
	if err := d.Reserve(1 << 60); err != nil || s.Budget() != 0 {
		t.Errorf("without a bound: %v", err)
	}
}

func TestDirectoriesAreMadeElsewhere(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	s := open(t, first, 1000)
	old := dir(t, s, "a preview")
	write(t, old, "x", 600)
	if err := s.Move(second); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(second); err != nil || len(left) != 0 {
		t.Errorf("the trial left %v, %v", left, err)
	}
	d := dir(t, s, "a preview")
	if !strings.HasPrefix(d.Path(), second) || s.Root() != second || !exists(old.Path()) {
		t.Errorf("it is in %s, the one before in %s", d.Path(), old.Path())
	}
	var over *scratch.BudgetError
	if err := d.Reserve(500); !errors.As(err, &over) || over.Used != 600 {
		t.Errorf("one budget is over both: %v", err)
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Move(filepath.Join(blocked, "in it")); err == nil || s.Root() != second {
		t.Errorf("moved into a file: %v, now %s", err, s.Root())
	}
}
