package monitor_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core/monitor"
)

// tableRow is a row of a record's table, as a program reads it.
type tableRow struct {
	at      time.Time
	seconds float64
	job     string
	of      map[string]string
}

func tableOf(t interface{ Fatal(...any) }, r *monitor.Record, later ...monitor.Sample) (rows []tableRow) {
	var text bytes.Buffer
	if err := r.WriteCSV(&text, later); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range all[1:] {
		row := tableRow{of: map[string]string{}}
		for i, name := range all[0] {
			row.of[name] = cells[i]
		}
		if row.at, err = time.Parse(time.RFC3339Nano, row.of["time"]); err != nil {
			t.Fatal(err)
		}
		if row.seconds, err = strconv.ParseFloat(row.of["seconds"], 64); err != nil {
			t.Fatal(err)
		}
		row.job = row.of["job"]
		rows = append(rows, row)
	}
	return rows
}

var epoch = time.Date(1994, 5, 6, 7, 8, 9, 0, time.UTC)

// second is the i-th sample of one a second, with a load of v.
func second(i int, v float64) monitor.Sample {
	return monitor.Sample{Time: epoch.Add(time.Duration(i+1) * time.Second), Span: time.Second,
		CPU: monitor.CPU{Total: v, Cores: []float64{v, v}}, Memory: monitor.Memory{Total: 100, Own: uint64(v)}}
}

func TestTwelveHoursOfARunStayWithinAFewMegabytes(t *testing.T) {
	r := monitor.NewRecord()
	cores := make([]float64, 16)
	sample := func(i int) monitor.Sample {
		s := second(i, float64(i%100))
		s.CPU.Cores = cores
		s.Volumes = []monitor.VolumeUse{{Volume: monitor.Volume{Name: "temp", Path: "/tmp"}, Free: 1, Total: 2}, {Volume: monitor.Volume{Name: "output", Path: "/out"}, Free: 1, Total: 2}}
		s.GPUs = []monitor.GPU{{Name: "card"}}
		return s
	}
	held := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := held()
	for i := range 12 * 3600 {
		r.Add(sample(i), monitor.Work{Jobs: []string{"tape.mkv"}})
	}
	if grown := held() - before; grown > 4<<20 {
		t.Errorf("12 hours take %d bytes", grown)
	}
	for i := range 3 * 24 * 3600 { // far more than fits
		r.Add(sample(12*3600+i), monitor.Work{Jobs: []string{fmt.Sprint("tape ", i/7200, ".mkv")}})
	}
	if grown := held() - before; grown > 6<<20 {
		t.Errorf("three days and a half take %d bytes", grown)
	}
	rows := tableOf(t, r)
	if n := len(rows); n < 3600+4320+2880 || n > 3600+4320+2880+2 {
		t.Errorf("%d rows", n)
	}
	for i, row := range rows {
		want := 60.0
		switch left := len(rows) - i; {
		case left <= 3600:
			want = 1
		case left <= 3600+4321:
			want = 10
		}
		if row.seconds > want {
			t.Fatalf("row %d of %d is of %v s, want %v at most", i, len(rows), row.seconds, want)
		}
	}
}

// Whatever comes: what is kept is whole and in order, averages are those of what they stand for, and none stands for two jobs or for a pause.
func TestThinnedRowsAreTheAveragesOfWhatWasMeasured(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := monitor.NewRecord(monitor.Tier{Step: time.Second, Rows: rapid.IntRange(1, 5).Draw(t, "fine")},
			monitor.Tier{Step: 4 * time.Second, Rows: rapid.IntRange(1, 5).Draw(t, "coarse")}, monitor.Tier{Step: 16 * time.Second, Rows: 10_000})
		type moment struct {
			load float64
			job  string
		}
		measured := map[int]moment{}
		at := 0
		for range rapid.IntRange(0, 200).Draw(t, "samples") {
			if rapid.IntRange(0, 9).Draw(t, "pause") == 0 {
				at += 10
			}
			m := moment{rapid.Float64Range(0, 100).Draw(t, "load"), rapid.SampledFrom([]string{"a", "b"}).Draw(t, "job")}
			measured[at] = m
			r.Add(second(at, m.load), monitor.Work{Jobs: []string{m.job}})
			at++
		}
		rows := tableOf(t, r)
		covered, until := 0, epoch
		for _, row := range rows {
			n := int(math.Round(row.seconds))
			last := int(row.at.Sub(epoch)/time.Second) - 1
			if row.at.Add(-time.Duration(n) * time.Second).Before(until) {
				t.Fatalf("the row at %v reaches into the one before", row.at)
			}
			until = row.at
			sum := 0.0
			for i := last - n + 1; i <= last; i++ {
				m, ok := measured[i]
				if !ok || m.job != row.job {
					t.Fatalf("the row of %q at %v stands for second %d: %v %v", row.job, row.at, i, ok, m)
				}
				sum += m.load
			}
			if got, _ := strconv.ParseFloat(row.of["cpu_percent"], 64); math.Abs(got-sum/float64(n)) > 0.06 {
				t.Fatalf("the row at %v says %v %%, want %v", row.at, got, sum/float64(n))
			}
			covered += n
		}
		if covered != len(measured) {
			t.Fatalf("%d of %d seconds are in the table", covered, len(measured))
		}
	})
}

func TestWhatIsNotKnownIsLeftOutOfAverages(t *testing.T) {
	r := monitor.NewRecord(monitor.Tier{Step: time.Second, Rows: 1}, monitor.Tier{Step: 10 * time.Second, Rows: 10})
	for i, temp := range []float64{monitor.Unknown, 40, monitor.Unknown, 60, 0} {
		s := second(i, 1)
		s.GPUs = []monitor.GPU{{Name: "card", Temp: temp, Enc: monitor.Unknown}}
		r.Add(s, monitor.Work{Jobs: []string{"a"}})
	}
	rows := tableOf(t, r)
	// What is known stands for the seconds in which nothing is: 40, 40, 40, 60.
	if got := rows[0].of; len(rows) != 2 || got["seconds"] != "4.0" || got["gpu0_celsius"] != "45.0" || got["gpu0_encoder_percent"] != "" {
		t.Errorf("%d rows, the first %v", len(rows), got)
	}
	if got := rows[1].of["gpu0_celsius"]; got != "0.0" {
		t.Errorf("the newest says %s", got)
	}
}
