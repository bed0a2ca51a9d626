package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/tapelight/tapelight/core"
)

// keepCrashes has the runtime write what it says of a crash into a file of the data folder as well: a desktop program has no terminal to say
// it on. It returns the file of the last run's crash, if there was one.
func keepCrashes(data string) (crashed string, err error) {
	if err := os.MkdirAll(data, 0o755); err != nil {
		return "", err
	}
	name, old := filepath.Join(data, "crash.log"), filepath.Join(data, "crash.old.log")
	if info, err := os.Stat(name); err == nil && info.Size() > 0 {
		// The last crash is kept when this run doesn't crash, and one before it.
		if err := os.Rename(name, old); err != nil {
			return "", err
		}
		crashed = old
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return crashed, err
	}
	defer f.Close() // the runtime keeps its own handle
	return crashed, debug.SetCrashOutput(f, debug.CrashOptions{})
}

// logLimit is the size of the log file, of which there may be one older.
const logLimit = 4 << 20

func logPath(data string) string { return filepath.Join(data, "tapelight.log") }

// openLog begins the log that the window shows and keeps it in a file, too; without the file where there can't be one.
func openLog(data string) (log *core.Log, done func()) {
	log, done, err := core.OpenLog(logPath(data), logLimit)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tapelight: the log is kept in the window only:", err)
		return core.NewLog(), func() {}
	}
	return log, done
}
