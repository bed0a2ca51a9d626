package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core"
)

// monitored is a printer that also has the machine's measurements written into a file, with the capture that is restored and its speed.
type monitored struct {
	printer
	service *core.Service
	file    *os.File

	mu  sync.Mutex
	now core.Work
	eta core.ETA
}

// monitor begins to measure, once a second until ctx ends. The file is made now: that it can't be is better known before a night's work.
func monitor(ctx context.Context, s *core.Service, path string, overwrite bool, p printer) (*monitored, error) {
	how := os.O_CREATE | os.O_WRONLY | os.O_EXCL
	if overwrite {
		how = os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	}
	f, err := os.OpenFile(path, how, 0o644)
	if os.IsExist(err) {
		return nil, fmt.Errorf("--monitor: %s exists already; choose another name, or say --overwrite", path)
	}
	if err != nil {
		return nil, fmt.Errorf("--monitor: %w", err)
	}
	m := &monitored{printer: p, service: s, file: f}
	s.FollowMonitor(ctx, m.work)
	return m, nil
}

// work tells what is done now, and looks, so that the next second is measured, too.
func (m *monitored) work() core.Work {
	m.service.MonitorSample()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *monitored) set(w core.Work) {
	m.mu.Lock()
	m.now, m.eta = w, core.ETA{}
	m.mu.Unlock()
}

func (m *monitored) start(path string) {
	m.set(core.Work{Jobs: []string{path}})
	m.printer.start(path)
}

func (m *monitored) progress(p core.Progress) {
	if p.Total > 0 {
		m.mu.Lock()
		m.now.FPS, _ = m.eta.Add(time.Now(), p.Frames, p.Total)
		m.mu.Unlock()
	}
	m.printer.progress(p)
}

func (m *monitored) failed(path string, err error) {
	m.set(core.Work{})
	m.printer.failed(path, err)
}

func (m *monitored) cancelled(path string) {
	m.set(core.Work{})
	m.printer.cancelled(path)
}

func (m *monitored) done(r *core.Report) {
	m.set(core.Work{})
	m.printer.done(r)
}

// close writes the table.
func (m *monitored) close() error {
	err := m.service.WriteMonitorCSV(m.file)
	if closed := m.file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("--monitor: %w", err)
	}
	return nil
}
