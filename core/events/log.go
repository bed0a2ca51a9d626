package events

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// DefaultEntries is how many entries a log keeps unless told otherwise.
const DefaultEntries = 5000

// LogConfig is what a log may be given; the zero value is a log of 5,000 entries in memory.
type LogConfig struct {
	Entries int              // kept in memory; 0 means DefaultEntries
	Level   Level            // entries below are dropped
	Handler slog.Handler     // also gets every entry, the job as attribute "job"; optional
	Now     func() time.Time // the clock; time.Now unless set
}

// Log is written to by every part of the program. A nil *Log takes entries and drops them. It is safe for concurrent use.
type Log struct {
	ring *Ring[Entry]
	cfg  LogConfig
	job  string
}

// NewLog makes a log.
func NewLog(cfg LogConfig) *Log {
	if cfg.Entries == 0 {
		cfg.Entries = DefaultEntries
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Log{ring: NewRing[Entry](cfg.Entries), cfg: cfg}
}

// Job is the same log for entries that concern one job.
func (l *Log) Job(id string) *Log {
	if l == nil {
		return nil
	}
	of := *l
	of.job = clean(id)
	return &of
}

// Debug writes an entry for those who look for a fault. Arguments are fmt.Printf's; a format without arguments is taken as it is.
func (l *Log) Debug(format string, args ...any) { l.write(Debug, format, args) }

// Info writes an entry about what was done. Arguments as for Debug.
func (l *Log) Info(format string, args ...any) { l.write(Info, format, args) }

// Warn writes an entry about what may not be as the user wants it. Arguments as for Debug.
func (l *Log) Warn(format string, args ...any) { l.write(Warn, format, args) }

// Error writes an entry about what failed. Arguments as for Debug.
func (l *Log) Error(format string, args ...any) { l.write(Error, format, args) }

func (l *Log) write(level Level, format string, args []any) {
	if l == nil || level < l.cfg.Level {
		return
	}
	text := format
	if len(args) > 0 {
		text = fmt.Sprintf(format, args...)
	}
	e := Entry{Level: level, Time: l.cfg.Now(), Job: l.job, Text: clean(text)}
	l.ring.Add(e)
	h := l.cfg.Handler
	if h == nil || !h.Enabled(context.Background(), level.Slog()) {
		return
	}
	r := slog.NewRecord(e.Time, level.Slog(), e.Text, 0)
	if e.Job != "" {
		r.AddAttrs(slog.String("job", e.Job))
	}
	_ = h.Handle(context.Background(), r) // a log that can't be written has nowhere to say so; the ring has the entry
}

// Snapshot is the part of the log from sequence number since on; see Ring.Snapshot.
func (l *Log) Snapshot(since uint64) Snapshot[Entry] {
	if l == nil {
		return Snapshot[Entry]{}
	}
	return l.ring.Snapshot(since)
}

// WriteJob writes the kept entries of one job as text, a line each.
func (l *Log) WriteJob(w io.Writer, id string) error {
	id = clean(id)
	buf := bufio.NewWriter(w)
	for _, e := range l.Snapshot(0).Items {
		if e.Job == id {
			fmt.Fprintln(buf, e) // an error stays in buf until Flush
		}
	}
	if err := buf.Flush(); err != nil {
		return fmt.Errorf("write the log of job %s: %w", id, err)
	}
	return nil
}
