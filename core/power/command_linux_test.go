package power_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/tapelight/tapelight/core/power"
	"github.com/tapelight/tapelight/core/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRunCommand(t *testing.T) {
	m := power.Machine{}
	out := filepath.Join(t.TempDir(), "out")
	t.Setenv("TARGET", out)
	if err := m.RunCommand(t.Context(), `printf '%s' "it's ü; $((1+2))" >"$TARGET" && true`); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(out); string(got) != "it's ü; 3" {
		t.Errorf("%q", got)
	}
	err := m.RunCommand(t.Context(), "echo not found here >&2; exit 7")
	if exit, ok := errors.AsType[*process.ExitError](err); !ok || exit.Code != 7 || !strings.Contains(err.Error(), "the command failed (exit 7): not found here") {
		t.Error(err)
	}
	for _, line := range []string{"", "  \t", "a\x00b"} {
		if m.RunCommand(t.Context(), line) == nil {
			t.Errorf("%q was run", line)
		}
	}
}

// What a command started ends with it, and the command with its context.
func TestRunCommandLeavesNothing(t *testing.T) {
	m := power.Machine{}
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FIFO", fifo)
	gone := errors.New("gone")
	for _, c := range []struct {
		line  string
		wants error
	}{
		{`sh -c 'echo up; sleep 1000' >"$FIFO" & read x <"$FIFO.ready"; exit 0`, nil},
		{`sh -c 'echo up; sleep 1000' >"$FIFO" & trap "" TERM; wait; sleep 1000`, gone},
	} {
		ready := fifo + ".ready"
		os.Remove(ready)
		if err := syscall.Mkfifo(ready, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- m.RunCommand(ctx, c.line) }()
		f, err := os.Open(fifo)
		if err != nil {
			t.Fatal(err)
		}
		word := make([]byte, 3)
		f.Read(word)
		if c.wants != nil {
			cancel(c.wants)
		} else if err := os.WriteFile(ready, []byte("go\n"), 0); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, c.wants) {
			t.Error(err)
		}
		if n, err := f.Read(word); n != 0 || err == nil { // ends only when the sleeper, who has the other end, has ended
			t.Errorf("%d, %v", n, err)
		}
		f.Close()
		cancel(nil)
	}
	if live := process.Live(); len(live) > 0 {
		t.Errorf("left running: %v", live)
	}
}
