package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// settingsDialog is all that isn't about a video. Each change holds at once.
func (w *Window) settingsDialog() {
	k := &kit{key: w.kit.key, after: w.kit.after, tips: newTips(w.kit.after)} // hints of the window's own would lie beneath the dialog
	look := newOneOf(tr("Look"), tr("Dark is best for judging pictures."), k,
		[]said[Mode]{{Dark, tr("Dark")}, {Light, tr("Light")}, {System, tr("As the system")}}, func(m Mode) string { return string(m) }, w.setMode)
	look.Set(w.mode)
	tell := newOneOf(tr("Notifications, when the window is not in front"), "", k,
		[]said[telling]{{tellEach, tr("When a video is done")}, {tellAll, tr("When all is done")}, {tellNever, tr("Never")}},
		func(t telling) string { return string(t) }, func(t telling) { w.prefs.p.SetString(prefTell, string(t)) })
	tell.Set(w.prefs.telling())
	after := newOneOf(tr("When all is done"), tr("There is a minute to object."), k, afterChoices(), func(a core.AfterAction) string { return afterWords(a) },
		func(a core.AfterAction) { w.setAfter(core.After{Action: a}) })
	after.Set(w.snapshot.After.Action)
	floor := newOneOf(tr("Keep this much room on disks"), tr("When less is free, videos that go to that disk wait, and go on by themselves."), k,
		[]said[int64]{{1e9, "1 GB"}, {2e9, "2 GB"}, {5e9, "5 GB"}, {10e9, "10 GB"}, {50e9, "50 GB"}}, func(n int64) string { return bytes(n) },
		func(n int64) { w.prefs.p.SetFloat(prefFloor, float64(n)); w.applySettings() })
	floor.Set(w.prefs.floor())
	awake := newTick(tr("Keep the computer awake while videos are restored"), "", k, nil)
	awake.SetChecked(w.prefs.awake())
	awake.OnChanged = func(on bool) { w.prefs.p.SetBool(prefSleepy, !on); w.applySettings() }

	machine := newMachineSettings(w, k)
	form := container.NewVBox(
		boldText(tr("The window")),
		container.New(columns{1, 1}, look.Root, tell.Root), space(gap/2),
		boldText(tr("The queue")),
		container.New(columns{1, 1}, after.Root, floor.Root), awake, space(gap/2),
		machine.Root, space(gap/2),
		w.folderSetting(k, tr("Folder for temporary files"), tr("From the next video on."), prefTemp, w.applyTuning),
		w.folderSetting(k, tr("Folder of ffmpeg"), tr("Takes effect when Tapelight is opened again."), prefFFmpeg, func() {}))
	scroll := container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, 1.5*gap), form)) // beside the scroll bar
	d := dialog.NewCustom(tr("Settings"), tr("Close"), container.NewStack(scroll, k.tips.Root), w.win)
	machine.grown = func() {
		scroll.SetMinSize(fyne.NewSize(settingsWidth, min(form.MinSize().Height, w.win.Canvas().Size().Height-settingsAround)))
		d.Resize(d.MinSize())
	}
	machine.grown()
	w.ask(d)
	w.spawn(machine.load)
}

// The settings are so wide, and so much of the window's height is the dialog's own.
const settingsWidth, settingsAround float32 = 660, 160

func afterChoices() []said[core.AfterAction] {
	var all []said[core.AfterAction]
	for _, a := range afterActions {
		all = append(all, said[core.AfterAction]{a, afterWords(a)})
	}
	return all
}

// folderSetting shows a folder and lets another be chosen, or the usual one be used again.
func (w *Window) folderSetting(k *kit, label, about, key string, changed func()) fyne.CanvasObject {
	path := plainText("")
	path.min = 200
	show := func() { path.SetText(shortPath(orElse(w.prefs.p.String(key), tr("the usual one")), 60)) }
	show()
	choose := newButton(tr("Choose")+ellipsis, theme.FolderOpenIcon(), k, func() {
		w.pickFolder(label, w.prefs.p.String(key), func(dir string) {
			w.prefs.p.SetString(key, dir)
			show()
			changed()
		})
	})
	usual := newButton(tr("The usual one"), nil, k, func() { w.prefs.p.RemoveValue(key); show(); changed() })
	words := mutedText(label + ". " + about)
	words.min = 300
	return container.NewVBox(words, container.NewBorder(nil, nil, nil, container.NewHBox(choose, usual), path))
}

// applySettings tells core what it has to know.
func (w *Window) applySettings() {
	awake, floor := w.prefs.awake(), w.prefs.floor()
	w.later(func() {
		w.backend.SetKeepAwake(awake)
		w.backend.SetDiskFloor(floor)
	})
}

// FFmpegFolder is where ffmpeg is looked for, from the program's start on; "" is where the system has it.
func FFmpegFolder(p fyne.Preferences) string { return p.String(prefFFmpeg) }

// Tuning is how the machine is used, as a person has set it.
func Tuning(p fyne.Preferences) core.Tuning { return prefs{p}.tuning() }
