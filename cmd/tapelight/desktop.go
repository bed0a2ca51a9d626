package main

import (
	"fmt"
	"os/exec"

	"fyne.io/fyne/v2"

	"github.com/tapelight/tapelight/ui"
)

var (
	_ ui.Desktop  = (*desktop)(nil)
	_ ui.Observer = (*desktop)(nil)
)

// desktop is the system's side of the window; its methods are in the files named for the systems.
type desktop struct {
	window fyne.Window
	eyes   eyes
}

func newDesktop(w fyne.Window) *desktop { return &desktop{window: w} }

// videoEndings are the files offered by the chooser; anything else can still be chosen under "All files".
var videoEndings = []string{"avi", "dv", "m2ts", "m2v", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ogv", "ts", "vob", "webm", "wmv", "y4m", "3gp", "flv", "iso"}

// launch starts another program and waits for it to say whether that worked: openers hand over to the real program and end.
func launch(name string, args ...string) error {
	if err := exec.Command(name, args...).Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
