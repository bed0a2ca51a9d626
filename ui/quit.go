package ui

import "fyne.io/fyne/v2/dialog"

// quit asks first when videos are being restored, and says that they go on later.
func (w *Window) quit() {
	leave := func() {
		w.prefs.saveLayout(w.win.Canvas().Size(), w.split.Offset, w.jobs.Offset, w.log.Root.Visible())
		w.app.Quit()
	}
	c := tally(w.snapshot.Jobs)
	if w.leaving {
		return
	}
	if c.running == nil {
		leave()
		return
	}
	words := trf("“%s” is %s done. It goes on where it was when Tapelight is opened again.", shortPath(c.running.Name, 40), percent(c.running.Progress))
	w.leaving = true
	d := dialog.NewConfirm(tr("Quit while videos are restored?"), words, func(yes bool) {
		w.leaving = false
		if yes {
			leave()
		}
	}, w.win)
	d.SetConfirmText(tr("Quit, and go on later"))
	d.SetDismissText(tr("Stay"))
	w.ask(d)
}
