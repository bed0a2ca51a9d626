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
	sieve   sieve
	shown   []core.LogEntry // those let through, oldest first
}

// sieve says which entries to show.
type sieve struct {
	least level
	text  string          // in small letters; "" lets all through
	jobs  map[string]bool // nil lets all through
}

func (s sieve) passes(e core.LogEntry) bool {
	return level(e.Level) >= s.least && (s.jobs == nil || s.jobs[e.Job]) && (s.text == "" || strings.Contains(strings.ToLower(e.Text), s.text))
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
			if l.sieve.passes(l.entries[l.first]) {
				gone++
			}
			l.entries[l.first] = e
			l.first = (l.first + 1) % logKept
		}
		if l.sieve.passes(e) {
			l.shown = append(l.shown, e)
		}
	}
	l.shown = l.shown[gone:]
}

// Filter shows what passes.
func (l *logRing) Filter(by sieve) {
	l.sieve, l.shown = by, nil
	for i := range l.entries {
		if e := l.entries[(l.first+i)%len(l.entries)]; by.passes(e) {
			l.shown = append(l.shown, e)
		}
	}
}

// Text is what is shown, a line each. name says what a job is called.
func (l *logRing) Text(name func(id string) string) string {
	var b strings.Builder
	for _, e := range l.shown {
		b.WriteString(e.Time.Format("2006-01-02 15:04:05 ") + e.Level.String() + " ")
		if e.Job != "" {
			b.WriteString("[" + name(e.Job) + "] ")
		}
		b.WriteString(e.Text + "\n")
	}
	return b.String()
}
