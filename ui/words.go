package ui

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// stateWords says where a job stands, and in which colour. mode tells whether waiting jobs will start by themselves.
func stateWords(j core.Job, mode core.Mode) (string, fyne.ThemeColorName) {
	switch j.State {
	case core.Reading:
		return capital(orElse(j.Stage, tr("Looking at the tape"))) + ellipsis, colorMuted
	case core.Waiting:
		return waitingWords(j, mode)
	case core.Running:
		return capital(orElse(j.Stage, tr("Restoring"))), theme.ColorNamePrimary
	case core.Paused:
		if j.Resumes && j.Progress > 0 {
			return trf("Paused at %s, goes on where it was", percent(j.Progress)), theme.ColorNamePrimary
		}
		return tr("Paused"), theme.ColorNamePrimary
	case core.Done:
		parts := []string{tr("Done")}
		if j.Elapsed > 0 {
			parts[0] = trf("Done in %s", duration(j.Elapsed))
		}
		if j.Size > 0 {
			parts = append(parts, bytes(j.Size))
		}
		if j.Output != "" {
			parts = append(parts, trf("saved as %s", filepath.Base(j.Output)))
		}
		return strings.Join(parts, " · "), theme.ColorNameSuccess
	case core.Failed:
		return trf("Failed: %s", orElse(withoutPath(j.Error, j.Path), tr("no reason was given"))), theme.ColorNameError
	case core.Cancelled:
		return tr("Cancelled"), colorMuted
	}
	return string(j.State), colorMuted
}

func waitingWords(j core.Job, mode core.Mode) (string, fyne.ThemeColorName) {
	switch {
	case j.Stage != "": // another try after a fault that can pass
		if j.Error != "" {
			return capital(j.Stage) + " · " + withoutPath(j.Error, j.Path), theme.ColorNameWarning
		}
		return capital(j.Stage), theme.ColorNameWarning
	case j.Resumes && j.Progress > 0:
		return trf("Goes on where it was, at %s", percent(j.Progress)), colorMuted
	case len(j.Warnings) > 0:
		return trf("Ready, but look at this: %s", j.Warnings[0]), theme.ColorNameWarning
	case mode == core.Started:
		return tr("Waiting for its turn"), colorMuted
	case mode == core.Held:
		return tr("Waits until the queue goes on"), colorMuted
	}
	return tr("Ready to start"), colorMuted
}

// progressWords is how far a running job is: "43 % · 24.1 fps · about 5 min left"; parts that aren't known are left out. Where there is
// little room the speed is, too.
func progressWords(j core.Job, roomy bool) string {
	if j.State != core.Running {
		return ""
	}
	parts := []string{percent(j.Progress)}
	if j.FPS > 0 && roomy {
		parts = append(parts, trf("%s fps", rate(j.FPS)))
	}
	if j.ETA > 0 {
		parts = append(parts, trf("about %s left", duration(j.ETA)))
	}
	return strings.Join(parts, " · ")
}

// factWords says what will be done with which tape: "VHS · NTSC, interlaced, 58:12, stereo". Where there is little room the picture's size
// is left out.
func factWords(j core.Job, roomy bool) string {
	facts := j.Facts
	if !roomy {
		facts = pictureSize.ReplaceAllString(facts, "")
	}
	var parts []string
	for _, s := range []string{j.Recipe.Title, facts} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

var pictureSize = regexp.MustCompile(`\b\d+x\d+, `)

// capital begins a sentence.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func percent(v float64) string {
	if math.IsNaN(v) {
		v = 0
	}
	// Rounded down: 100 % is said when it is so.
	return fmt.Sprintf("%d %%", int(min(max(v, 0), 1)*100))
}

func rate(fps float64) string {
	if fps >= 9.95 {
		return fmt.Sprintf("%.0f", fps)
	}
	return fmt.Sprintf("%.1f", fps)
}

// duration rounds to what a person waits by: "40 s", "5 min", "2 h 10 min".
func duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(int(d.Seconds()+0.5), 1))
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()+0.5))
	case d < 48*time.Hour:
		m := int(d.Minutes() + 0.5)
		if m%60 == 0 {
			return fmt.Sprintf("%d h", m/60)
		}
		return fmt.Sprintf("%d h %d min", m/60, m%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24+0.5))
}

// bytes writes a size in the units that file managers use.
func bytes(n int64) string {
	f, units := float64(n), []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	i := 0
	for f >= 999.5 && i < len(units)-1 {
		f /= 1000
		i++
	}
	if i == 0 || f >= 99.5 {
		return fmt.Sprintf("%.0f %s", f, units[i])
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}

// shortPath keeps the end of a long path, which tells more than its beginning.
func shortPath(path string, runes int) string {
	r := []rune(oneLine(path))
	if len(r) <= runes {
		return string(r)
	}
	return ellipsis + string(r[len(r)-runes+1:])
}
