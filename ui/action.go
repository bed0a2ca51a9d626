package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// action is something a person can do with a job.
type action int

const (
	actCancel action = iota
	actRetry
	actFolder
	actRemove
	actLog
)

// mainAction is the one most likely wanted; it has a button in the row. The others are in the row's menu.
func mainAction(j core.Job) action {
	switch j.State {
	case core.Running, core.Reading:
		return actCancel
	case core.Failed, core.Cancelled:
		return actRetry
	case core.Done:
		return actFolder
	}
	return actRemove
}

// allows tells whether the action makes sense for a job as it stands.
func (a action) allows(j core.Job) bool {
	switch a {
	case actCancel:
		return j.State == core.Running || j.State == core.Reading
	case actRetry:
		return j.State == core.Failed || j.State == core.Cancelled
	case actRemove:
		return j.State != core.Running
	case actLog:
		return j.ErrorLog != ""
	}
	return true
}

func (a action) label() string {
	return [...]string{"Cancel", "Try again", "Show in folder", "Remove", "Show log"}[a]
}

func (a action) icon() fyne.Resource {
	switch a {
	case actCancel:
		return theme.CancelIcon()
	case actRetry:
		return theme.ViewRefreshIcon()
	case actFolder:
		return theme.FolderOpenIcon()
	case actRemove:
		return theme.DeleteIcon()
	}
	return theme.DocumentIcon()
}
