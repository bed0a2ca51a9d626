package ui

import "fyne.io/fyne/v2"

func (w *Window) toggleLog() {
	if w.log.Root.Visible() {
		w.log.Root.Hide()
	} else {
		w.log.Root.Show()
	}
	w.win.Content().Refresh()
	w.log.Opened()
	w.refreshMenus()
}

func (w *Window) setMode(m Mode) {
	w.mode = m
	w.prefs.p.SetString(prefMode, string(m))
	w.app.Settings().SetTheme(&tapeTheme{m})
	w.refreshMenus()
}

// key is every key that the focused part has no use for.
func (w *Window) key(e *fyne.KeyEvent) {
	if w.modal() {
		if e.Name == fyne.KeyEscape {
			w.dialogs[len(w.dialogs)-1].Dismiss()
		}
		return
	}
	switch e.Name {
	case fyne.KeyF1:
		w.about()
	case fyne.KeyDelete:
		w.deleteSelection()
	case fyne.KeyEscape:
		w.queue.Unselect()
	case fyne.KeySpace:
		w.pauseSelection()
	}
}
