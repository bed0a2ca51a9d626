package ffmpeg

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func parseAll(t testing.TB, s string) (all []Progress, err error) {
	t.Helper()
	err = ParseProgress(strings.NewReader(s), func(p Progress) { all = append(all, p) })
	return all, err
}

func TestProgressOfARecordedRun(t *testing.T) {
	all, err := parseAll(t, string(recorded(t, "progress.txt")))
	if err != nil || len(all) < 3 {
		t.Fatalf("%d reports, %v", len(all), err)
	}
	for i, p := range all {
		if p.Done != (i == len(all)-1) {
			t.Errorf("report %d of %d: done is %v", i+1, len(all), p.Done)
		}
		if i > 0 && (p.Frame < all[i-1].Frame || p.Time < all[i-1].Time || p.Size < all[i-1].Size) {
			t.Errorf("report %d goes back: %+v after %+v", i+1, p, all[i-1])
		}
	}
	if last := all[len(all)-1]; last.Frame != 50 || last.Time < 1800*time.Millisecond || last.Time > 2*time.Second || last.Size < 1000 {
		t.Errorf("the last report is %+v", last)
	}
}

func TestProgressWithoutValues(t *testing.T) {
	all, err := parseAll(t, "frame=0\nfps=0.00\nbitrate=N/A\ntotal_size=N/A\nout_time_us=N/A\nout_time=N/A\nprogress=continue\n"+
		"frame=  12\r\ntotal_size=-5\r\nout_time_us=-9223372036854775808\r\nprogress=continue\r\n"+
		"frame=99999999999999999999\nout_time_us=9223372036854775807\ngarbage\n=\n===\nprogress=end\nframe=7\n")
	want := []Progress{{}, {Frame: 12}, {Frame: 12, Done: true}}
	if err != nil || len(all) != len(want) {
		t.Fatalf("%+v, %v", all, err)
	}
	for i := range want {
		if all[i] != want[i] {
			t.Errorf("report %d: %+v, want %+v", i+1, all[i], want[i])
		}
	}
}

func FuzzParseProgress(f *testing.F) {
	f.Add(recorded(f, "progress.txt"))
	f.Add([]byte("frame=1\nout_time_us=9007199254740991\nprogress=end"))
	f.Add([]byte("=\x00\xff\nprogress=\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		reports := 0
		_ = ParseProgress(bytes.NewReader(data), func(p Progress) {
			reports++
			if p.Frame < 0 || p.Time < 0 || p.Size < 0 {
				t.Errorf("negative: %+v", p)
			}
		})
		if most := bytes.Count(data, []byte("progress")); reports > most {
			t.Errorf("%d reports out of %d", reports, most)
		}
	})
}
