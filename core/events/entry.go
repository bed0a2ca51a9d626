// Package events keeps what the program says of its work: a log in a ring, and in a file that is bounded.
package events

import (
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"
)

// Level is how much an entry matters.
type Level uint8

// The levels, in rising order.
const (
	Debug Level = iota
	Info
	Warn
	Error
)

func (l Level) String() string {
	switch l {
	case Debug:
		return "debug"
	case Info:
		return "info"
	case Warn:
		return "warning"
	case Error:
		return "error"
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// Slog is the same level in log/slog's scale.
func (l Level) Slog() slog.Level { return slog.Level(int(l)*4 - 4) }

// Entry is one line of the log.
type Entry struct {
	Level Level
	Time  time.Time
	Job   string // the job it concerns; empty for the program itself
	Text  string // at most 4 KiB of valid UTF-8; control characters other than newline and tab are replaced
}

// String is the entry as a line of a log file, without its newline.
func (e Entry) String() string {
	job := ""
	if e.Job != "" {
		job = " [" + e.Job + "]"
	}
	return fmt.Sprintf("%s %-7s%s %s", e.Time.Format("2006-01-02 15:04:05.000"), e.Level, job, e.Text)
}

// maxText bounds an entry, so that a ring of entries is bounded in bytes too.
const maxText = 4 << 10

// clean makes text from outside (file names, messages of other programs) safe to keep and to show on a terminal.
func clean(s string) string {
	const cut = " ..."
	if len(s) > maxText {
		s = s[:maxText-len(cut)]
		s = strings.ToValidUTF8(s, "") + cut // the cut may have split a character
	}
	s = strings.ToValidUTF8(s, "?")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return '?'
		}
		return r
	}, s)
}
