package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/tapelight/tapelight/core"
)

// queueFooter sums the list up and says what follows when it is done.
type queueFooter struct {
	Root    fyne.CanvasObject
	words   *text
	after   *choice
	setting bool
	now     core.After
	on      func(core.After)
}

// afterActions are what can follow, in the order offered.
var afterActions = []core.AfterAction{core.AfterNothing, core.AfterQuit, core.AfterSleep, core.AfterShutdown}

func afterWords(a core.AfterAction) string {
	switch a {
	case core.AfterQuit:
		return tr("When done: quit")
	case core.AfterSleep:
		return tr("When done: sleep")
	case core.AfterShutdown:
		return tr("When done: shut down")
	case core.AfterCommand:
		return tr("When done: a command")
	}
	return tr("When done: nothing")
}

func newQueueFooter(k *kit, on func(core.After)) *queueFooter {
	f := &queueFooter{words: mutedText(""), on: on}
	f.words.min = 100
	f.after = newChoice(nil, k, func(s string) {
		for _, a := range afterActions {
			if !f.setting && afterWords(a) == s && a != f.now.Action {
				f.on(core.After{Action: a})
			}
		}
	})
	f.after.tip = tr("What the computer does when all videos are done. There is a minute to object.")
	f.Root = container.NewBorder(nil, nil, nil, container.NewGridWrap(fyne.NewSize(190, f.after.MinSize().Height), f.after), f.words)
	f.Show(core.Snapshot{})
	return f
}

// Show puts a snapshot on the screen.
func (f *queueFooter) Show(s core.Snapshot) {
	f.words.SetText(sumWords(s.Jobs))
	var options []string
	for _, a := range afterActions {
		options = append(options, afterWords(a))
	}
	if s.After.Action == core.AfterCommand { // set elsewhere
		options = append(options, afterWords(core.AfterCommand))
	}
	if f.now == s.After && len(f.after.Options) == len(options) {
		return
	}
	f.now, f.setting = s.After, true
	f.after.SetOptions(options)
	f.after.SetSelected(afterWords(s.After.Action))
	f.setting = false
}

// sumWords is "12 videos · 9 h 40 min of tape".
func sumWords(jobs []core.Job) string {
	if len(jobs) == 0 {
		return ""
	}
	var length time.Duration
	for i := range jobs {
		length += jobs[i].Duration
	}
	parts := []string{count(len(jobs), "%d video", "%d videos")}
	if length > 0 {
		parts = append(parts, trf("%s of tape", duration(length)))
	}
	return strings.Join(parts, " · ")
}
