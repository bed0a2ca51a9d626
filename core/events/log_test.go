package events_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/events"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRingAgreesWithAPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(-1, 8).Draw(t, "size")
		count := rapid.IntRange(0, 30).Draw(t, "count")
		since := rapid.Uint64Range(0, 40).Draw(t, "since")
		ring := events.NewRing[int](size)
		for i := range count {
			if seq := ring.Add(i); seq != uint64(i) {
				t.Fatalf("Add gave %d, want %d", seq, i)
			}
		}
		kept := min(count, max(1, size))
		s := ring.Snapshot(since)
		if ring.Len() != kept || s.Next != uint64(count) || ring.Next() != s.Next || s.First+uint64(len(s.Items)) != s.Next {
			t.Fatalf("kept %d of %d; snapshot %+v", ring.Len(), count, s)
		}
		if want := max(0, count-max(int(since), count-kept)); len(s.Items) != want {
			t.Fatalf("%d items, want %d", len(s.Items), want)
		}
		if want := max(0, count-kept-int(since)); s.Lost != uint64(want) {
			t.Fatalf("lost %d, want %d", s.Lost, want)
		}
		for i, v := range s.Items {
			if v != int(s.First)+i {
				t.Fatalf("item %d is %d", i, v)
			}
		}
	})
}

func clock() time.Time { return time.Date(1994, 5, 6, 7, 8, 9, 0, time.UTC) }

func TestLogWritesToRingAndHandler(t *testing.T) {
	var file bytes.Buffer
	log := events.NewLog(events.LogConfig{Level: events.Info, Now: clock, Handler: slog.NewTextHandler(&file, nil)})
	log.Debug("not wanted")
	log.Info("100% done")
	log.Job("j1").Warn("%d frames repeated", 3)
	log.Job("j2").Error("disk full")

	s := log.Snapshot(0)
	want := []string{
		"1994-05-06 07:08:09.000 info    100% done",
		"1994-05-06 07:08:09.000 warning [j1] 3 frames repeated",
		"1994-05-06 07:08:09.000 error   [j2] disk full",
	}
	if len(s.Items) != len(want) {
		t.Fatalf("entries %v", s.Items)
	}
	for i, e := range s.Items {
		if e.String() != want[i] {
			t.Errorf("entry %q, want %q", e, want[i])
		}
	}
	if got := file.String(); !strings.Contains(got, `level=WARN msg="3 frames repeated" job=j1`) || strings.Count(got, "\n") != 3 {
		t.Errorf("the handler wrote %q", got)
	}
	var job strings.Builder
	if err := log.WriteJob(&job, "j1"); err != nil || job.String() != want[1]+"\n" {
		t.Errorf("the job's log is %q, %v", job.String(), err)
	}
}

func TestWriteJobReportsAFullDisk(t *testing.T) {
	log := events.NewLog(events.LogConfig{})
	log.Job("j1").Info("text")
	full := errors.New("disk full")
	if err := log.WriteJob(failing{full}, "j1"); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestNilLogTakesEverything(t *testing.T) {
	var log *events.Log
	log.Job("j").Info("into the void")
	if s := log.Snapshot(0); len(s.Items) != 0 {
		t.Errorf("got %v", s)
	}
}

func TestLogIsBounded(t *testing.T) {
	log := events.NewLog(events.LogConfig{})
	for range events.DefaultEntries + 10 {
		log.Info("line")
	}
	if s := log.Snapshot(3); len(s.Items) != events.DefaultEntries || s.Lost != 7 {
		t.Errorf("%d entries kept, %d lost", len(s.Items), s.Lost)
	}
}

func TestLogFromManyGoroutines(t *testing.T) {
	log := events.NewLog(events.LogConfig{Entries: 100})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				log.Info("line")
				log.Snapshot(log.Snapshot(0).First)
			}
		})
	}
	all.Wait()
	if next := log.Snapshot(0).Next; next != 1600 {
		t.Errorf("%d entries were counted, want 1600", next)
	}
}

func FuzzEntryText(f *testing.F) {
	f.Add("plain")
	f.Add("\x1b]0;title\x07 \xff" + strings.Repeat("ü", 4000))
	f.Fuzz(func(t *testing.T, text string) {
		log := events.NewLog(events.LogConfig{})
		log.Info(text)
		got := log.Snapshot(0).Items[0].Text
		if !utf8.ValidString(got) || len(got) > 4<<10 || strings.ContainsAny(got, "\x00\x07\x1b\x7f\r") {
			t.Errorf("%d bytes: %q", len(got), got)
		}
	})
}

func TestFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "logs", "tapelight.log")
	f, err := events.OpenFile(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	line := strings.Repeat("x", 39) + "\n"
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5 {
				if _, err := f.Write([]byte(line)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, p := range []string{path, path + ".1"} {
		if data, err := os.ReadFile(p); err != nil || string(data) != line+line {
			t.Errorf("%s holds %q, %v; want two whole lines", p, data, err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.Write([]byte(line)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after Close: %v", err)
	}
	again, err := events.OpenFile(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.Write([]byte("short\n")); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(path); string(data) != line+line+"short\n" {
		t.Errorf("opened again, the file holds %q", data)
	}
}

func TestOpenFileErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := events.OpenFile(dir, 100); err == nil {
		t.Error("a folder was opened as a log file")
	}
	if _, err := events.OpenFile(filepath.Join(dir, "x"), 0); err == nil {
		t.Error("a limit of 0 was accepted")
	}
}
