package monitor_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/tapelight/tapelight/core/monitor"
)

// go test ./core/monitor -update writes the golden files anew; look at the difference before you commit it.
var update = flag.Bool("update", false, "write the golden files anew")

func TestWriteCSV(t *testing.T) {
	at := time.Date(1994, 5, 6, 7, 8, 9, 0, time.UTC)
	r := monitor.NewRecord()
	r.Add(monitor.Sample{Time: at, Span: time.Second, CPU: monitor.CPU{Total: 12.34, Own: 5, Cores: []float64{20, 4.68}},
		Memory: monitor.Memory{Own: 1, Total: 4, Available: 3, SwapUsed: 1, SwapTotal: 2}, Disk: monitor.Disk{Read: 100.25, Write: 7},
		Volumes: []monitor.VolumeUse{{Volume: monitor.Volume{Name: "output", Path: "/out"}, Free: 10, Total: 20}}, TempBudget: 100,
		GPUs: []monitor.GPU{{Name: `Card "1", big`, Busy: 42, Enc: monitor.Unknown, Dec: 0, Temp: 61, MemUsed: 2, MemTotal: 8}}},
		monitor.Work{Jobs: []string{"one, two.mkv", "three.mkv"}, FPS: 24})
	later := []monitor.Sample{{Time: at}, // is in the record already
		{Time: at.Add(time.Second), Span: time.Second / 2, CPU: monitor.CPU{Cores: []float64{1}}, NoGPU: "lost",
			Volumes: []monitor.VolumeUse{{Volume: monitor.Volume{Name: "temp"}, Free: 1, Total: 2}, {Volume: monitor.Volume{Name: "output"}}}}}
	var got bytes.Buffer
	if err := r.WriteCSV(&got, later); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/samples.csv", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/samples.csv")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got\n%s\nwant\n%s", got.Bytes(), want)
	}
	if rows, err := csv.NewReader(&got).ReadAll(); err != nil || len(rows) != 3 { // the reader refuses rows of unequal length
		t.Errorf("%d rows, %v", len(rows), err)
	}
	full := errors.New("disk full")
	if err := r.WriteCSV(failing{full}, later); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
