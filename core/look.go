package core

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tapelight/tapelight/core/events"
	"github.com/tapelight/tapelight/core/monitor"
	"github.com/tapelight/tapelight/core/process"
)

// What the window shows besides jobs.
type (
	Sample   = monitor.Sample
	Work     = monitor.Work
	LogEntry = events.Entry
)

// MonitorSample is the latest measurement of the machine; false before the first. Who looks at least every other second gets one each second: see
// StartMonitor.
func (s *Service) MonitorSample() (Sample, bool) { return s.monitor.Look() }

// MonitorHistory is the last two minutes of measurements, the oldest first; fewer where nobody looked.
func (s *Service) MonitorHistory() []Sample { return s.monitor.History().Samples() }

// WriteMonitorCSV writes the measurements since the program's start of all times in which a job ran, and of the last two minutes, as a table with a
// heading. Rows are a second of the last hour of work, and averages of longer times of what was before; one column has the length in seconds, another
// the files that were being made. Work of more than some two days before is left out.
func (s *Service) WriteMonitorCSV(w io.Writer) error { return s.monitor.WriteCSV(w) }

// StartMonitor measures the machine until ctx ends: once a second while somebody asks for MonitorSample, every 5 s while a job runs and nobody does,
// and not at all otherwise.
func (s *Service) StartMonitor(ctx context.Context) { s.FollowMonitor(ctx, s.jobs.working) }

// FollowMonitor is StartMonitor for who runs things without the queue: work tells what is being done.
func (s *Service) FollowMonitor(ctx context.Context, work func() Work) {
	s.work.Go(func() {
		both, stop := context.WithCancel(ctx)
		defer stop()
		defer context.AfterFunc(s.ctx, stop)()
		seconds := time.NewTicker(time.Second)
		defer seconds.Stop()
		s.monitor.Follow(both, seconds.C, work)
	})
}

// working is what this process's runners do now.
func (j *jobs) working() (w Work) {
	if j == nil {
		return w
	}
	j.mu.Lock()
	outputs := maps.Clone(j.outputs)
	j.mu.Unlock()
	if len(outputs) == 0 {
		return w
	}
	words := j.q.Snapshot().Progress
	for id, output := range outputs {
		w.Jobs = append(w.Jobs, filepath.Base(output))
		w.FPS += unpack[word](words[id]).FPS
	}
	slices.Sort(w.Jobs)
	return w
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
	v := []monitor.Volume{{Name: "temp", Path: s.scratch.Root()}}
	if err == nil {
		v = append(v, monitor.Volume{Name: "output", Path: output})
	}
	return v
}
