//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/testdata/tape"
)

// TestInterrupt presses Ctrl-C in the middle of a run, in a process of its own.
func TestInterrupt(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	data, err := os.ReadFile(tape.For(t, 4, "ntsc-vhs")["ntsc-vhs"].Path)
	if err != nil {
		t.Fatal(err)
	}
	sample := filepath.Join(dir, "tape.mpg")
	if err := os.WriteFile(sample, data, 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "restore", "--json", "--speed", "slow", "--sound", "off", "-o", out, sample)
	cmd.Env = append(os.Environ(), asProgram+"=1", "HOME="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := ""
	for d := json.NewDecoder(stdout); ; {
		var e map[string]any
		if d.Decode(&e) != nil {
			break
		}
		if last, _ = e["type"].(string); e["stage"] == "Restoring" {
			if err := cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Error(err)
			}
		}
	}
	_ = cmd.Wait() // the exit code tells
	if code := cmd.ProcessState.ExitCode(); code != exitCancelled || last != "cancelled" || !strings.HasPrefix(errs.String(), "Cancelled.") {
		t.Errorf("exit %d after %q, %s", code, last, errs.String())
	}
	if left, err := os.ReadDir(out); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	// Its children have the capture's or the output's name on their command lines. (Where there is no /proc, nothing is found.)
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, l := range lines {
		if text, _ := os.ReadFile(l); bytes.Contains(text, []byte(dir)) || bytes.Contains(text, []byte(out)) {
			t.Errorf("a process is left: %q", text)
		}
	}
}
