package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/tapelight/tapelight/core"
)

// menus is the main menu: everything the window can do, with its shortcut.
type menus struct {
	main                     *fyne.MainMenu
	start, pause, stop, tidy *fyne.MenuItem
	acts                     map[action]*fyne.MenuItem
	after                    map[core.AfterAction]*fyne.MenuItem
	log, all                 *fyne.MenuItem
	modes                    map[Mode]*fyne.MenuItem
}

func ctrl(k fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
}

func ctrlShift(k fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift}
}

// shortcut is the one that does the action with the selection; nil where there is none.
func (a action) shortcut() fyne.Shortcut {
	switch a {
	case actPause, actResume:
		return ctrl(fyne.KeyP)
	case actRetry:
		return ctrl(fyne.KeyR)
	case actFolder:
		return ctrl(fyne.KeyE)
	case actSound:
		return ctrl(fyne.KeyI)
	case actTop:
		return ctrlShift(fyne.KeyUp)
	case actUp:
		return ctrl(fyne.KeyUp)
	case actDown:
		return ctrl(fyne.KeyDown)
	case actBottom:
		return ctrlShift(fyne.KeyDown)
	case actDuplicate:
		return ctrl(fyne.KeyD)
	case actCancel:
		return ctrl(fyne.KeyPeriod)
	case actRemove:
		return &desktop.CustomShortcut{KeyName: fyne.KeyDelete}
	}
	return nil
}

func newMenus(w *Window) *menus {
	item := func(label string, s fyne.Shortcut, f func()) *fyne.MenuItem {
		i := fyne.NewMenuItem(label, func() {
			if !w.modal() {
				f()
			}
		})
		i.Shortcut = s
		return i
	}
	// The main menu is asked before the focused text field, which has its own use for these.
	yielding := func(label string, s fyne.Shortcut, f func()) *fyne.MenuItem {
		i := item(label, s, f)
		ours := i.Action
		i.Action = func() {
			if e, ok := w.win.Canvas().Focused().(*field); ok {
				e.Entry.TypedShortcut(s)
				return
			}
			ours()
		}
		return i
	}
	m := &menus{acts: map[action]*fyne.MenuItem{}, after: map[core.AfterAction]*fyne.MenuItem{},
		start: item(tr("Start"), ctrl(fyne.KeyReturn), w.start),
		pause: item(tr("Pause the queue"), ctrlShift(fyne.KeyP), w.pause),
		stop:  item(tr("Stop after this video"), nil, w.stop),
		tidy:  item(tr("Remove finished videos"), nil, w.clearFinished),
		all:   yielding(tr("Select all"), &fyne.ShortcutSelectAll{}, func() { w.queue.list.selectAll() }),
		log:   item(tr("Log"), ctrl(fyne.KeyL), w.toggleLog),
		modes: map[Mode]*fyne.MenuItem{
			Dark:   item(tr("Dark"), nil, func() { w.setMode(Dark) }),
			Light:  item(tr("Light"), nil, func() { w.setMode(Light) }),
			System: item(tr("As the system"), nil, func() { w.setMode(System) }),
		},
	}
	act := func(label string, a action) *fyne.MenuItem {
		m.acts[a] = item(label, a.shortcut(), func() { w.actOnSelection(a) })
		return m.acts[a]
	}
	line := fyne.NewMenuItemSeparator
	pause := act(tr("Pause or go on"), actPause)
	pause.Action = func() {
		if !w.modal() {
			w.pauseSelection()
		}
	}
	remove := act(actRemove.label(), actRemove)
	remove.Action = func() {
		if !w.modal() {
			w.deleteSelection()
		}
	}
	after := fyne.NewMenuItem(tr("When all is done"), nil)
	after.ChildMenu = fyne.NewMenu("")
	for _, a := range afterActions {
		m.after[a] = item(afterWords(a), nil, func() { w.setAfter(core.After{Action: a}) })
		after.ChildMenu.Items = append(after.ChildMenu.Items, m.after[a])
	}
	view := fyne.NewMenu(tr("View"), m.log, line(), m.modes[Dark], m.modes[Light], m.modes[System])
	if e, ok := w.backend.(MonitorExporter); ok {
		view.Items = append(view.Items, line(), item(tr("Save the measurements as CSV"), nil, func() { w.saveMeasurements(e) }))
	}
	quit := fyne.NewMenuItem(tr("Quit"), w.quit)
	quit.Shortcut, quit.IsQuit = ctrl(fyne.KeyQ), true
	m.main = fyne.NewMainMenu(
		fyne.NewMenu(tr("File"),
			item(tr("Add videos")+ellipsis, ctrl(fyne.KeyO), w.pickVideos),
			item(tr("Add a folder")+ellipsis, ctrlShift(fyne.KeyO), w.pickVideoFolder),
			yielding(tr("Paste paths"), &fyne.ShortcutPaste{Clipboard: w.app.Clipboard()}, w.paste),
			line(), item(tr("Settings")+ellipsis, ctrl(fyne.KeyComma), w.settingsDialog), line(), quit),
		fyne.NewMenu(tr("Queue"), m.start, m.pause, m.stop, line(), m.all, m.tidy, line(), after),
		fyne.NewMenu(tr("Video"), pause, act(actRetry.label(), actRetry), act(actCancel.label(), actCancel), line(),
			act(actFolder.label(), actFolder), act(actOriginal.label(), actOriginal), act(actLog.label(), actLog), act(actSound.label(), actSound), line(),
			act(actTop.label(), actTop), act(actUp.label(), actUp), act(actDown.label(), actDown), act(actBottom.label(), actBottom), line(),
			act(actDuplicate.label(), actDuplicate), remove),
		view,
		fyne.NewMenu(tr("Help"),
			item(tr("Check this computer")+ellipsis, nil, w.showDoctor),
			item(tr("About Tapelight"), &desktop.CustomShortcut{KeyName: fyne.KeyF1}, w.about)))
	return m
}

// Show turns on what makes sense now; it tells whether anything has changed, since a main menu must then be drawn again.
func (m *menus) Show(s core.Snapshot, selected []core.Job, able, logOpen bool, mode Mode) bool {
	c := tally(s.Jobs)
	changed := false
	set := func(i *fyne.MenuItem, on bool) {
		if i.Disabled == on {
			i.Disabled, changed = !on, true
		}
	}
	check := func(i *fyne.MenuItem, on bool) {
		if i.Checked != on {
			i.Checked, changed = on, true
		}
	}
	set(m.start, able && c.startable(s.Mode))
	set(m.pause, c.pausable(s.Mode))
	set(m.stop, s.Mode == core.Started)
	set(m.tidy, c.of[core.Done]+c.of[core.Failed]+c.of[core.Cancelled] > 0)
	set(m.all, len(s.Jobs) > 0)
	for a, i := range m.acts {
		on := len(allowed(a, selected)) > 0 && !(a.single() && len(selected) > 1)
		switch a {
		case actPause:
			on = on || len(allowed(actResume, selected)) > 0 || len(selected) == 0 && len(s.Jobs) > 0
		case actRemove:
			on = len(selected) > 0
		}
		set(i, on)
	}
	for a, i := range m.after {
		check(i, a == s.After.Action)
	}
	check(m.log, logOpen)
	for k, i := range m.modes {
		check(i, k == mode)
	}
	return changed
}
