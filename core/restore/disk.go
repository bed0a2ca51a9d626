package restore

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
)

// DiskFullError is an end for want of room. Parts of a run that can be continued stay, whatever Runner.Keep says: it goes on when there is room.
type DiskFullError struct {
	Folder string // that has no room
	Kept   bool   // what was made so far is still there
	Err    error  // what was met
}

func (e *DiskFullError) Error() string {
	text := fmt.Sprintf("the disk is full: there is no room left in %s for the output. ", e.Folder)
	if e.Kept {
		return text + "What was made so far is kept; the work goes on from there when there is room."
	}
	return text + "Make room there, or choose another folder."
}

func (e *DiskFullError) Unwrap() error { return e.Err }

// diskFull gives err the form of a *DiskFullError where it tells of one; all that a run writes lies in the output's folder.
func diskFull(err error, p *plan.Plan, kept bool) error {
	if err == nil || !errors.Is(err, ffmpeg.ErrDiskFull) && !noRoom(err) {
		return err
	}
	if e, done := errors.AsType[*DiskFullError](err); done {
		return e
	}
	return &DiskFullError{Folder: filepath.Dir(p.Output), Kept: kept, Err: err}
}
