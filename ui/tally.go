package ui

import (
	"github.com/tapelight/tapelight/core"
)

// tallied counts jobs by state.
type tallied struct {
	all     int // without the cancelled ones
	of      map[core.State]int
	running *core.Job
	begun   bool // something waits that goes on where it was
}

func tally(jobs []core.Job) tallied {
	c := tallied{of: map[core.State]int{}}
	for i := range jobs {
		j := &jobs[i]
		c.of[j.State]++
		if j.State == core.Cancelled {
			continue
		}
		c.all++
		if j.State == core.Running && c.running == nil {
			c.running = j
		}
		c.begun = c.begun || j.State == core.Waiting && j.Resumes
	}
	return c
}

// startable tells whether there is anything that Start would do.
func (c tallied) startable(m core.Mode) bool {
	return m != core.Started && c.of[core.Waiting]+c.of[core.Reading]+c.of[core.Running] > 0
}

// pausable tells whether there is anything to let go of.
func (c tallied) pausable(m core.Mode) bool {
	return c.running != nil || m == core.Started && c.of[core.Waiting]+c.of[core.Reading] > 0
}

// words say where everything stands.
func (c tallied) words(m core.Mode) (headline, detail string) {
	waiting, reading, done, failed, paused := c.of[core.Waiting], c.of[core.Reading], c.of[core.Done], c.of[core.Failed], c.of[core.Paused]
	switch {
	case c.running != nil:
		headline = trf("Restoring %d of %d", done+failed+1, c.all)
		if m != core.Started && waiting > 0 {
			headline = trf("Restoring %d of %d, then it stops", done+failed+1, c.all)
		}
		return headline, c.running.Name + " · " + progressWords(*c.running, true)
	case c.all == 0 && c.of[core.Cancelled] == 0:
		return "Tapelight", tr("Old tapes, clean and large")
	case reading > 0 && waiting == 0:
		return count(reading, "Looking at %d video", "Looking at %d videos"), tr("This takes a moment and tells what each tape needs.")
	case waiting > 0 && m == core.Started:
		return count(waiting, "%d video to go", "%d videos to go"), tr("The next one starts in a moment.")
	case waiting > 0 && (m == core.Held || c.begun):
		return tr("Paused"), tr("Press Go on, and the work goes on where it was.")
	case waiting > 0:
		return count(waiting, "%d video ready", "%d videos ready"), tr("Choose on the right what kind of tape it is, then press Start.")
	case paused > 0:
		return count(paused, "%d video paused", "%d videos paused"), tr("Each has a button to go on.")
	case failed > 0 && done > 0:
		return trf("%d done, %d failed", done, failed), tr("The reason stands beside the video.")
	case failed > 0:
		return count(failed, "%d video failed", "%d videos failed"), tr("The reason stands beside the video.")
	case done > 0:
		return tr("All done"), count(done, "%d video is restored.", "%d videos are restored.")
	}
	return tr("Nothing to do"), tr("Add videos, or try the cancelled ones again.")
}
