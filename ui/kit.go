package ui

import (
	"time"

	"fyne.io/fyne/v2"
)

// kit is what every part of the window is given.
type kit struct {
	// key is told of keys that a focused widget has no use for, so that F1 and its like work wherever the focus is.
	key func(*fyne.KeyEvent)
	// after does something on the UI thread later, unless it is stopped before.
	after func(d time.Duration, f func()) (stop func())
	tips  *tips
}
