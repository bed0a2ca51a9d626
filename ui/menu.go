package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/tapelight/tapelight/core"
)

// menus is the main menu: everything the window can do, with its shortcut.
type menus struct {
	main                                             *fyne.MainMenu
	start, stop, cancel, retry, folder, remove, tidy *fyne.MenuItem
	log                                              *fyne.MenuItem
	modes                                            map[Mode]*fyne.MenuItem
}

func ctrl(k fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
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
	m := &menus{
		start:  item("Start", ctrl(fyne.KeyReturn), w.start),
		stop:   item("Stop after this video", nil, w.stop),
		cancel: item("Cancel", nil, func() { w.actOnSelection(actCancel) }),
		retry:  item("Try again", ctrl(fyne.KeyR), func() { w.actOnSelection(actRetry) }),
		folder: item("Show in folder", ctrl(fyne.KeyE), func() { w.actOnSelection(actFolder) }),
		remove: item("Cancel or remove", &desktop.CustomShortcut{KeyName: fyne.KeyDelete}, w.deleteSelection),
		tidy:   item("Remove finished videos", nil, w.clearFinished),
		log:    item("Log", ctrl(fyne.KeyL), w.toggleLog),
		modes: map[Mode]*fyne.MenuItem{
			Dark:   item("Dark", nil, func() { w.setMode(Dark) }),
			Light:  item("Light", nil, func() { w.setMode(Light) }),
			System: item("As the system", nil, func() { w.setMode(System) }),
		},
	}
	quit := fyne.NewMenuItem("Quit", w.quit)
	quit.Shortcut, quit.IsQuit = ctrl(fyne.KeyQ), true
	m.main = fyne.NewMainMenu(
		fyne.NewMenu("File",
			item("Add videos"+ellipsis, ctrl(fyne.KeyO), w.pickVideos),
			item("Add a folder"+ellipsis, nil, w.pickVideoFolder),
			fyne.NewMenuItemSeparator(), quit),
		fyne.NewMenu("Queue", m.start, m.stop, fyne.NewMenuItemSeparator(),
			m.folder, m.retry, m.cancel, m.remove, fyne.NewMenuItemSeparator(), m.tidy),
		fyne.NewMenu("View", m.log, fyne.NewMenuItemSeparator(), m.modes[Dark], m.modes[Light], m.modes[System]),
		fyne.NewMenu("Help",
			item("Check this computer"+ellipsis, nil, w.showDoctor),
			item("About Tapelight", &desktop.CustomShortcut{KeyName: fyne.KeyF1}, w.about)))
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
	set(m.start, able && !s.Running && c.of[core.Waiting]+c.of[core.Reading] > 0)
	set(m.stop, s.Running)
	set(m.tidy, c.of[core.Done]+c.of[core.Failed]+c.of[core.Cancelled] > 0)
	set(m.cancel, len(allowed(actCancel, selected)) > 0)
	set(m.retry, len(allowed(actRetry, selected)) > 0)
	set(m.folder, len(selected) == 1)
	set(m.remove, len(selected) > 0)
	check(m.log, logOpen)
	for k, i := range m.modes {
		check(i, k == mode)
	}
	return changed
}
