package core_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tapelight/tapelight/core"
)

// TestMeasurementsNameTheJobs runs a few jobs that nobody looks at, and finds them in the table of what was measured.
func TestMeasurementsNameTheJobs(t *testing.T) {
	s := newService(t)
	measuring, stop := context.WithCancel(t.Context())
	defer stop()
	s.StartMonitor(measuring)
	in, out := t.TempDir(), t.TempDir()
	var paths []string
	for i := range 3 {
		paths = append(paths, copyFile(t, webcam(t), filepath.Join(in, fmt.Sprint("tape", i, ".mp4"))))
	}
	add(t, s, paths, fast(), out)
	s.Start()
	await(t, s, "all done", func(snap core.Snapshot) bool {
		return !slices.ContainsFunc(snap.Jobs, func(j core.Job) bool { return j.State != core.Done })
	})
	var text bytes.Buffer
	if err := s.WriteMonitorCSV(&text); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(rows[0], "job")
	if !slices.ContainsFunc(rows[1:], func(row []string) bool {
		return strings.HasPrefix(row[column], "tape") && strings.HasSuffix(row[column], ".restored.mkv")
	}) {
		t.Errorf("no row names a job:\n%v", rows)
	}
}
