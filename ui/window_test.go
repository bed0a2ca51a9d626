package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"github.com/tapelight/tapelight/core"
)

func TestEmptyQueueTeaches(t *testing.T) {
	b := opened(t)
	b.wantText("Drop your tapes here", "Your originals are never changed. Everything happens on this computer.")
	if b.header.start.Visible() || b.header.stop.Visible() {
		t.Error("with nothing in the queue there is something to start or stop")
	}
	b.showJobs(false, job("a", core.Waiting))
	if b.says("Drop your tapes here") {
		t.Error("the lesson stays when there is a video")
	}
	b.showJobs(false)
	b.wantText("Drop your tapes here")
}

func TestDropAddsWithTheChosenPresetAndFolder(t *testing.T) {
	b := opened(t)
	b.desk.folder = "/restored"
	b.recipe.folder.SetSelected(chooseFolder())
	test.Tap(b.recipe.picker.cards[1])
	b.dropped([]fyne.URI{storage.NewFileURI("/tapes/a b.avi"), storage.NewFileURI("/tapes"), storage.NewURI("https://example.org/a.avi")})
	b.want(`add ["/tapes/a b.avi" "/tapes"] as dvd into "/restored"`)
	b.dropped(nil)
	b.want()
	if got := b.app.Preferences().String(prefOutDir); got != "/restored" {
		t.Errorf("the output folder remembered is %q", got)
	}
}

func TestNativePickerAndItsFailures(t *testing.T) {
	b := opened(t)
	b.desk.videos = []string{"/tapes/a.avi", "/tapes/b.avi"}
	b.tap("Add videos…")
	b.want(`add ["/tapes/a.avi" "/tapes/b.avi"] as vhs into ""`)
	if got := b.app.Preferences().String(prefInDir); got != "/tapes" {
		t.Errorf("the folder remembered is %q", got)
	}
	b.desk.videos = nil
	b.pickVideos()
	b.want()
	b.desk.err = errors.New("it broke")
	b.pickVideos()
	b.wantText("The file chooser failed: it broke")
	b.desk.err = fmt.Errorf("%w: no portal", ErrNoPicker)
	b.pickVideos()
	if n := len(b.win.Canvas().Overlays().List()); n != 2 {
		t.Errorf("%d dialogs are open, want the error and Fyne's chooser", n)
	}
	b.tap("Cancel")
	b.tap("OK")
	if b.modal() {
		t.Error("closed dialogs still hold the window")
	}
	b.pickOutputFolder()
	b.key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.modal() {
		t.Error("Escape doesn't close Fyne's chooser")
	}
}

func TestStartAndStop(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting))
	b.wantText("2 videos ready")
	b.tap("Start")
	b.key(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.want("start", "start")
	running := job("a", core.Running)
	running.Progress = 0.435
	b.showJobs(true, running, job("b", core.Waiting))
	b.wantText("Restoring 1 of 2")
	if got := b.win.Title(); got != "43 % – Tapelight" {
		t.Errorf("the title is %q", got)
	}
	test.Tap(b.header.pause)
	b.key(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.tap("Stop after this video")
	b.want("hold", "hold", "stop")
	b.showJobs(false, running, job("b", core.Waiting))
	b.wantText("Restoring 1 of 2, then it stops")
	b.tap("Go on")
	b.want("start")
	running.State, running.Resumes = core.Waiting, true
	b.Show(core.Snapshot{Mode: core.Held, Jobs: []core.Job{running}})
	b.wantText("Paused", "Goes on where it was, at 43 %")
}

func TestWithoutFFmpeg(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting))
	b.backend.report = core.DoctorReport{Checks: []core.Check{
		{Name: "ffmpeg", Required: true, Detail: "ffmpeg was not found.", Hint: "Install it with: sudo apt install ffmpeg"},
		{Name: "GPU", Detail: "none"}}}
	b.checkAgain()
	b.wantText("Tapelight needs ffmpeg, and can't find it", "ffmpeg was not found. Install it with: sudo apt install ffmpeg")
	if len(b.notices.machine.lines.Objects) != 1 {
		t.Error("what isn't required is complained about")
	}
	b.tap("Start")
	b.start()
	b.want()
	b.backend.report = core.DoctorReport{OK: true}
	b.tap("Check again")
	if b.notices.machine.Root.Visible() {
		t.Error("the banner stays when all is well")
	}
	b.tap("Start")
	b.want("start")
}

func TestAllChecksAreShown(t *testing.T) {
	b := opened(t)
	b.backend.report = core.DoctorReport{OK: true, Checks: []core.Check{
		{Name: "ffmpeg", OK: true, Required: true, Detail: "5.1"}, {Name: "encoder hevc_nvenc", Detail: "not on this computer", Hint: "It needs a card."}}}
	b.showDoctor()
	b.wantText("This computer", "ffmpeg", "5.1", "Encoder hevc_nvenc", "not on this computer. It needs a card.")
	if b.notices.machine.Root.Visible() {
		t.Error("a banner complains about what isn't required")
	}
}

func TestQuittingAsksWhileAVideoIsRestored(t *testing.T) {
	b := opened(t)
	closed := false
	b.app = quitting{b.app, &closed}
	b.showJobs(true, job("a", core.Running))
	b.quit()
	if closed {
		t.Fatal("it quits without a question")
	}
	b.tap("Stay")
	if closed {
		t.Fatal("it quits although told to go on")
	}
	b.quit()
	b.tap("Quit, and go on later")
	if !closed {
		t.Error("it does not quit")
	}
	if got := b.prefs.size(); got.Width != 1280 {
		t.Errorf("the width remembered is %v", got.Width)
	}
}

type quitting struct {
	fyne.App
	quit *bool
}

func (q quitting) Quit() { *q.quit = true }

func TestShortcutsAreInTheMenu(t *testing.T) {
	b := opened(t)
	got := map[string]string{}
	for _, m := range b.win.MainMenu().Items {
		for _, i := range m.Items {
			if s, ok := i.Shortcut.(*desktop.CustomShortcut); ok && s.Modifier&fyne.KeyModifierShift == 0 {
				got[string(s.KeyName)] = i.Label
			}
		}
	}
	for key, label := range map[string]string{"O": "Add videos…", "Return": "Start", "L": "Log", "F1": "About Tapelight", "Delete": "Remove from the list", "Q": "Quit"} {
		if got[key] != label {
			t.Errorf("%s does %q, want %q", key, got[key], label)
		}
	}
	b.key(&fyne.KeyEvent{Name: fyne.KeyF1})
	b.wantText("About")
	b.showJobs(false, job("a", core.Waiting))
	b.menus.start.Action()
	b.key(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.want() // not beneath a dialog
	b.key(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if b.says("About") {
		t.Error("Escape leaves the dialog open")
	}
	b.menus.start.Action()
	b.want("start")
}

func TestFocusOrder(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting))
	name := func() string {
		switch f := b.win.Canvas().Focused().(type) {
		case *button:
			return f.Text
		case *jobList:
			return "queue"
		case *presetPicker:
			return "presets"
		case *choice:
			return f.Selected
		case *comparer:
			return "pictures"
		case *timeline:
			return "timeline"
		default:
			return fmt.Sprintf("%T", f)
		}
	}
	var got []string
	for range 13 {
		b.win.Canvas().FocusNext()
		got = append(got, name())
	}
	if want := "Add videos…, Start, queue, When done: nothing, pictures, timeline, presets, Picture, Size, Sound, File, Save as a preset…, Beside the original"; strings.Join(got, ", ") != want {
		t.Errorf("the focus goes %s; want %s", strings.Join(got, ", "), want)
	}
}

func TestKeysReachTheWindowFromAnyFocus(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting))
	b.queue.chosen.only("a")
	for range 5 {
		b.win.Canvas().FocusNext()
		b.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
		b.want("remove a")
	}
}

func TestLogDrawer(t *testing.T) {
	b := opened(t)
	b.log.Show([]core.LogEntry{{Level: 1, Text: "one"}, {Level: 3, Text: "two"}, {Level: 0, Text: "three"}})
	if b.says("00:00:00  one") {
		t.Error("the drawer is open from the start")
	}
	b.toggleLog()
	b.wantText("00:00:00  one", "00:00:00  two", "2 lines")
	b.log.filter.SetSelected("Errors only")
	if b.says("00:00:00  one") || !b.says("00:00:00  two") {
		t.Error("the filter doesn't keep to errors")
	}
	test.Tap(b.buttonWithTip("Copy what is shown"))
	if got := b.app.Clipboard().Content(); !strings.HasSuffix(got, "error two\n") || strings.Contains(got, "one") {
		t.Errorf("copied %q", got)
	}
	b.log.filter.SetSelected("Everything")
	b.log.search.SetText("THR")
	if b.says("00:00:00  two") || !b.says("00:00:00  three") {
		t.Error("searching doesn't find")
	}
	b.log.search.SetText("")
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting))
	b.log.Show([]core.LogEntry{{Level: 1, Text: "of a", Job: "a"}, {Level: 1, Text: "of b", Job: "b"}})
	b.log.about.SetSelected("Selected videos")
	b.wantText("0 lines")
	test.Tap(b.row("b"))
	if b.says("00:00:00  of a") || !b.says("00:00:00  of b") {
		t.Error("it doesn't keep to the selected video")
	}
	test.Tap(b.buttonWithTip("Copy what is shown"))
	if got := b.app.Clipboard().Content(); !strings.Contains(got, "[b.avi] of b") {
		t.Errorf("copied %q", got)
	}
	b.SetLogFile("/data/tapelight.log")
	test.Tap(b.buttonWithTip("Open the folder of the log files"))
	if len(b.desk.shown) != 1 {
		t.Error("the folder isn't shown")
	}
	test.Tap(b.buttonWithTip("Close the log"))
	if b.log.Root.Visible() {
		t.Error("the drawer stays open")
	}
}
