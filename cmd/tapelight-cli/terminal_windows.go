package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// understandsControls has the console take control sequences; older ones can't.
func understandsControls(f *os.File) bool {
	var mode uint32
	h := windows.Handle(f.Fd())
	return windows.GetConsoleMode(h, &mode) == nil && windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
