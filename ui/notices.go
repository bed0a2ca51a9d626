package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/tapelight/tapelight/core"
)

// noticesPanel is everything that is said below the header: what this computer lacks, why the queue is held, what is about to follow,
// the last crash, and short words on what was just done.
type noticesPanel struct {
	Root     *fyne.Container
	kit      *kit
	machine  *banner
	held     *banner
	ending   *banner
	crash    *banner
	news     *banner
	stopNews func()
	on       noticeActions
}

type noticeActions struct {
	again   func() // the computer is to be checked again
	start   func()
	notNow  func() // what was to follow is called off
	show    func(path string)
	rearray func()
}

// newsFor is how long short words stay.
const newsFor = 10 * time.Second

func newNoticesPanel(k *kit, on noticeActions) *noticesPanel {
	n := &noticesPanel{kit: k, on: on}
	n.machine, n.held, n.ending = newBanner(on.rearray), newBanner(on.rearray), newBanner(on.rearray)
	n.crash, n.news = newBanner(on.rearray), newBanner(on.rearray)
	n.Root = container.NewVBox(n.machine.Root, n.held.Root, n.ending.Root, n.crash.Root, n.news.Root)
	return n
}

// Show says what a snapshot has to say.
func (n *noticesPanel) Show(s core.Snapshot) {
	if s.Mode == core.Held && s.Reason != "" {
		n.held.Say(n.kit, true, tr("The queue waits"), []string{s.Reason}, offer{tr("Go on now"), n.on.start})
	} else {
		n.held.Hush()
	}
	if c := s.Countdown; c != nil {
		n.ending.Say(n.kit, true, countdownWords(c), nil, offer{tr("Not this time"), n.on.notNow})
	} else {
		n.ending.Hush()
	}
}

func countdownWords(c *core.Countdown) string {
	left := duration(c.Left)
	switch c.Action {
	case core.AfterSleep:
		return trf("The queue is done. The computer goes to sleep in %s.", left)
	case core.AfterShutdown:
		return trf("The queue is done. The computer shuts down in %s.", left)
	case core.AfterQuit:
		return trf("The queue is done. Tapelight quits in %s.", left)
	}
	return trf("The queue is done. Your command runs in %s.", left)
}

// Checking shows that a check of the computer is under way.
func (n *noticesPanel) Checking() {
	for _, o := range n.machine.buttons.Objects {
		b := o.(*button)
		b.SetText(tr("Checking") + ellipsis)
		b.Disable()
	}
}

// Report says what this computer lacks for the work, and what to do about it.
func (n *noticesPanel) Report(r core.DoctorReport) {
	for _, o := range n.machine.buttons.Objects {
		o.(*button).Enable()
	}
	if r.OK {
		n.machine.Hush()
		return
	}
	title := tr("Something that Tapelight needs is missing on this computer")
	var lines []string
	for _, c := range r.Checks {
		if c.OK || !c.Required {
			continue
		}
		words := c.Detail
		if c.Name == "ffmpeg" {
			title = tr("Tapelight needs ffmpeg, and can't find it")
		} else {
			words = c.Name + ": " + words
		}
		if c.Hint != "" {
			words = strings.TrimSuffix(words, ".") + ". " + c.Hint
		}
		lines = append(lines, words)
	}
	n.machine.Say(n.kit, true, title, lines, offer{tr("Check again"), n.on.again})
}

// Crashed tells of the end of the last run, whose log is at path.
func (n *noticesPanel) Crashed(path string) {
	n.crash.Say(n.kit, true, tr("Tapelight ended unexpectedly the last time"),
		[]string{tr("Your videos are safe: what was begun goes on where it was. The log helps to find the fault.")},
		offer{tr("Show log"), func() { n.on.show(path) }}, offer{tr("Close"), n.crash.Hush})
}

// Tell says short words for a while.
func (n *noticesPanel) Tell(words string, offers ...offer) {
	if n.stopNews != nil {
		n.stopNews()
	}
	n.news.Say(n.kit, false, words, nil, append(offers, offer{tr("Close"), n.news.Hush})...)
	n.stopNews = n.kit.after(newsFor, n.news.Hush)
}
