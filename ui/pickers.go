package ui

import "path/filepath"

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
				w.fail(tr("The file chooser failed"), err)
			case len(paths) > 0:
				w.prefs.p.SetString(prefInDir, filepath.Dir(paths[0]))
				w.Add(paths)
			}
		})
	})
}

func (w *Window) pickVideoFolder() {
	w.pickFolder(tr("Add a folder of videos"), w.prefs.p.String(prefInDir), func(dir string) {
		w.prefs.p.SetString(prefInDir, dir)
		w.Add([]string{dir})
	})
}

func (w *Window) pickOutputFolder() {
	w.pickFolder(tr("Save new videos in"), w.prefs.p.String(prefOutDir), func(dir string) {
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
				w.fail(tr("The folder chooser failed"), err)
			case path != "":
				picked(path)
			}
		})
	})
}
