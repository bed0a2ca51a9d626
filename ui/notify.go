package ui

import (
	"fyne.io/fyne/v2"

	"github.com/tapelight/tapelight/core"
)

// telling is when the system is to show a notification.
type telling string

const (
	tellEach  telling = "each" // video that is done or failed
	tellAll   telling = "all"  // is done
	tellNever telling = "never"
)

// watcher tells what has come to an end between two snapshots.
type watcher struct {
	ran  map[string]bool // jobs that ran when last looked at
	busy bool            // something has run since all was last done
	done int             // since then
	bad  int
}

// Ended returns the jobs that ran and have now ended, and whether that was all there was to do, in which case done and bad count what became
// of everything since the beginning.
func (w *watcher) Ended(s core.Snapshot) (ended []core.Job, all bool, done, bad int) {
	before, open := w.ran, 0
	w.ran = map[string]bool{}
	for i := range s.Jobs {
		j := &s.Jobs[i]
		if j.State == core.Running {
			w.ran[j.ID], w.busy = true, true
		}
		if !j.State.Finished() && j.State != core.Paused {
			open++
		}
		if before[j.ID] && (j.State == core.Done || j.State == core.Failed) {
			ended = append(ended, *j)
			if j.State == core.Done {
				w.done++
			} else {
				w.bad++
			}
		}
	}
	if !w.busy || open > 0 || w.done+w.bad == 0 {
		return ended, false, w.done, w.bad
	}
	done, bad = w.done, w.bad
	w.busy, w.done, w.bad = false, 0, 0
	return ended, true, done, bad
}

// tell shows a notification, where it is wanted and the window is not before the person's eyes.
func (w *Window) tell(s core.Snapshot) {
	ended, all, done, bad := w.watcher.Ended(s)
	how := w.prefs.telling()
	if w.inFront || how == tellNever {
		return
	}
	send := func(title, words string) { w.app.SendNotification(fyne.NewNotification(title, words)) }
	switch {
	case all && done+bad > 1:
		words := count(done, "%d video is restored.", "%d videos are restored.")
		if bad > 0 {
			words += " " + count(bad, "%d video failed", "%d videos failed") + "."
		}
		send(tr("All done"), words)
	case len(ended) > 0 && (how == tellEach || all):
		j := ended[len(ended)-1]
		words, _ := stateWords(j, s.Mode)
		send(j.Name, words)
	}
}
