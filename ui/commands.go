package ui

import (
	"errors"
	"fmt"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// Add puts files and folders into the queue with the preset and output folder that the window shows. It is called on the UI thread.
func (w *Window) Add(paths []string) {
	if len(paths) == 0 {
		return
	}
	r, dir := w.recipe.Recipe(), w.recipe.OutDir()
	w.try("The videos can't be added", func() error {
		_, err := w.backend.Add(paths, r, dir)
		return err
	})
}

// dropped hands off at once: a drop handler that does more can hang the window.
func (w *Window) dropped(uris []fyne.URI) {
	var paths []string
	for _, u := range uris {
		if u.Scheme() == "file" {
			paths = append(paths, u.Path())
		}
	}
	w.Add(paths)
}

func (w *Window) start() {
	if w.able {
		w.try("The queue can't be started", w.backend.Start)
	}
}

func (w *Window) stop() { w.try("The queue can't be stopped", w.backend.Stop) }

func (w *Window) clearFinished() { w.try("The list can't be cleared", w.backend.ClearFinished) }

// try does what may take time and may fail.
func (w *Window) try(what string, do func() error) {
	w.later(func() {
		if err := do(); err != nil {
			w.fail(what, err)
		}
	})
}

// act does something with the jobs of those IDs. Stopping a video that is being restored is asked about, as hours may be lost.
func (w *Window) act(a action, ids []string) {
	if len(ids) == 0 {
		return
	}
	switch a {
	case actCancel:
		for _, id := range ids {
			if j, ok := w.job(id); ok && j.State == core.Running {
				w.confirmCancel(j, ids)
				return
			}
		}
		w.try("Not everything could be cancelled", func() error { return w.backend.Cancel(ids...) })
	case actRetry:
		w.try("Not everything can be tried again", func() error { return w.backend.Retry(ids...) })
	case actRemove:
		w.try("Not everything could be removed", func() error { return w.backend.Remove(ids...) })
	case actFolder:
		if j, ok := w.job(ids[0]); ok {
			path := j.Path
			if j.State == core.Done && j.Output != "" {
				path = j.Output
			}
			w.aside(func() {
				if err := w.desktop.ShowInFolder(path); err != nil {
					w.fail("The folder can't be shown", err)
				}
			})
		}
	case actLog:
		if j, ok := w.job(ids[0]); ok {
			w.aside(func() {
				if err := w.desktop.Open(j.ErrorLog); err != nil {
					w.fail("The log can't be shown", err)
				}
			})
		}
	}
}

func (w *Window) confirmCancel(j core.Job, ids []string) {
	d := dialog.NewConfirm("Stop restoring?", fmt.Sprintf("“%s” is %s done.", shortPath(j.Name, 40), percent(j.Progress)), func(yes bool) {
		if yes {
			w.try("Not everything could be cancelled", func() error { return w.backend.Cancel(ids...) })
		}
	}, w.win)
	d.SetConfirmText("Stop it")
	d.SetDismissText("Go on")
	w.ask(d)
}

func (w *Window) job(id string) (core.Job, bool) {
	if i, ok := w.queue.at[id]; ok {
		return w.queue.jobs[i], true
	}
	return core.Job{}, false
}

func (w *Window) actOnSelection(a action) { w.act(a, allowed(a, w.queue.Selection())) }

// deleteSelection cancels what runs and removes the rest.
func (w *Window) deleteSelection() {
	var run, rest []string
	for _, j := range w.queue.Selection() {
		if j.State == core.Running {
			run = append(run, j.ID)
		} else {
			rest = append(rest, j.ID)
		}
	}
	w.act(actRemove, rest)
	w.act(actCancel, run)
}

// applyRecipe makes r the recipe of some jobs, or with nil of all that wait and of new ones.
func (w *Window) applyRecipe(r recipe.Recipe, ids []string) {
	if ids == nil {
		w.prefs.p.SetString(prefPreset, r.Name)
		for _, j := range w.snapshot.Jobs {
			if j.State == core.Waiting || j.State == core.Reading {
				ids = append(ids, j.ID)
			}
		}
	}
	w.try("The preset can't be changed", func() error {
		var faults []error
		for _, id := range ids {
			faults = append(faults, w.backend.SetRecipe(id, r))
		}
		return errors.Join(faults...)
	})
}

func (w *Window) folderChosen(dir string) { w.prefs.p.SetString(prefOutDir, dir) }

// pickVideos lets the person choose files in the system's own chooser, or in Fyne's where there is none.
func (w *Window) pickVideos() {
	if w.picking {
		return
	}
	w.picking = true
	dir := w.prefs.p.String(prefInDir)
	w.aside(func() {
		paths, err := w.desktop.PickVideos(dir)
		w.enter(func() {
			w.picking = false
			switch {
			case noPicker(err):
				w.fallbackVideos()
			case err != nil:
				w.fail("The file chooser failed", err)
			case len(paths) > 0:
				w.prefs.p.SetString(prefInDir, filepath.Dir(paths[0]))
				w.Add(paths)
			}
		})
	})
}

func (w *Window) pickVideoFolder() {
	w.pickFolder("Add a folder of videos", w.prefs.p.String(prefInDir), func(dir string) {
		w.prefs.p.SetString(prefInDir, dir)
		w.Add([]string{dir})
	})
}

func (w *Window) pickOutputFolder() {
	w.pickFolder("Save new videos in", w.prefs.p.String(prefOutDir), func(dir string) {
		w.recipe.SetFolder(dir)
		w.folderChosen(dir)
	})
}

func (w *Window) pickFolder(title, dir string, picked func(string)) {
	if w.picking {
		return
	}
	w.picking = true
	w.aside(func() {
		path, err := w.desktop.PickFolder(title, dir)
		w.enter(func() {
			w.picking = false
			switch {
			case noPicker(err):
				w.fallbackFolder(picked)
			case err != nil:
				w.fail("The folder chooser failed", err)
			case path != "":
				picked(path)
			}
		})
	})
}

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
		if w.header.start.Visible() {
			w.start()
		}
	}
}
