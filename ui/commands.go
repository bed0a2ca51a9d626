package ui

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// Add puts files and folders into the queue with the recipe and output folder that the window shows. It is called on the UI thread.
func (w *Window) Add(paths []string) {
	if len(paths) == 0 {
		return
	}
	w.recipe.Flush()
	r, dir := w.recipe.Recipe(), w.recipe.OutDir()
	w.prefs.p.SetBool(prefGuided, true)
	w.later(func() {
		added, err := w.backend.Add(paths, r, dir)
		if err != nil {
			w.fail(tr("The videos can't be added"), err)
		}
		if words := addedWords(added, len(paths)); words != "" && err == nil {
			w.enter(func() { w.notices.Tell(words) })
		}
	})
}

// addedWords say what isn't to be seen in the list: "" when all is as one expects.
func addedWords(a core.Added, asked int) string {
	known := len(a.Known)
	switch {
	case known > 0 && len(a.IDs) == 0:
		return count(known, "%d video was in the list already", "%d videos were in the list already")
	case known > 0:
		return count(len(a.IDs), "%d video added", "%d videos added") + "; " +
			count(known, "%d was in the list already", "%d were in the list already")
	case len(a.IDs) == 0 && asked > 0:
		return tr("No videos were found there")
	}
	return ""
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
	w.recipe.Flush()
	if w.able {
		w.try(tr("The queue can't be started"), w.backend.Start)
	}
}

func (w *Window) pause() { w.try(tr("The queue can't be paused"), w.backend.Hold) }

func (w *Window) stop() { w.try(tr("The queue can't be stopped"), w.backend.Stop) }

func (w *Window) clearFinished() { w.try(tr("The list can't be cleared"), w.backend.ClearFinished) }

func (w *Window) setAfter(a core.After) {
	w.try(tr("What follows can't be set"), func() error { return w.backend.SetAfter(a) })
}

func (w *Window) notThisTime() { w.try(tr("It can't be called off"), w.backend.CancelAfter) }

// try does what may take time and may fail.
func (w *Window) try(what string, do func() error) {
	w.later(func() {
		if err := do(); err != nil {
			w.fail(what, err)
		}
	})
}

// act does something with the jobs of those IDs. Throwing away what was restored is asked about, as hours may be lost.
func (w *Window) act(a action, ids []string) {
	if len(ids) == 0 {
		return
	}
	switch a {
	case actPause:
		w.try(tr("Not everything could be paused"), func() error { return w.backend.Pause(ids...) })
	case actResume:
		w.try(tr("Not everything can go on"), func() error { return w.backend.Resume(ids...) })
	case actCancel:
		w.confirmLoss(ids, func() {
			w.try(tr("Not everything could be cancelled"), func() error { return w.backend.Cancel(ids...) })
		})
	case actRetry:
		w.try(tr("Not everything can be tried again"), func() error { return w.backend.Retry(ids...) })
	case actRemove:
		w.confirmLoss(ids, func() {
			w.try(tr("Not everything could be removed"), func() error { return w.backend.Remove(ids...) })
		})
	case actTop, actUp, actDown, actBottom:
		w.moveBy(a, ids)
	case actDuplicate:
		w.duplicate(ids)
	case actFolder, actOriginal:
		if j, ok := w.job(ids[0]); ok {
			path := j.Path
			if a == actFolder && j.State == core.Done && j.Output != "" {
				path = j.Output
			}
			w.reveal(path)
		}
	case actLog:
		if j, ok := w.job(ids[0]); ok {
			w.show(j.ErrorLog)
		}
	case actSound:
		if j, ok := w.job(ids[0]); ok {
			w.showSound(j)
		}
	}
}

// reveal shows where a file is, show what is in it.
func (w *Window) reveal(path string) {
	w.aside(func() {
		if err := w.desktop.ShowInFolder(path); err != nil {
			w.fail(tr("The folder can't be shown"), err)
		}
	})
}

func (w *Window) show(path string) {
	w.aside(func() {
		if err := w.desktop.Open(path); err != nil {
			w.fail(tr("The log can't be shown"), err)
		}
	})
}

// confirmLoss asks before work is thrown away.
func (w *Window) confirmLoss(ids []string, do func()) {
	var most core.Job
	n := 0
	for _, id := range ids {
		if j, ok := w.job(id); ok && begun(j) {
			n++
			if n == 1 || j.Progress > most.Progress {
				most = j
			}
		}
	}
	if n == 0 {
		do()
		return
	}
	words := trf("“%s” is %s done. Pausing it would keep that.", shortPath(most.Name, 40), percent(most.Progress))
	if n > 1 {
		words = count(n, "%d video has been begun. Pausing it would keep what is done.", "%d videos have been begun. Pausing them would keep what is done.")
	}
	d := dialog.NewConfirm(tr("Throw away what is done?"), words, func(yes bool) {
		if yes {
			do()
		}
	}, w.win)
	d.SetConfirmText(tr("Throw it away"))
	d.SetConfirmImportance(widget.DangerImportance)
	d.SetDismissText(tr("Keep it"))
	w.ask(d)
}

func (w *Window) job(id string) (core.Job, bool) {
	if i, ok := w.queue.at[id]; ok {
		return w.queue.jobs[i], true
	}
	return core.Job{}, false
}

func (w *Window) actOnSelection(a action) { w.act(a, allowed(a, w.queue.Selection())) }

// deleteSelection takes the selected jobs off the list; one that runs is cancelled by that.
func (w *Window) deleteSelection() {
	var ids []string
	for _, j := range w.queue.Selection() {
		ids = append(ids, j.ID)
	}
	w.act(actRemove, ids)
}

// pauseSelection pauses what can be paused of the selection, or lets it go on when all of it is paused; with nothing selected it is about
// the queue.
func (w *Window) pauseSelection() {
	jobs := w.queue.Selection()
	if ids := allowed(actPause, jobs); len(ids) > 0 {
		w.act(actPause, ids)
	} else if ids := allowed(actResume, jobs); len(ids) > 0 {
		w.act(actResume, ids)
	} else if c := tally(w.snapshot.Jobs); len(jobs) == 0 && c.pausable(w.snapshot.Mode) {
		w.pause()
	} else if len(jobs) == 0 && c.startable(w.snapshot.Mode) {
		w.start()
	}
}

// paste adds the files whose paths or addresses are on the clipboard, a line each.
func (w *Window) paste() { w.Add(pathsIn(w.app.Clipboard().Content())) }

// pathsIn finds full paths and file addresses in text.
func pathsIn(text string) []string {
	var paths []string
	for line := range strings.Lines(text) {
		line = strings.Trim(strings.TrimSpace(line), "\"'")
		if u, err := url.Parse(line); err == nil && u.Scheme == "file" {
			line = filepath.FromSlash(u.Path)
		}
		if filepath.IsAbs(line) {
			paths = append(paths, line)
		}
	}
	return paths
}

// applyRecipe changes the recipes of some jobs, or with nil of all that wait.
func (w *Window) applyRecipe(e edit, ids []string) {
	if ids == nil {
		ids = changeable(w.snapshot.Jobs)
	}
	changed := map[string]recipe.Recipe{}
	for _, id := range ids {
		if j, ok := w.job(id); ok {
			r := j.Recipe
			e(&r)
			changed[id] = r
		}
	}
	w.later(func() {
		var faults []error
		for _, id := range ids {
			if r, ok := changed[id]; ok {
				faults = append(faults, w.backend.SetRecipe(id, r))
			}
		}
		if err := errors.Join(faults...); err != nil {
			w.fail(tr("The recipe can't be changed"), err)
			w.enter(w.recipe.Refused)
		}
	})
}

// ownRecipe remembers the recipe for new videos.
func (w *Window) ownRecipe(r recipe.Recipe) {
	w.prefs.p.SetString(prefPreset, r.Name)
	w.prefs.saveRecipe(r)
}

func (w *Window) folderChosen(dir string) { w.prefs.p.SetString(prefOutDir, dir) }
