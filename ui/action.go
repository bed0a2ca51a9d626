package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// action is something a person can do with a job.
type action int

const (
	actPause action = iota
	actResume
	actRetry
	actFolder
	actOriginal
	actLog
	actSound
	actTop
	actUp
	actDown
	actBottom
	actDuplicate
	actCancel
	actRemove
)

// mainAction is the one most likely wanted; it has a button in the row. The others are in the row's menu.
func mainAction(j core.Job) action {
	switch j.State {
	case core.Running:
		return actPause
	case core.Paused:
		return actResume
	case core.Failed, core.Cancelled:
		return actRetry
	case core.Done:
		return actFolder
	}
	return actRemove
}

// begun tells whether there is work that cancelling throws away.
func begun(j core.Job) bool { return j.State == core.Running || !j.State.Finished() && j.Resumes }

// open tells whether the job's recipe can still be changed.
func open(j core.Job) bool {
	return j.State == core.Waiting || j.State == core.Reading || j.State == core.Paused && !j.Resumes
}

// allows tells whether the action makes sense for a job as it stands.
func (a action) allows(j core.Job) bool {
	switch a {
	case actPause:
		return j.State == core.Running || j.State == core.Waiting || j.State == core.Reading
	case actResume:
		return j.State == core.Paused
	case actCancel:
		return begun(j)
	case actRetry:
		return j.State == core.Failed || j.State == core.Cancelled
	case actRemove:
		return j.State != core.Running
	case actLog:
		return j.ErrorLog != ""
	}
	return true
}

// single tells whether the action is about one job only.
func (a action) single() bool {
	return a == actFolder || a == actOriginal || a == actLog || a == actSound
}

func (a action) label() string {
	switch a {
	case actPause:
		return tr("Pause")
	case actResume:
		return tr("Go on")
	case actRetry:
		return tr("Try again")
	case actFolder:
		return tr("Show in folder")
	case actOriginal:
		return tr("Show the original")
	case actLog:
		return tr("Show log")
	case actSound:
		return tr("What its sound is like") + ellipsis
	case actTop:
		return tr("Move to the top")
	case actUp:
		return tr("Move up")
	case actDown:
		return tr("Move down")
	case actBottom:
		return tr("Move to the end")
	case actDuplicate:
		return tr("Duplicate")
	case actCancel:
		return tr("Cancel")
	}
	return tr("Remove from the list")
}

// short is the label for the button in a row.
func (a action) short() string {
	if a == actRemove {
		return tr("Remove")
	}
	return a.label()
}

func (a action) icon() fyne.Resource {
	switch a {
	case actPause:
		return theme.MediaPauseIcon()
	case actResume:
		return theme.MediaPlayIcon()
	case actRetry:
		return theme.ViewRefreshIcon()
	case actFolder:
		return theme.FolderOpenIcon()
	case actOriginal:
		return theme.MediaVideoIcon()
	case actSound:
		return theme.VolumeUpIcon()
	case actTop:
		return theme.UploadIcon()
	case actUp:
		return theme.MoveUpIcon()
	case actDown:
		return theme.MoveDownIcon()
	case actBottom:
		return theme.DownloadIcon()
	case actDuplicate:
		return theme.ContentCopyIcon()
	case actCancel:
		return theme.CancelIcon()
	case actRemove:
		return theme.DeleteIcon()
	}
	return theme.DocumentIcon()
}
