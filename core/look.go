package core

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/tapelight/tapelight/core/events"
	"github.com/tapelight/tapelight/core/monitor"
	"github.com/tapelight/tapelight/core/process"
)

// What the window shows besides jobs.
type (
	Sample   = monitor.Sample
	LogEntry = events.Entry
)

// MonitorSample is the latest measurement of the machine; false before the first.
func (s *Service) MonitorSample() (Sample, bool) {
	all := s.MonitorHistory()
	if len(all) == 0 {
		return Sample{}, false
	}
	return all[len(all)-1], true
}

// MonitorHistory is the last two minutes of measurements, the oldest first.
func (s *Service) MonitorHistory() []Sample { return s.monitor.History().Samples() }

// WriteMonitorCSV writes the measurements of the last two minutes as a table with a heading, a row each second.
func (s *Service) WriteMonitorCSV(w io.Writer) error { return monitor.WriteCSV(w, s.MonitorHistory()) }

// StartMonitor measures the machine once a second until ctx ends.
func (s *Service) StartMonitor(ctx context.Context) {
	s.work.Go(func() {
		both, stop := context.WithCancel(ctx)
		defer stop()
		defer context.AfterFunc(s.ctx, stop)()
		s.monitor.Run(both, time.Second, func(Sample) {})
	})
}

// Log is the entries of the log from sequence number since on.
func (s *Service) Log(since uint64) []LogEntry { return s.log.Snapshot(since).Items }

// detail is what a child process reported before it failed, or where the program itself did.
func detail(err error) string {
	if e, ok := errors.AsType[*PanicError](err); ok {
		return e.Stack
	}
	if e, ok := errors.AsType[*process.ExitError](err); ok {
		return e.Tail
	}
	return ""
}

// volumes are the disks that matter: where temporary files go, and where the running job writes.
func (s *Service) volumes() []monitor.Volume {
	output, err := os.Getwd()
	if writing := s.jobs.writing(); len(writing) > 0 {
		output, err = writing[0], nil
	}
	v := []monitor.Volume{{Name: "temp", Path: s.opts.CacheDir}}
	if err == nil {
		v = append(v, monitor.Volume{Name: "output", Path: output})
	}
	return v
}
