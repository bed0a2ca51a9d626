package ui

import (
	"errors"
	"image"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"pgregory.net/rapid"

	"github.com/tapelight/tapelight/core"
)

func TestMonitorWithAndWithoutGPU(t *testing.T) {
	b := opened(t)
	s := core.Sample{NoGPU: "no driver was found (libx.so.1: no such file)"}
	s.CPU.Total, s.CPU.Own, s.Memory.Total, s.Memory.Available, s.Memory.Own = 43, 21, 16e9, 4e9, 2e9
	b.showSample(s)
	b.wantText("43 %", "Tapelight 21 %", "12.0 GB of 16.0 GB", "No GPU found", "No driver was found", "Nothing is being restored")
	if !b.monitor.gpu.spark.Hidden {
		t.Error("a line is drawn for a card that isn't there")
	}
	r := readingOf(s)
	r.gpus = []gpuReading{{name: "Radeon", busy: 0.5, celsius: 61, memory: 1e9, memoryAll: 8e9}, {name: "other"}}
	run := job("a", core.Running)
	run.FPS = 24
	b.monitor.Show(r, core.Snapshot{Jobs: []core.Job{run}, Stages: []core.Stage{{Name: "decode", Busy: 0.216}, {Name: "network", Busy: 1}}})
	b.wantText("50 % · 1.0 GB of 8.0 GB", "61 °C · Radeon and 1 more", "24 fps", "Reading 22 % · Restoring 100 % busy")
	r.gpus = []gpuReading{{name: "Radeon", busy: -0.01, celsius: -1, memory: 1e9, memoryAll: 8e9}}
	b.monitor.Show(r, core.Snapshot{Jobs: []core.Job{run, run}})
	b.wantText("1.0 GB of 8.0 GB", "Radeon", "48 fps", "2 videos at once")
	r.volumes = []volumeReading{{"output", "/out", 5e9}, {"temp", "/tmp", 1e9}, {"other", "/var", 3e9}}
	b.monitor.Show(r, core.Snapshot{})
	b.wantText("1.0 GB, nearly full", "5.0 GB for new videos", "1.0 GB for temporary files", "3.0 GB on /var")
	r.volumes = r.volumes[:1]
	r.volumes = append(r.volumes, volumeReading{"temp", "/tmp", 5e9})
	b.monitor.Show(r, core.Snapshot{})
	b.wantText("5.0 GB", "For videos and temporary files")
}

func TestMeterTellsWhatIsUnderThePointer(t *testing.T) {
	b := opened(t)
	m := b.monitor.cpu
	at := time.Date(1994, 5, 6, 7, 8, 9, 0, time.UTC)
	for _, second := range []int{0, 60, 61, 62, 62} { // a minute without measurements; the last one is told twice
		b.monitor.Show(reading{at: at.Add(time.Duration(second) * time.Second), cpu: float64(second) / 100, ownCPU: 0.01}, core.Snapshot{})
	}
	point := func(ago float32) {
		m.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(m.Size().Width*(1-ago/120), 40)}})
	}
	point(2)
	b.wantText("Processor · 2 s ago", "60 %", "Tapelight 1 %", "Memory")
	point(62)
	b.wantText("Processor · 62 s ago", "0 %")
	for _, nothing := range []float32{30, 120} { // the pause, and before the beginning
		point(nothing)
		b.wantText("Processor", "62 %")
	}
	m.MouseOut()
	if m.hand.Visible() {
		t.Error("the mark stays")
	}
	b.monitor.Show(reading{at: at.Add(180 * time.Second), cpu: 1}, core.Snapshot{})
	if _, _, ok := m.spark.At(0.5); ok || len(m.spark.moments) != 4 {
		t.Errorf("%d values are kept of two minutes", len(m.spark.moments))
	}
	b.monitor.Show(reading{at: at, cpu: 1}, core.Snapshot{})
	if was, ago, ok := m.spark.At(1); !ok || ago != 0 || was.words != "100 %" {
		t.Errorf("after the clock was set back: %+v, %d s ago, %v", was, ago, ok)
	}
}

type exporting struct{ *fake }

func (e exporting) WriteMonitorCSV(w io.Writer) error {
	_, err := io.WriteString(w, "time,cpu_percent\n")
	return errors.Join(err, e.bad)
}

func TestMeasurementsAreSavedBesideWhatIsThere(t *testing.T) {
	dir, f := t.TempDir(), newFake()
	for _, want := range []string{"a.csv", "a 2.csv"} {
		path, err := writeMeasurements(exporting{f}, dir, "a.csv")
		if text, _ := os.ReadFile(filepath.Join(dir, want)); err != nil || filepath.Base(path) != want || string(text) != "time,cpu_percent\n" {
			t.Errorf("%s, %v, %q", path, err, text)
		}
	}
	f.bad = errors.New("no")
	if path, err := writeMeasurements(exporting{f}, dir, "b.csv"); err == nil || path != "" {
		t.Errorf("%q, %v", path, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "b.csv")); err == nil {
		t.Error("half a file is left")
	}
}

func TestPlotStaysInsideAndFollowsTheValues(t *testing.T) {
	line, track, ground := color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 0, 0, 255}
	at := time.Date(1994, 5, 6, 7, 8, 9, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		s := &spark{scaled: rapid.Bool().Draw(rt, "scaled")}
		when := at
		for range rapid.IntRange(0, 50).Draw(rt, "values") {
			when = when.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(time.Hour)).Draw(rt, "step") / rapid.Int64Range(1, 5000).Draw(rt, "finer")))
			s.Push(when, rapid.Float64Range(-1, 2).Draw(rt, "value"), "", "")
		}
		plot(rapid.IntRange(0, 200).Draw(rt, "w"), rapid.IntRange(0, 60).Draw(rt, "h"), s.runs(), line, track, ground)
	})
	young := &spark{}
	for i := range 61 {
		young.Push(at.Add(time.Duration(i)*time.Second), 1, "", "")
	}
	img := plot(100, 30, young.runs(), line, track, ground).(*image.NRGBA)
	if img.NRGBAAt(90, 1).R < 180 || img.NRGBAAt(55, 1).R < 180 {
		t.Error("the line of a full measure isn't at the top, at the right")
	}
	if img.NRGBAAt(40, 1) != ground {
		t.Error("a young line reaches to the left")
	}
	for i := range 30 {
		young.Push(at.Add(time.Duration(90+i)*time.Second), float64(i/15), "", "")
	}
	img = plot(100, 30, young.runs(), line, track, ground).(*image.NRGBA)
	if img.NRGBAAt(60, 1) != ground || img.NRGBAAt(30, 1).R < 180 || img.NRGBAAt(99, 1).R < 180 {
		t.Error("a line is drawn over a time without measurements, or not where there are some")
	}
	for y := range 27 { // a steep line has no holes
		red := uint8(0)
		for x := 80; x < 95; x++ {
			red = max(red, img.NRGBAAt(x, y+1).R)
		}
		if red < 120 {
			t.Errorf("nothing is drawn at height %d", y)
		}
	}
}
