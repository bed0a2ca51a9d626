package core

import (
	"os"
	"path/filepath"
	"runtime"
)

// DataDir is where the program keeps what isn't a setting and mustn't be cleaned away, the queue above all: $XDG_DATA_HOME/tapelight, or the like.
func DataDir() (string, error) {
	if runtime.GOOS == "windows" {
		dir, err := os.UserCacheDir() // %LocalAppData%
		return filepath.Join(dir, "tapelight"), err
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "tapelight"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share", "tapelight"), err
}

// QueueDir is where in a data folder the embedded queue lies.
func QueueDir(data string) string { return filepath.Join(data, "queue") }
