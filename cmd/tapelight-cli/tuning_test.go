package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHowTheMachineIsUsed(t *testing.T) {
	dir := home(t)
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.mkv")
	restore := func(more ...string) []string { return cheap(append([]string{"-o", out, webcam(t)}, more...)...) }
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{restore("--memory", "much"), exitUsage, `--memory: "much" is not a size; write 500MB, 1.5GB or 4GiB`},
		{restore("--memory", "1MB"), exitUsage, "at least 256 MB are needed"},
		{restore("--memory", "300MB"), exitFailed, "allow more, or choose a lower height or another encoder"},
		{restore("--scratch-budget", "0"), exitUsage, `--scratch-budget: "0" is nothing`},
		{restore("--scratch-dir", file), exitUsage, file},
		{restore("--memory", "auto", "--scratch-budget", "1GB", "--scratch-dir", filepath.Join(dir, "scratch")), exitOK, ""},
		{[]string{"worker", "--until-done", "--batch", "1000"}, exitUsage, "a batch of 1000 is not possible"},
		{[]string{"worker", "--until-done", "--engine", "tpu"}, exitUsage, `there is no engine "tpu"`},
		{[]string{"worker", "--until-done", "--engine", "cpu", "--memory", "4GB"}, exitOK, ""},
	} {
		r := call(t, c.args...)
		if r.code != c.code || !strings.Contains(r.stderr+r.stdout, c.says) {
			t.Errorf("%q: exit code %d, want %d and %q; it says %s%s", c.args[1:], r.code, c.code, c.says, r.stderr, r.stdout)
		}
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "scratch", "tapelight-temp")); len(left) != 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}
