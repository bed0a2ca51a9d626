package ui

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/tapelight/tapelight/core"
)

func TestNotifications(t *testing.T) {
	b := opened(t)
	done := func(id string) core.Job {
		j := job(id, core.Done)
		j.Output = "/out/" + id + ".mkv"
		return j
	}
	note := func(title, words string) *fyne.Notification { return fyne.NewNotification(title, words) }
	b.showJobs(true, job("a", core.Running), job("b", core.Waiting))
	test.AssertNotificationSent(t, note("a.avi", "Done · saved as a.mkv"), func() { b.showJobs(true, done("a"), job("b", core.Waiting)) })
	b.showJobs(true, done("a"), job("b", core.Running))
	test.AssertNotificationSent(t, note("All done", "1 video is restored. 1 video failed."), func() { b.showJobs(true, done("a"), job("b", core.Failed)) })
	b.inFront = true
	b.showJobs(true, job("c", core.Running))
	test.AssertNotificationSent(t, nil, func() { b.showJobs(true, done("c")) })
	b.inFront = false
	b.prefs.p.SetString(prefTell, string(tellNever))
	b.showJobs(true, job("d", core.Running))
	test.AssertNotificationSent(t, nil, func() { b.showJobs(true, done("d")) })
	b.prefs.p.SetString(prefTell, string(tellAll))
	b.showJobs(true, job("e", core.Running), job("f", core.Waiting))
	test.AssertNotificationSent(t, nil, func() { b.showJobs(true, done("e"), job("f", core.Waiting)) })
}

func TestTrayFollows(t *testing.T) {
	b := opened(t)
	if !b.tray.pause.Disabled {
		t.Error("there is something to start where there is nothing")
	}
	b.showJobs(true, job("a", core.Running))
	if b.tray.pause.Label != "Pause the queue" || b.tray.state.Label != "Restoring 1 of 1" {
		t.Errorf("the tray says %q and offers %q", b.tray.state.Label, b.tray.pause.Label)
	}
	b.tray.pause.Action()
	b.want("hold")
	b.showJobs(false, job("a", core.Waiting))
	b.tray.pause.Action()
	b.want("start")
}

func TestSettingsHoldAtOnceAndAtTheNextStart(t *testing.T) {
	b := opened(t)
	b.settingsDialog()
	pick := func(from, to string) {
		t.Helper()
		for _, o := range b.objects() {
			if c, ok := o.(*choice); ok && c.Selected == from && slices.Contains(c.Options, to) {
				c.SetSelected(to)
				return
			}
		}
		t.Fatalf("nothing is set to %q", from)
	}
	pick("2 GB", "10 GB")
	b.want("awake true", "floor 10000000000")
	for _, o := range b.objects() {
		if c, ok := o.(*tick); ok && strings.HasPrefix(c.Text, "Keep the computer awake") {
			c.SetChecked(false)
		}
	}
	b.want("awake false", "floor 10000000000")
	pick("When a video is done", "Never")
	pick("Dark", "Light")
	b.desk.folder = "/scratch"
	b.tap("Choose…")
	if got := b.prefs; got.awake() || got.floor() != 10e9 || got.telling() != tellNever || got.mode() != Light {
		t.Error("the settings are not remembered")
	}
	if ffmpeg := FFmpegFolder(b.prefs.p); ffmpeg != "/scratch" {
		t.Errorf("ffmpeg is looked for in %q", ffmpeg)
	}
	b.tap("The usual one")
	if ffmpeg := FFmpegFolder(b.prefs.p); ffmpeg != "" {
		t.Errorf("ffmpeg is still looked for in %q", ffmpeg)
	}
}

func TestTheComputersUseIsSet(t *testing.T) {
	b := opened(t, func(f *fake) {
		f.sample.Memory.Total = 17e9
		f.devices = []core.Processor{{ID: "cuda:0", Name: "Card A", GPU: true}, {ID: "cuda:1", Name: "Card A", GPU: true}, {ID: "cuda:0,1", Name: "Card A + Card A", GPU: true},
			{ID: "cpu", Name: "Processor"}, {Name: "Old card", GPU: true, Why: "it is too old"}}
	})
	choices := func(label string) *choice {
		t.Helper()
		for _, o := range b.objects() {
			if c, ok := o.(*choice); ok && slices.Contains(c.Options, label) {
				return c
			}
		}
		t.Fatalf("%q is not to be chosen", label)
		return nil
	}
	b.settingsDialog()
	b.wantText("Old card: it is too old", "Changes hold from the next video on.")
	engine := choices("Processor only")
	if got := strings.Join(engine.Options, "|"); got != "Automatic|Card A|Card A (2)|Card A + Card A|Processor only" || engine.Selected != "Automatic" {
		t.Errorf("the choices are %s", got)
	}
	if got := choices("At most 8 GB").Options; slices.Contains(got, "At most 32 GB") {
		t.Errorf("more memory than there is: %v", got)
	}
	engine.SetSelected("Card A (2)")
	choices("64").SetSelected("16")
	choices("At most 4 GB").SetSelected("At most 4 GB")
	choices("At most 100 GB").SetSelected("At most 5 GB")
	want := core.Tuning{Engine: "cuda:1", Batch: 16, Memory: 4e9, Temp: 5e9}
	if got := Tuning(b.prefs.p); got != want {
		t.Errorf("remembered is %+v", got)
	}
	if said := b.backend.said(); len(said) != 4 || said[3] != fmt.Sprintf("tune %+v", want) {
		t.Errorf("the backend was asked for %q", said)
	}
	b.desk.folder = "/scratch"
	b.backend.untuned = errors.New("read-only")
	test.Tap(b.firstButton("Choose…"))
	b.wantText("The folder for temporary files can't be used: read-only")
	b.tap("OK")
	b.tap("Close")
	b.backend.devices = nil // the card is gone
	b.settingsDialog()
	if c := choices("cuda:1 (not found)"); c.Selected != "cuda:1 (not found)" {
		t.Errorf("the engine is %q", c.Selected)
	}
	choices("64") // what is set can be changed
}

func TestSettingsThatMakeNoSenseAreLeftOut(t *testing.T) {
	p := test.NewTempApp(t).Preferences()
	p.SetInt(prefBatch, -3)
	p.SetFloat(prefMemory, 12)
	p.SetString(prefEngine, "cpu")
	if got := Tuning(p); got != (core.Tuning{Engine: "cpu"}) {
		t.Errorf("got %+v", got)
	}
}

func TestCrashIsTold(t *testing.T) {
	b := opened(t)
	b.Crashed("/data/crash.old.log")
	b.wantText("Tapelight ended unexpectedly the last time")
	b.tap("Show log")
	if len(b.desk.shown) != 1 || b.desk.shown[0] != "/data/crash.old.log" {
		t.Errorf("shown: %v", b.desk.shown)
	}
	b.tap("Close")
	if b.says("Tapelight ended unexpectedly the last time") {
		t.Error("the banner stays")
	}
}

// Every module that is linked into the program, for either system, has its licence in the list.
func TestLicencesAreComplete(t *testing.T) {
	if testing.Short() {
		t.Skip("lists packages")
	}
	for _, goos := range []string{"linux", "windows"} {
		c := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "github.com/tapelight/tapelight/cmd/tapelight")
		c.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=1")
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%s: %v", goos, err)
		}
		modules := strings.Fields(string(out))
		slices.Sort(modules)
		for _, m := range slices.Compact(modules) {
			if m != "github.com/tapelight/tapelight" && licences[m] == "" {
				t.Errorf("%s: there is no licence for %s", goos, m)
			}
		}
	}
}

func TestAboutNamesVersions(t *testing.T) {
	b := opened(t)
	b.showReport(core.DoctorReport{OK: true, Checks: []core.Check{{Name: "ffmpeg", OK: true, Detail: "6.1 at /usr/bin/ffmpeg"}}})
	b.about()
	b.wantText("ffmpeg 6.1", "LGPL or GPL")
}

func TestTheSidesStayAsWideAsTheyAre(t *testing.T) {
	b := opened(t)
	b.showJobs(false, job("a", core.Waiting))
	b.sides.live = true
	queue, recipe := b.queue.Root.Size().Width, b.recipe.Root.Size().Width
	b.win.Resize(fyne.NewSize(2560, 1440))
	if q, r := b.queue.Root.Size().Width, b.recipe.Root.Size().Width; q-queue > 5 || queue-q > 5 || r-recipe > 5 || recipe-r > 5 {
		t.Errorf("in a window twice as wide the queue went from %v to %v, the recipe from %v to %v", queue, q, recipe, r)
	}
}
