package ffmpeg

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/process"
)

// The last packet of the DVD has no time of its own, as MPEG's last pictures often don't.
func TestParsePacketsOfRecordedFiles(t *testing.T) {
	for name, want := range map[string]struct {
		frames     int64
		start, end float64
		period     float64
	}{"dvd": {30, 0.533367, 1.501, 1001. / 30000}, "dv": {25, 0, 1, 0.04}} {
		all, err := ParsePackets(strings.NewReader(string(recorded(t, "packets-"+name+".txt"))), nil)
		if err != nil {
			t.Fatal(err)
		}
		s := all[0]
		if s == nil || s.Packets != want.frames || math.Abs(s.Start-want.start) > 1e-5 || math.Abs(s.End-want.end) > 2e-5 || s.Off(want.period, 2e-5) != 0 ||
			math.Abs(s.Median()-want.period) > 2e-5 {
			t.Errorf("%s: %+v, want %+v", name, s, want)
		}
		if all[1] == nil || all[1].Packets == 0 {
			t.Errorf("%s: no sound counted", name)
		}
	}
}

func TestParsePacketsCountsOddPackets(t *testing.T) {
	const in = `stream_index=0|pts_time=0.08|dts_time=0.0|duration_time=0.04|size=9|flags=K_
stream_index=0|pts_time=N/A|dts_time=0.04|duration_time=N/A|size=9|flags=__
nonsense
stream_index=0|pts_time=0.04|dts_time=0.02|duration_time=0.04|size=9|flags=_D

stream_index=0|pts_time=0.2|dts_time=0.2|size=0|flags=__
stream_index=0|pts_time=0.16|dts_time=0.12|duration_time=0.04|size=9|flags=__
stream_index=0|size=9`
	all, err := ParsePackets(strings.NewReader(in), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := all[0]
	if s.Packets != 4 || s.Keys != 1 || s.Hidden != 1 || s.Empty != 1 || s.Timed != 2 || s.Start != 0.08 || math.Abs(s.End-0.2) > 1e-12 {
		t.Errorf("%+v", s)
	}
	if want := []Interval{{0.08, 1}}; len(s.Intervals) != 1 || math.Abs(s.Intervals[0].Seconds-want[0].Seconds) > 1e-9 {
		t.Errorf("intervals %v, want %v", s.Intervals, want)
	}
}

// Whatever order pictures are stored in, their presentation intervals come out.
func TestPacketsAreReordered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 400).Draw(t, "n")
		depth := rapid.IntRange(1, 16).Draw(t, "depth")
		c := &packetCounter{grid: 1e-5, counts: map[int64]int64{}}
		order := make([]int, 0, n)
		for from := 0; from < n; from += depth {
			part := make([]int, 0, depth)
			for i := from; i < min(from+depth, n); i++ {
				part = append(part, i)
			}
			order = append(order, rapid.Permutation(part).Draw(t, "part")...)
		}
		for _, i := range order {
			c.add(float64(i)*0.04, 0.04)
		}
		s := c.finish()
		if s.Off(0.04, 1e-4) != 0 || s.Timed != int64(n) || math.Abs(s.End-0.04*float64(n)) > 1e-6 {
			t.Fatalf("%+v", s)
		}
	})
}

func TestIntervalsStayBounded(t *testing.T) {
	c := &packetCounter{grid: 1e-5, counts: map[int64]int64{}}
	at := 0.0
	for i := range 50000 {
		at += 0.01 + float64(i%49999)*1e-5
		c.add(at, 0)
	}
	if s := c.finish(); len(s.Intervals) > 4096 || s.Timed != 50000 {
		t.Errorf("%d intervals of %d packets", len(s.Intervals), s.Timed)
	}
}

func TestCountPacketsOfOneStream(t *testing.T) {
	tools := installed(t)
	path := filepath.Join(t.TempDir(), "b.mp4")
	clip(t, tools, path, "-c:v", "mpeg4", "-bf", "2", "-g", "5")
	s, err := tools.CountPackets(t.Context(), path, 0)
	if err != nil || s.Packets != 10 || s.Keys < 2 || s.Keys > 3 || s.Off(0.04, 1e-4) != 0 || s.Damaged != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err = tools.CountPackets(t.Context(), path, 7); err != nil || s.Packets != 0 {
		t.Errorf("a stream that isn't there: %+v, %v", s, err)
	}
	var exit *process.ExitError
	if _, err = tools.CountPackets(t.Context(), path+".gone", 0); !errors.As(err, &exit) {
		t.Errorf("missing file: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = tools.CountPackets(ctx, path, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func FuzzParsePackets(f *testing.F) {
	f.Add(string(recorded(f, "packets-dvd.txt")))
	f.Add("stream_index=0|pts_time=1e300|size=-1|flags=\nstream_index=0|pts_time=-1e9|dts_time=inf\n|||=")
	f.Fuzz(func(t *testing.T, in string) {
		all, err := ParsePackets(strings.NewReader(in), func(float64) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			var n int64
			for _, i := range s.Intervals {
				n += i.Count
			}
			if s.Timed > s.Packets || n > s.Timed || s.Last < s.Start {
				t.Errorf("%+v", s)
			}
		}
	})
}
