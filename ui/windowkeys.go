package ui

import "fyne.io/fyne/v2"

func (w *Window) toggleLog() {
	if w.log.Root.Visible() {
		w.log.Root.Hide()
	} else {
		w.log.Root.Show()
	}
	w.rearray()
	w.log.Opened()
	w.refreshMenus()
}

// jobName is what the log calls a job.
func (w *Window) jobName(id string) string {
	if j, ok := w.job(id); ok {
		return j.Name
	}
	return id
}

// showLogFolder opens the folder that the log is kept in, once SetLogFile has said where that is.
func (w *Window) showLogFolder() {
	if w.logFile != "" {
		w.reveal(w.logFile)
	}
}

// SetLogFile says where the log is kept besides the window.
func (w *Window) SetLogFile(path string) { w.logFile = path }

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
