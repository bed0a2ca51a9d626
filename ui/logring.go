package ui

import (
	"strings"

	"github.com/tapelight/tapelight/core"
)

// logKept is how many lines the window keeps; core keeps its own.
const logKept = 5000

// level is how much an entry matters, as core counts it.
type level uint8

const (
	levelDebug level = iota
	levelInfo
	levelWarn
	levelError
)

// logRing holds the newest entries and, of those, the ones that the filter lets through.
type logRing struct {
	entries []core.LogEntry // a ring, once full
	first   int             // where the oldest is
	least   level
	shown   []core.LogEntry // filtered, oldest first
}

// Add takes entries in order; the oldest go.
func (l *logRing) Add(es []core.LogEntry) {
	if len(es) > logKept {
		es = es[len(es)-logKept:]
	}
	gone := 0 // of those shown
	for _, e := range es {
		if len(l.entries) < logKept {
			l.entries = append(l.entries, e)
		} else {
			if level(l.entries[l.first].Level) >= l.least {
				gone++
			}
			l.entries[l.first] = e
			l.first = (l.first + 1) % logKept
		}
		if level(e.Level) >= l.least {
			l.shown = append(l.shown, e)
		}
	}
	l.shown = l.shown[gone:]
}

// Filter lets through entries of level least and above.
func (l *logRing) Filter(least level) {
	l.least, l.shown = least, nil
	for i := range l.entries {
		if e := l.entries[(l.first+i)%len(l.entries)]; level(e.Level) >= least {
			l.shown = append(l.shown, e)
		}
	}
}

// Text is what is shown, a line each.
func (l *logRing) Text() string {
	var b strings.Builder
	for _, e := range l.shown {
		b.WriteString(e.Time.Format("2006-01-02 15:04:05 ") + e.Level.String() + " ")
		if e.Job != "" {
			b.WriteString("[" + e.Job + "] ")
		}
		b.WriteString(e.Text + "\n")
	}
	return b.String()
}
