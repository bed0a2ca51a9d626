package ui

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"github.com/tapelight/tapelight/core"
)

func TestHeldForRoomSaysWhy(t *testing.T) {
	b := opened(t)
	b.Show(core.Snapshot{Mode: core.Held, Reason: "The disk of /out is nearly full.", Jobs: []core.Job{job("a", core.Waiting)}})
	b.wantText("The queue waits", "The disk of /out is nearly full.", "Waits until the queue goes on")
	b.tap("Go on now")
	b.want("start")
	b.showJobs(true, job("a", core.Waiting))
	if b.says("The queue waits") {
		t.Error("the banner stays when the queue goes on")
	}
}

func TestWhatFollowsCanBeCalledOff(t *testing.T) {
	b := opened(t)
	b.showJobs(true, job("a", core.Running))
	b.queue.footer.after.SetSelected("When done: sleep")
	b.want("after sleep")
	b.Show(core.Snapshot{Mode: core.Started, Jobs: []core.Job{job("a", core.Done)}, After: core.After{Action: core.AfterSleep},
		Countdown: &core.Countdown{Action: core.AfterSleep, Left: 43 * time.Second}})
	b.wantText("The queue is done. The computer goes to sleep in 43 s.")
	if b.queue.footer.after.Selected != "When done: sleep" || !b.menus.after[core.AfterSleep].Checked {
		t.Error("what follows isn't shown where it is chosen")
	}
	b.want() // showing it sets nothing
	b.tap("Not this time")
	b.want("cancel after")
	b.showJobs(true, job("a", core.Done))
	if b.says("Not this time") {
		t.Error("the banner stays when it was called off")
	}
}

func TestWhatWasInTheListAlreadyIsSaid(t *testing.T) {
	b := opened(t)
	for _, c := range []struct {
		added core.Added
		says  string
	}{
		{core.Added{Known: []string{"a", "b"}}, "2 videos were in the list already"},
		{core.Added{IDs: []string{"x"}, Known: []string{"a"}}, "1 video added; 1 was in the list already"},
		{core.Added{}, "No videos were found there"},
	} {
		b.backend.added = c.added
		b.Add([]string{"/tapes"})
		b.wantText(c.says)
		b.pass()
		if b.says(c.says) {
			t.Errorf("%q stays forever", c.says)
		}
	}
	b.backend.added = core.Added{IDs: []string{"x", "y"}}
	b.Add([]string{"/tapes"})
	if b.notices.news.Root.Visible() {
		t.Error("what one sees is said, too")
	}
}

func TestPastedPaths(t *testing.T) {
	b := opened(t)
	b.app.Clipboard().SetContent("/tapes/a b.avi\n  \"/tapes/c.avi\"\nfile:///tapes/%C3%BC.avi\nnonsense\nhttps://example.org/x.avi\n")
	b.paste()
	b.want(`add ["/tapes/a b.avi" "/tapes/c.avi" "/tapes/ü.avi"] as vhs into ""`)
}

func TestHintsAppearAndGo(t *testing.T) {
	b := opened(t)
	b.showJobs(true, job("a", core.Running), job("b", core.Waiting))
	b.header.pause.MouseIn(&desktop.MouseEvent{})
	if b.kit.tips.bubble.Visible() {
		t.Error("a hint appears at once")
	}
	b.pass()
	b.wantText("Lets go of the work. It goes on where it was.")
	b.header.pause.MouseOut()
	if b.kit.tips.bubble.Visible() {
		t.Error("the hint stays")
	}
	b.header.pause.MouseIn(&desktop.MouseEvent{})
	b.header.pause.MouseOut()
	b.pass()
	if b.kit.tips.bubble.Visible() {
		t.Error("a hint appears after the pointer has gone")
	}
	openRepairs(b).slides["Clicks"].MouseIn(nil)
	b.pass()
	if !b.kit.tips.bubble.Visible() {
		t.Fatal("a slider has no hint")
	}
	b.recipe.scroll.ScrollToBottom()
	if b.kit.tips.bubble.Visible() {
		t.Error("the hint stays when what it is about is scrolled away")
	}
}

func TestFaultsAreShown(t *testing.T) {
	b := opened(t)
	b.fail("It can't be done", errors.New("the disk is gone"))
	b.wantText("It can't be done: the disk is gone")
}

func TestGuideOfTheFirstTime(t *testing.T) {
	b := opened(t)
	b.wantText("Drop tapes", "Press Start", "Looking at what this computer brings along…")
	b.showReport(core.DoctorReport{OK: true, Checks: []core.Check{{Name: "ffmpeg", OK: true, Detail: "6.1 at /usr/bin/ffmpeg"},
		{Name: "encoder x265", OK: true}, {Name: "encoder hevc_nvenc"}, {Name: "GPU", Detail: "none"}}})
	b.wantText("ffmpeg 6.1 is there, with 1 encoder.", "No graphics card that helps was found: the processor does the work.")
	b.dropped([]fyne.URI{storage.NewFileURI("/tapes")})
	if !b.app.Preferences().Bool(prefGuided) {
		t.Error("it is not remembered that the guide has done its work")
	}
}

func TestDraggingReorders(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting), job("c", core.Waiting))
	top := fyne.CurrentApp().Driver().AbsolutePositionForObject(b.queue.list)
	at := func(y float32) *fyne.DragEvent {
		return &fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: top.AddXY(20, y)}}
	}
	r := b.row("a")
	r.Dragged(at(10))
	r.Dragged(at(2 * pitch()))
	if !b.queue.mark.Visible() || !b.row("a").shown.dragged {
		t.Error("nothing shows where it would go")
	}
	b.want()
	if b.queue.drag.to != 2 {
		t.Errorf("it would go before place %d, want 2", b.queue.drag.to)
	}
	r.DragEnd()
	b.want("move a")
	if b.queue.mark.Visible() {
		t.Error("the mark stays")
	}
	r.DragEnd()
	b.want()
}

func TestMovesKeepTheirOrder(t *testing.T) {
	list := []string{"a", "b", "c", "d", "e"}
	for _, c := range []struct {
		ids  []string
		to   int
		want []string
	}{
		{[]string{"a"}, 5, []string{"b", "c", "d", "e", "a"}},
		{[]string{"e"}, 0, []string{"e", "a", "b", "c", "d"}},
		{[]string{"a", "c"}, 4, []string{"b", "d", "a", "c", "e"}},
		{[]string{"b", "d"}, 0, []string{"b", "d", "a", "c", "e"}},
		{[]string{"a", "e"}, 3, []string{"b", "c", "a", "e", "d"}},
		{[]string{"c"}, 2, list},
		{[]string{"c"}, 3, list},
		{[]string{"b", "c"}, 2, list},
	} {
		got := append([]string(nil), list...)
		for _, s := range moves(list, c.ids, c.to) {
			from := find(got, s.id)
			got = append(got[:from:from], got[from+1:]...)
			got = append(got[:s.to:s.to], append([]string{s.id}, got[s.to:]...)...)
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%v before place %d: %v, want %v", c.ids, c.to, got, c.want)
		}
	}
}

func TestMovingABlockByKeys(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting), job("c", core.Waiting))
	test.Tap(b.row("b"))
	b.queue.chosen.toggle("c")
	b.actOnSelection(actUp)
	b.want("move b", "move c")
	b.actOnSelection(actTop)
	b.want("move c", "move b")
	b.actOnSelection(actDown)
	b.want() // it is at the end
	b.actOnSelection(actDuplicate)
	b.want("duplicate b vhs", "duplicate c vhs")
	b.pauseSelection()
	b.want("pause b", "pause c")
}
