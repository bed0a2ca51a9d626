package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/tapelight/tapelight/core"
)

// tray is the program's place among the system's small icons, where the desktop has one.
type tray struct {
	on    desktop.App // nil where there is none
	menu  *fyne.Menu
	state *fyne.MenuItem
	pause *fyne.MenuItem
}

func newTray(w *Window, app fyne.App) *tray {
	d, ok := app.(desktop.App)
	t := &tray{state: fyne.NewMenuItem("Tapelight", nil), pause: fyne.NewMenuItem(tr("Start"), w.pauseOrStart)}
	t.state.Disabled = true
	show := fyne.NewMenuItem(tr("Show the window"), func() { w.win.Show(); w.win.RequestFocus() })
	quit := fyne.NewMenuItem(tr("Quit"), func() { w.win.Show(); w.quit() })
	quit.IsQuit = true
	t.menu = fyne.NewMenu("Tapelight", t.state, fyne.NewMenuItemSeparator(), show, t.pause, fyne.NewMenuItemSeparator(), quit)
	if ok {
		t.on = d
		d.SetSystemTrayMenu(t.menu)
	}
	return t
}

// Show puts a snapshot there, when the words differ.
func (t *tray) Show(s core.Snapshot) {
	c := tally(s.Jobs)
	words, _ := c.words(s.Mode)
	label, off := tr("Start"), true
	switch {
	case c.pausable(s.Mode):
		label, off = tr("Pause the queue"), false
	case c.startable(s.Mode):
		label, off = tr("Go on"), false
	}
	if words == t.state.Label && label == t.pause.Label && off == t.pause.Disabled {
		return
	}
	t.state.Label, t.pause.Label, t.pause.Disabled = words, label, off
	if t.on != nil {
		t.menu.Refresh()
	}
}

// pauseOrStart is about the whole queue.
func (w *Window) pauseOrStart() {
	if tally(w.snapshot.Jobs).pausable(w.snapshot.Mode) {
		w.pause()
	} else {
		w.start()
	}
}
