package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// jobList is Fyne's list (only visible rows exist) with a selection of our own: by job rather than by place, so that it stays with
// its jobs when others go, and of more than one.
type jobList struct {
	widget.List
	focusChanged func(bool)
	key          func(*fyne.KeyEvent)
	selectAll    func()
}

func newJobList(length func() int, create func() fyne.CanvasObject, update func(int, fyne.CanvasObject)) *jobList {
	l := &jobList{}
	l.Length, l.CreateItem, l.UpdateItem = length, create, update
	l.HideSeparators = true
	l.ExtendBaseWidget(l)
	return l
}

// FocusGained and FocusLost replace the list's own, which would mark a row that isn't ours.
func (l *jobList) FocusGained()              { l.focusChanged(true) }
func (l *jobList) FocusLost()                { l.focusChanged(false) }
func (l *jobList) TypedKey(e *fyne.KeyEvent) { l.key(e) }
func (l *jobList) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutSelectAll); ok {
		l.selectAll()
		return
	}
	// What the list has no use for belongs to the window.
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(l).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}
