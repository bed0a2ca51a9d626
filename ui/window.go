package ui

import (
	"context"
	"errors"
	"fmt"
	"image"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// Window is the one window: the queue at the left, the preview in the middle, the recipe at the right, the computer and the log below.
type Window struct {
	app     fyne.App
	win     fyne.Window
	backend Backend
	desktop Desktop
	prefs   prefs

	doors

	kit     *kit
	header  *headerPanel
	notices *noticesPanel
	guide   *guidePanel
	queue   *queuePanel
	preview *previewPanel
	recipe  *recipePanel
	log     *logPanel
	monitor *monitorPanel
	menus   *menus
	body    *fyne.Container
	jobs    *container.Split // queue and preview, once there is something in the queue
	split   *container.Split
	sides   *sides
	thumbs  *thumbs
	pump    *pump

	report  core.DoctorReport
	watcher watcher
	tray    *tray
	logFile string
	samples int  // of the monitor
	inFront bool // the person looks at the window

	watched    string // the job that the preview stays with while none is selected
	adviceFor  string // the video that a preset was recommended for
	reckoned   []reckoned
	stopReckon func()

	snapshot core.Snapshot
	mode     Mode
	able     bool // this computer can restore videos
	picking  bool // a file chooser is open
	leaving  bool // it is being asked whether to quit
	dialogs  []dialog.Dialog

	live   func() // has the goroutines start, once
	cancel context.CancelFunc
	work   *sync.WaitGroup
	closed bool
}

// doors lead to and from the UI thread.
type doors struct {
	enter func(func())                              // onto the UI thread; the only way back from a goroutine
	later func(func())                              // off the UI thread, in order
	aside func(func())                              // off the UI thread, for what takes as long as a person does
	after func(time.Duration, func()) (stop func()) // onto the UI thread, later
	spawn func(func(context.Context))               // off the UI thread, until the window is closed
}

// New puts the program's content into win, which must be app's main window, and begins to show what backend says. Close ends that.
func New(app fyne.App, win fyne.Window, backend Backend, desk Desktop) *Window {
	ctx, cancel := context.WithCancel(context.Background())
	line, work := newWorker(), &sync.WaitGroup{}
	w := build(app, win, backend, desk, doors{enter: fyne.Do, later: line.Do, after: afterwards,
		aside: func(f func()) { go f() }, // a file chooser can't be called off
		spawn: func(f func(context.Context)) { work.Go(func() { f(ctx) }) }})
	w.work = work
	w.cancel = cancel
	ticks, seconds := time.NewTicker(time.Second/4), time.NewTicker(time.Second)
	w.pump.ticks, w.pump.seconds = ticks.C, seconds.C
	w.live = sync.OnceFunc(func() {
		w.sides.live = true
		work.Go(func() { line.Run(ctx) })
		work.Go(func() { w.thumbs.Run(ctx) })
		work.Go(func() { w.pump.Run(ctx) })
		work.Go(func() { w.check(ctx) })
	})
	app.Lifecycle().SetOnStarted(w.live)
	app.Lifecycle().SetOnEnteredForeground(func() { w.inFront = true })
	app.Lifecycle().SetOnExitedForeground(func() { w.inFront = false })
	return w
}

// Begin has a window that was made while the app ran already do its work; others do so when the app starts.
func (w *Window) Begin() { w.live() }

// Crashed tells the person of the end of the last run, whose log is at path.
func (w *Window) Crashed(path string) { w.notices.Crashed(path) }

// afterwards is doors.after by the clock.
func afterwards(d time.Duration, f func()) (stop func()) {
	stopped := false // read and written on the UI thread
	t := time.AfterFunc(d, func() {
		fyne.Do(func() {
			if !stopped {
				f()
			}
		})
	})
	return func() { stopped = true; t.Stop() }
}

// Close stops the window's goroutines and waits for them. It is called after the app's run loop has ended.
func (w *Window) Close() {
	if w.closed || w.cancel == nil {
		return
	}
	w.closed = true
	w.cancel()
	w.work.Wait()
}

// build makes the window without starting anything.
func build(app fyne.App, win fyne.Window, backend Backend, desk Desktop, d doors) *Window {
	w := &Window{app: app, win: win, backend: backend, desktop: desk, prefs: prefs{app.Preferences()}, doors: d, able: true}
	w.mode = w.prefs.mode()
	app.Settings().SetTheme(&tapeTheme{w.mode})

	w.thumbs = newThumbs(backend.Thumbnail, func(path string, _ image.Image) { w.enter(func() { w.queue.ThumbReady(path) }) })
	w.kit = &kit{key: w.key, after: d.after, tips: newTips(d.after)}
	w.header = newHeaderPanel(w.kit, w.pickVideos, w.start, w.pause, w.stop)
	w.notices = newNoticesPanel(w.kit, noticeActions{again: w.checkAgain, start: w.start, notNow: w.notThisTime, show: w.show, rearray: w.rearray})
	w.guide = newGuidePanel(w.kit, !app.Preferences().Bool(prefGuided), w.pickVideos)
	w.recipe = newRecipePanel(w.kit, recipeActions{apply: w.applyRecipe, own: w.ownRecipe, folder: w.folderChosen,
		choose: w.pickOutputFolder, unselect: func() { w.queue.Unselect() }, keep: w.savePreset, shown: w.look})
	w.recipe.picker.rename, w.recipe.picker.remove = w.renamePreset, w.deletePreset
	w.preview = newPreviewPanel(w.kit, d, previewActions{frame: backend.PreviewFrame, scenes: backend.Scenes, clip: w.renderClip,
		sound: backend.OpenSound, save: w.savePicture, copy: w.copyPicture, failed: w.fail})
	w.queue = newQueuePanel(w.kit, queueActions{thumb: w.thumbs.Get, do: w.act, move: w.moveTo, selected: w.selectionChanged, after: w.setAfter})
	w.log = newLogPanel(w.kit, logActions{copied: func(s string) { app.Clipboard().SetContent(s) }, folder: w.showLogFolder, hide: w.toggleLog, name: w.jobName})
	w.monitor = newMonitorPanel()
	w.pump = &pump{backend: backend, enter: d.enter, show: w.Show, showLog: w.log.Show, showSample: w.showSample, fillSample: w.fillSamples}
	if o, ok := desk.(Observer); ok {
		w.pump.seen = o.Seen
	}
	w.menus = newMenus(w)

	w.jobs = container.NewHSplit(newSurface(theme.ColorNameBackground, 0, fyne.NewSquareSize(gap), w.queue.Root),
		newSurface(theme.ColorNameBackground, 0, fyne.NewSquareSize(gap), w.preview.Root))
	w.jobs.SetOffset(w.prefs.inner())
	w.jobs.Hide()
	w.split = container.NewHSplit(container.NewStack(w.guide.Root, w.jobs), w.recipe.Root)
	w.split.SetOffset(w.prefs.split())
	if !app.Preferences().Bool(prefLog) {
		w.log.Root.Hide()
	}
	top, bottom := container.NewVBox(w.header.Root, w.notices.Root), container.New(&drawerLayout{}, w.log.Root, w.monitor.Root)
	// The order here is that of the tab key.
	w.sides = &sides{outer: w.split, inner: w.jobs}
	middle := container.New(w.sides, w.split)
	w.body = container.New(layout.NewBorderLayout(top, bottom, nil, nil), top, middle, bottom)
	win.SetContent(container.NewStack(w.body, w.kit.tips.Root))
	win.SetPadded(false)
	win.SetMainMenu(w.menus.main)
	win.SetTitle("Tapelight")
	win.SetIcon(app.Icon())
	win.Resize(w.prefs.size())
	win.SetCloseIntercept(w.quit)
	win.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { w.dropped(uris) })
	win.Canvas().SetOnTypedKey(w.key)
	win.Canvas().AddShortcut(ctrl(fyne.KeyEnter), func(fyne.Shortcut) { w.menus.start.Action() })

	w.recipe.SetFolder(app.Preferences().String(prefOutDir))
	presets, err := backend.Presets() // a few small files, read before the window is there, so that its first picture is whole
	w.recipe.SetPresets(presets, err, w.prefs.recipe(presets))
	w.tray = newTray(w, app)
	w.applySettings()
	w.applyTuning()
	w.Show(core.Snapshot{})
	return w
}

// Show puts a snapshot on the screen.
func (w *Window) Show(s core.Snapshot) {
	w.snapshot = s
	w.header.Show(s, w.able)
	w.notices.Show(s)
	if some := len(s.Jobs) > 0; some != w.jobs.Visible() {
		w.jobs.Hidden, w.guide.Root.Hidden = !some, some
		w.split.Refresh()
	}
	w.queue.Show(s)
	w.tray.Show(s)
	w.tell(s)
	w.refreshMenus()
	title := "Tapelight"
	if c := tally(s.Jobs); c.running != nil {
		title = percent(c.running.Progress) + " – Tapelight"
	} else if c.all > 0 {
		headline, _ := c.words(s.Mode)
		title = headline + " – Tapelight"
	}
	if w.win.Title() != title {
		w.win.SetTitle(title)
	}
}

func (w *Window) refreshMenus() {
	if w.menus.Show(w.snapshot, w.queue.Selection(), w.able, w.log.Root.Visible(), w.mode) {
		w.menus.main.Refresh()
	}
}

func (w *Window) selectionChanged(jobs []core.Job) {
	w.recipe.ShowSelection(jobs)
	w.look()
	if w.menus != nil {
		w.log.Selected(jobs)
		w.refreshMenus()
	}
}

// idlePaints is how many samples go by, while nothing runs, until the strip is drawn again: each time the whole window is painted.
const idlePaints = 3

func (w *Window) showSample(s core.Sample) {
	w.samples++
	if tally(w.snapshot.Jobs).running == nil && w.samples%idlePaints != 1 {
		w.monitor.push(readingOf(s))
		return
	}
	w.monitor.Show(readingOf(s), w.snapshot)
}

func (w *Window) fillSamples(all []core.Sample) {
	w.samples = 0 // the next one is drawn
	r := make([]reading, len(all))
	for i, s := range all {
		r[i] = readingOf(s)
	}
	w.monitor.Fill(r)
}

// check asks whether this computer has what the work needs. It runs on a goroutine.
func (w *Window) check(ctx context.Context) {
	networks := w.backend.NetworkInfos()
	report := w.backend.Doctor(ctx)
	if ctx.Err() != nil {
		return
	}
	w.enter(func() {
		w.recipe.controls.OfferNetworks(networks)
		w.showReport(report)
	})
}

func (w *Window) showReport(report core.DoctorReport) {
	w.able, w.report = report.OK, report
	w.notices.Report(report)
	w.guide.Report(report)
	w.recipe.controls.OfferEncoders(report)
	w.Show(w.snapshot)
}

// rearray gives every panel its room after one has come or gone.
func (w *Window) rearray() {
	if w.body != nil {
		w.body.Refresh()
	}
}

func (w *Window) checkAgain() {
	w.notices.Checking()
	w.spawn(w.check)
}

// fail tells the person what didn't work.
func (w *Window) fail(what string, err error) {
	w.enter(func() { w.ask(dialog.NewError(fmt.Errorf("%s: %w", what, err), w.win)) })
}

func noPicker(err error) bool { return errors.Is(err, ErrNoPicker) }
