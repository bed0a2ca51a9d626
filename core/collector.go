package core

import (
	"os"
	"runtime/debug"
)

// CollectEarly has Go's collector run when half of what lives has been added to it, where Go would wait for as much again: what takes memory here, pictures and
// minutes of sound, lives long and makes little garbage, so that waiting saves little time. GOGC in the environment says otherwise. For programs' mains.
func CollectEarly() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}
