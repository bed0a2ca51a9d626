package process

import (
	"fmt"
	"strings"
	"unicode"
)

// ExitError is a child that ended badly by itself.
type ExitError struct {
	Label  string
	Code   int    // -1 when killed by a signal
	Signal string // what killed it: "segmentation fault"; empty otherwise
	Tail   string // the last part of its error output
}

func (e *ExitError) Error() string {
	why := lastLine(e.Tail)
	if why == "" {
		why = "it gave no reason"
	}
	switch {
	case e.Signal != "":
		return fmt.Sprintf("%s was killed (%s): %s", e.Label, e.Signal, why)
	case e.Code < 0:
		return fmt.Sprintf("%s was killed: %s", e.Label, why)
	}
	return fmt.Sprintf("%s failed (exit %d): %s", e.Label, e.Code, why)
}

// lastLine is the last line that holds anything, fit to be shown: valid text without control characters.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexAny(s, "\r\n"); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

// Killed tells whether somebody else ended the child: the system that was out of memory, or a person.
func (e *ExitError) Killed() bool {
	switch e.Signal {
	case "killed", "terminated", "hangup", "interrupt":
		return true
	}
	return false
}
