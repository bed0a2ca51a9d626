package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRestoreWritesTheMachinesMeasurements(t *testing.T) {
	home(t)
	dir := t.TempDir()
	table, capture := filepath.Join(dir, "machine.csv"), webcam(t)
	if r := call(t, cheap("--monitor", table, "-o", filepath.Join(dir, "a.mkv"), capture)...); r.code != exitOK {
		t.Fatalf("%+v", r)
	}
	f, err := os.Open(table)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 || slices.Index(rows[0], "cpu_percent") < 0 || slices.Index(rows[0], "fps") < 0 {
		t.Fatalf("%v, %v", rows, err)
	}
	if r := call(t, cheap("--monitor", table, "-o", filepath.Join(dir, "b.mkv"), capture)...); r.code == exitOK || !strings.Contains(r.stderr, "exists already") {
		t.Errorf("over an existing table: %+v", r)
	}
	if _, err := os.Stat(filepath.Join(dir, "b.mkv")); err == nil {
		t.Error("a tape was restored though the table can't be written")
	}
}
