package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// saveMeasurements writes what has been measured of the computer into a file where new videos go, or in the person's home, and says where.
func (w *Window) saveMeasurements(from MonitorExporter) {
	dir, name := w.recipe.OutDir(), "tapelight "+time.Now().Format("2006-01-02 15-04-05")+".csv"
	w.aside(func() {
		path, err := writeMeasurements(from, dir, name)
		if err != nil {
			w.fail(tr("The measurements can't be saved"), err)
			return
		}
		w.enter(func() {
			w.notices.Tell(trf("Saved as %s", shortPath(path, 60)), offer{tr("Show in folder"), func() { w.reveal(path) }})
		})
	})
}

func writeMeasurements(from MonitorExporter, dir, name string) (path string, err error) {
	if dir == "" {
		if dir, err = os.UserHomeDir(); err != nil {
			return "", err
		}
	}
	var f *os.File
	path = filepath.Join(dir, name)
	for n := 2; ; n++ { // never another file's place
		if f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644); !os.IsExist(err) || n > 999 {
			break
		}
		path = filepath.Join(dir, fmt.Sprintf("%s %d.csv", strings.TrimSuffix(name, ".csv"), n))
	}
	if err != nil {
		return "", err
	}
	if err = from.WriteMonitorCSV(f); err != nil {
		f.Close()
		os.Remove(path)
		return "", err
	}
	return path, f.Close()
}
