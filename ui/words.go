package ui

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// stateWords says where a job stands, and in which colour. queueRuns tells whether waiting jobs will start by themselves.
func stateWords(j core.Job, queueRuns bool) (string, fyne.ThemeColorName) {
	switch j.State {
	case core.Reading:
		return capital(orElse(j.Stage, "Looking at the tape")) + ellipsis, colorMuted
	case core.Waiting:
		if len(j.Warnings) > 0 {
			return "Ready, but look at this: " + j.Warnings[0], theme.ColorNameWarning
		}
		if queueRuns {
			return "Waiting for its turn", colorMuted
		}
		return "Ready to start", colorMuted
	case core.Running:
		return capital(orElse(j.Stage, "Restoring")), theme.ColorNamePrimary
	case core.Done:
		s := "Done"
		if j.Elapsed > 0 {
			s += " in " + duration(j.Elapsed)
		}
		if j.Size > 0 {
			s += ", " + bytes(j.Size)
		}
		if j.Output != "" {
			s += " · saved as " + filepath.Base(j.Output)
		}
		return s, theme.ColorNameSuccess
	case core.Failed:
		return "Failed: " + orElse(j.Error, "no reason was given"), theme.ColorNameError
	case core.Cancelled:
		return "Cancelled", colorMuted
	}
	return string(j.State), colorMuted
}

// progressWords is how far a running job is: "43 % · 24.1 fps · about 5 min left"; parts that aren't known are left out.
func progressWords(j core.Job) string {
	if j.State != core.Running {
		return ""
	}
	parts := []string{percent(j.Progress)}
	if j.FPS > 0 {
		parts = append(parts, rate(j.FPS)+" fps")
	}
	if j.ETA > 0 {
		parts = append(parts, "about "+duration(j.ETA)+" left")
	}
	return strings.Join(parts, " · ")
}

// factWords says what will be done with which tape: "VHS · NTSC, interlaced, 58:12, stereo".
func factWords(j core.Job) string {
	var parts []string
	for _, s := range []string{j.Recipe.Title, j.Facts} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

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

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// shortPath keeps the end of a long path, which tells more than its beginning.
func shortPath(path string, runes int) string {
	r := []rune(oneLine(path))
	if len(r) <= runes {
		return string(r)
	}
	return ellipsis + string(r[len(r)-runes+1:])
}
