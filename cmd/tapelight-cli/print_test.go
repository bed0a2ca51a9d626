package main

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/restore"
)

// TestTextPrinter shows two runs on a terminal of 100 and of 40 columns, by a given clock.
func TestTextPrinter(t *testing.T) {
	var out bytes.Buffer
	now, width := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), 100
	p := &textPrinter{out: &out, width: func() int { return width }, now: func() time.Time { return now }}
	at := func(frames int64) {
		p.progress(core.Progress{Stage: "Restoring", Frames: frames, Total: 1000, Size: 1234 * frames,
			Stages: []restore.StageProgress{{Name: "decode", Utilisation: 0.2}, {Name: "network", Utilisation: 0.9}, {Name: "encode", Utilisation: 0.5}}})
	}
	p.start("/tapes/one\n\x1b[2J.mpg")
	p.progress(core.Progress{Stage: "Counting frames, 5 %"})
	at(0)
	now = now.Add(10 * time.Second)
	at(100)
	now = now.Add(10 * time.Second)
	at(500)
	width = 40
	at(1001)
	p.done(&core.Report{Output: "/tapes/one?.restored.mkv", FramesIn: 1000, Frames: 1000, Seconds: 16.7, Wall: 20, FPS: 50, Size: 1_234_000,
		Stages:   []restore.StageReport{{Name: "decode", Busy: 2, Utilisation: 0.2}, {Name: "network", Busy: 18, Utilisation: 0.9, Slowest: true}, {Name: "encode", Busy: 9, Utilisation: 0.5}},
		PeakTree: 300 << 20, PeakOwn: 100 << 20, Warnings: []string{"Left out: stream 2."}})
	p.start("/tapes/two.mpg")
	p.progress(core.Progress{Stage: "Opening the file"})
	p.failed("/tapes/two.mpg", &core.FailedError{Err: errors.New("/tapes/two.mpg: decode: no\nluck"), Log: "/tapes/two.restored.failed.log.txt"})
	p.start("/tapes/three.mpg")
	at(10)
	p.cancelled("/tapes/three.mpg")
	golden(t, "terminal.txt", strings.ReplaceAll(out.String(), clearLine, "\n<"))

	shown := ""
	for _, line := range strings.SplitAfter(out.String(), "\n") {
		if i := strings.LastIndex(line, clearLine); i >= 0 {
			line = line[i+len(clearLine):]
		}
		shown += line
	}
	if strings.ContainsAny(shown, "#\r\x1b") || strings.Contains(shown, " ...") {
		t.Errorf("the line at the cursor was left behind:\n%s", shown)
	}
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]float64{"": 0, "0": 0, "90": 90, "1.5": 1.5, ".5": 0.5, "1:30": 90, "90:00": 5400, "1:02:03.25": 3723.25, "0:00:59.999": 59.999} {
		if got, err := parseTime(in); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"x", "-1", "+1", "1e3", "0x10", "inf", "NaN", "1:60", "1:2:3:4", ":", "1:", ":1", "1.5:00", ".", "1..2", "1.2.3", "1_0", " 1", "10000000", "١"} {
		if got, err := parseTime(in); err == nil {
			t.Errorf("%q was taken for %v", in, got)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"", "1:30", "1:02:03.25", "9999999:59:59.9", ".5", "1e9", "::", "-0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parseTime(s)
		if err != nil {
			if v != 0 {
				t.Errorf("%q: %v beside an error", s, v)
			}
			return
		}
		if !(v >= 0) || math.IsInf(v, 0) || strings.Trim(s, "0123456789.:") != "" {
			t.Errorf("%q is %v", s, v)
		}
	})
}

func TestOneLine(t *testing.T) {
	hostile := "a\nb\r\x1b[31m\u009b\u2028\u202e\x00\xff\tü 日本"
	for _, err := range []error{errors.New(hostile), errors.Join(errors.New(hostile), errors.New("second"))} {
		got := oneLine(err)
		for _, r := range got {
			if !unicode.IsGraphic(r) {
				t.Errorf("%q holds %q", got, r)
			}
		}
		if !strings.Contains(got, "ü 日本") {
			t.Errorf("%q lost its letters", got)
		}
	}
	if got := oneLine(errors.Join(errors.New("first"), nil, errors.New("second"))); got != "first; second" {
		t.Errorf("joined errors are %q", got)
	}
}

func TestTarget(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		output    string
		captures  int
		file, dir string
		ok        bool
	}{
		{"", 2, "", "", true},
		{"new/", 1, "", "new/", true},
		{dir, 2, "", dir, true},
		{"x.mkv", 1, "x.mkv", "", true},
		{"x.MOV", 1, "x.MOV", "", true},
		{"x.mkv", 2, "", "", false},
		{"x", 1, "", "", false},
		{"v1.2/x", 1, "", "", false},
		{"x.avi", 1, "", "", false},
	} {
		file, folder, err := target(c.output, c.captures)
		if file != c.file || folder != c.dir || (err == nil) != c.ok {
			t.Errorf("%q for %d: %q, %q, %v", c.output, c.captures, file, folder, err)
		}
	}
}
