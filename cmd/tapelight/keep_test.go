package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

func TestTheLastCrashIsFoundOnce(t *testing.T) {
	t.Cleanup(func() { debug.SetCrashOutput(nil, debug.CrashOptions{}) })
	dir := filepath.Join(t.TempDir(), "data")
	if crashed, err := keepCrashes(dir); crashed != "" || err != nil {
		t.Fatalf("at the first start: %q, %v", crashed, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "crash.log"), []byte("panic: oh"), 0o644); err != nil {
		t.Fatal(err)
	}
	crashed, err := keepCrashes(dir)
	if text, _ := os.ReadFile(crashed); err != nil || string(text) != "panic: oh" {
		t.Fatalf("after a crash: %q, %v", text, err)
	}
	if again, err := keepCrashes(dir); again != "" || err != nil {
		t.Errorf("the same crash is told again: %q, %v", again, err)
	}
}

func TestLogIsKeptInAFile(t *testing.T) {
	dir := t.TempDir()
	log, done := openLog(dir)
	log.Info("a %s", "word")
	done()
	if text, err := os.ReadFile(logPath(dir)); err != nil || !strings.Contains(string(text), "a word") {
		t.Errorf("the file holds %q, %v", text, err)
	}
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	log, done = openLog(blocked)
	log.Info("still works")
	done()
}
