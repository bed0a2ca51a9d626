package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"github.com/tapelight/tapelight/core"
)

func TestRowActions(t *testing.T) {
	b := opened(t)
	done := job("d", core.Done)
	done.Output = "/out/d.mkv"
	b.showJobs(true, job("r", core.Running), job("w", core.Waiting), job("f", core.Failed), job("c", core.Cancelled), done)
	test.Tap(b.row("w").action)
	test.Tap(b.row("f").action)
	test.Tap(b.row("c").action)
	b.want("remove w", "retry f", "retry c")
	test.Tap(b.row("d").action)
	if fmt.Sprint(b.desk.shown) != "[/out/d.mkv]" {
		t.Errorf("shown in its folder: %v", b.desk.shown)
	}
	test.Tap(b.row("r").action)
	b.want("pause r")
	b.act(actCancel, []string{"r"})
	b.want() // a question first
	b.tap("Keep it")
	b.want()
	b.act(actCancel, []string{"r"})
	b.tap("Throw it away")
	b.want("cancel r")
}

func TestStatesInWords(t *testing.T) {
	run := job("r", core.Running)
	run.Stage, run.Progress, run.FPS, run.ETA = "Restoring", 0.999, 24.13, 5*time.Minute+10*time.Second
	warned := job("w", core.Waiting)
	warned.Warnings = []string{"the field order in the file is wrong"}
	done := job("d", core.Done)
	done.Elapsed, done.Size, done.Output = 47*time.Minute, 2_345_000_000, "/out/d (restored).mkv"
	failed := job("f", core.Failed)
	failed.Error = "the disk is full"
	paused, kept, again := job("p", core.Paused), job("k", core.Waiting), job("t", core.Waiting)
	paused.Resumes, paused.Progress, kept.Resumes, kept.Progress = true, 0.43, true, 0.43
	again.Stage, again.Error, again.Tries = "2nd try in 30 s", "the disk was gone", 1
	for _, c := range []struct {
		j        core.Job
		mode     core.Mode
		words    string
		progress string
	}{
		{job("a", core.Reading), core.Stopped, "Looking at the tape…", ""},
		{job("a", core.Waiting), core.Stopped, "Ready to start", ""},
		{job("a", core.Waiting), core.Started, "Waiting for its turn", ""},
		{warned, core.Stopped, "Ready, but look at this: the field order in the file is wrong", ""},
		{run, core.Started, "Restoring", "99 % · 24 fps · about 5 min left"},
		{job("a", core.Running), core.Started, "Restoring", "0 %"},
		{done, core.Stopped, "Done in 47 min · 2.3 GB · saved as d (restored).mkv", ""},
		{failed, core.Stopped, "Failed: the disk is full", ""},
		{job("a", core.Cancelled), core.Stopped, "Cancelled", ""},
		{paused, core.Started, "Paused at 43 %, goes on where it was", ""},
		{job("a", core.Paused), core.Started, "Paused", ""},
		{again, core.Started, "2nd try in 30 s · the disk was gone", ""},
		{kept, core.Held, "Goes on where it was, at 43 %", ""},
		{job("a", core.Waiting), core.Held, "Waits until the queue goes on", ""},
	} {
		if got, _ := stateWords(c.j, c.mode); got != c.words {
			t.Errorf("%s: %q, want %q", c.j.State, got, c.words)
		}
		if got := progressWords(c.j, true); got != c.progress {
			t.Errorf("%s: progress %q, want %q", c.j.State, got, c.progress)
		}
	}
	for d, want := range map[time.Duration]string{0: "1 s", 59 * time.Second: "59 s", 89 * time.Minute: "89 min", 2 * time.Hour: "2 h",
		130 * time.Minute: "2 h 10 min", 80 * time.Hour: "3 days"} {
		if got := duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_600: "1.0 MB", 21_474_836_480: "21.5 GB", 123e9: "123 GB"} {
		if got := bytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// No text in the window is wider than its place or lies outside the window, whatever people call their files.
func TestNothingIsCut(t *testing.T) {
	long := strings.Repeat("Weihnachten bei Oma ", 30) + ".mpg"
	var jobs []core.Job
	for i, s := range []core.State{core.Running, core.Waiting, core.Reading, core.Done, core.Failed, core.Cancelled} {
		j := job(fmt.Sprint(i), s)
		j.Name, j.Output, j.Error, j.Facts = long, "/out/"+long, long, long
		j.FPS, j.ETA, j.Progress = 123456, 99*time.Hour, 0.5
		j.Warnings = []string{long + "\nand\tmore"}
		jobs = append(jobs, j)
	}
	jobs[1].Name = strings.Repeat("x", 10000)
	jobs[2].Name = "two\nlines.avi"
	for _, size := range []fyne.Size{{Width: 1280, Height: 720}, {Width: 960, Height: 640}, {Width: 3840, Height: 2160}} {
		b := opened(t, func(f *fake) { f.presets[0].Title, f.presets[0].Description = long, long })
		b.win.Resize(size)
		b.notices.Report(core.DoctorReport{Checks: []core.Check{{Name: "ffmpeg", Required: true, Detail: long, Hint: long}}})
		b.log.Root.Show()
		b.log.Show([]core.LogEntry{{Level: 3, Text: long}})
		b.recipe.SetFolder("/" + long)
		b.monitor.Show(reading{noGPU: long, volumes: []volumeReading{{path: long, free: 1 << 60}}},
			core.Snapshot{Jobs: jobs, Stages: []core.Stage{{Name: long, FPS: 1e9, Slowest: true}, {Name: long}}})
		b.showJobs(true, jobs...)
		b.queue.chosen.all(jobs)
		b.queue.selectionChanged()
		if got := b.win.Canvas().Size(); got != size {
			t.Errorf("the window needs %v, more than %v", got, size)
		}
		for _, o := range b.objects() {
			c, ok := o.(*canvas.Text)
			if !ok || c.Text == "" {
				continue
			}
			if over := c.MinSize().Width - c.Size().Width; over > 0.5 {
				t.Errorf("at %v %q is %.1f wider than its place", size, c.Text, over)
			}
			if strings.ContainsAny(c.Text, "\n\t") {
				t.Errorf("%q has control characters", c.Text)
			}
		}
	}
}

func TestTenThousandJobsMakeOnlyVisibleRows(t *testing.T) {
	b := opened(t)
	jobs := make([]core.Job, 10000)
	for i := range jobs {
		jobs[i] = job(fmt.Sprint(i), core.Waiting)
	}
	made := 0
	create := b.queue.list.CreateItem
	b.queue.list.CreateItem = func() fyne.CanvasObject { made++; return create() }
	b.showJobs(false, jobs...)
	b.queue.moveCursor(9999)
	b.queue.moveCursor(9999)
	if made > 40 || len(b.queue.rows) > 15 {
		t.Errorf("%d rows were made, %d are kept", made, len(b.queue.rows))
	}
	b.wantText("9999.avi")
	made = 0
	for range 100 {
		jobs = append([]core.Job(nil), jobs...)
		jobs[9999].State = core.Running
		jobs[9999].Progress += 0.01
		b.showJobs(true, jobs...)
	}
	if made != 0 {
		t.Errorf("showing progress made %d rows", made)
	}
	b.wantText("100 %")
}

func TestSelectionStaysWithItsJobs(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting), job("b", core.Waiting), job("c", core.Waiting))
	test.Tap(b.row("c"))
	b.showJobs(false, job("b", core.Waiting), job("c", core.Waiting))
	if s := b.queue.Selection(); len(s) != 1 || s[0].ID != "c" {
		t.Errorf("selected is %v", s)
	}
	if !b.row("c").shown.selected || b.row("b").shown.selected {
		t.Error("another row than c's is marked")
	}
	b.showJobs(false, job("b", core.Waiting))
	if s := b.queue.Selection(); len(s) != 0 {
		t.Errorf("selected is %v", s)
	}
}

func TestQueueByKeyboard(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting), job("b", core.Failed), job("c", core.Waiting))
	b.win.Canvas().Focus(b.queue.list)
	press := func(names ...fyne.KeyName) {
		for _, n := range names {
			b.queue.list.TypedKey(&fyne.KeyEvent{Name: n})
		}
	}
	press(fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	b.want("retry b")
	press(fyne.KeyEnd, fyne.KeyDelete)
	b.want("remove c")
	press(fyne.KeyHome, fyne.KeyUp, fyne.KeyDelete)
	b.want("remove a")
	b.queue.list.TypedShortcut(&fyne.ShortcutSelectAll{})
	press(fyne.KeyDelete)
	b.want("remove a", "remove b", "remove c")
	press(fyne.KeyEscape)
	if len(b.queue.Selection()) != 0 {
		t.Error("Escape leaves a selection")
	}
}

func TestAReasonHasRoomAndNoPath(t *testing.T) {
	b := opened(t)
	f := job("f", core.Failed)
	f.Error = f.Path + ": the disk was full after 12 minutes; make room, or choose another folder, and try again when that is done"
	b.showJobs(false, f)
	r := b.row("f")
	if r.facts.Visible() || r.state.Size().Height < 2*r.facts.MinSize().Height || strings.Contains(r.state.words, "/tapes") {
		t.Errorf("%q in %v", r.state.words, r.state.Size())
	}
	r.MouseIn(nil)
	b.pass()
	if got := b.kit.tips.words.words; !strings.HasSuffix(got, "when that is done") || !b.kit.tips.bubble.Visible() {
		t.Errorf("the hint says %q", got)
	}
	b.showJobs(false, job("f", core.Waiting))
	if !r.facts.Visible() {
		t.Error("what the tape is stays away after another try")
	}
}

func TestRangesAndToggles(t *testing.T) {
	jobs := []core.Job{job("a", core.Waiting), job("b", core.Waiting), job("c", core.Waiting), job("d", core.Waiting)}
	at := map[string]int{"a": 0, "b": 1, "c": 2, "d": 3}
	s := selection{ids: map[string]bool{}}
	s.extend(jobs, at, 2)
	s.extend(jobs, at, 0)
	s.toggle("d")
	s.toggle("b")
	if got := fmt.Sprint(s.places(at)); got != "[0 2 3]" {
		t.Errorf("chosen are %s", got)
	}
}

func TestContextMenuOffersWhatMakesSense(t *testing.T) {
	b := opened(t)
	failed := job("f", core.Failed)
	failed.ErrorLog = "/out/f.log"
	b.showJobs(false, failed, job("w", core.Waiting))
	on := func() (s []string) {
		for _, i := range b.queue.Menu().Items {
			if !i.IsSeparator {
				s = append(s, i.Label)
			}
		}
		return
	}
	test.TapSecondary(b.row("f"))
	if got := fmt.Sprint(on()); got != "[Try again Show in folder Show log What its sound is like… Move to the top Move up Move down Move to the end Duplicate Remove from the list]" {
		t.Errorf("for a failed video: %s", got)
	}
	b.queue.chosen.only("w")
	if got := fmt.Sprint(on()); got != "[Pause Show in folder What its sound is like… Move to the top Move up Move down Move to the end Duplicate Remove from the list]" {
		t.Errorf("for a waiting video: %s", got)
	}
	b.act(actLog, []string{"f"})
	if fmt.Sprint(b.desk.shown) != "[/out/f.log]" {
		t.Errorf("opened: %v", b.desk.shown)
	}
}

func TestThumbnailsReachTheirRows(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting))
	if !b.row("a").picture.Hidden {
		t.Error("a picture is there before it was fetched")
	}
	for b.thumbs.one(t.Context()) {
	}
	if r := b.row("a"); r.picture.Hidden || r.picture.Image == nil || !r.noPic.Hidden {
		t.Error("the picture isn't in its row")
	}
}
