package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/tapelight/tapelight/core/events"
	"github.com/tapelight/tapelight/core/instance"
)

// RunningError says that another program works with a data folder, and NotRunningError that none does.
type (
	RunningError    = instance.RunningError
	NotRunningError = instance.NotRunningError
)

// Door makes a program the one that works with a data folder, and lets others reach it.
type Door struct {
	late   instance.Late
	server *instance.Server
}

// OpenDoor takes a data folder; the error is a *RunningError where another program has it. Who knocks before Serve is told that the program is starting.
func OpenDoor(data string) (*Door, error) {
	d := &Door{}
	var err error
	d.server, err = instance.Listen(data, &d.late)
	return d, err
}

// Serve answers with a service's queue. open is as for Service.Handler.
func (d *Door) Serve(s *Service, open func(paths []string)) { d.late.Set(s.Handler(open)) }

// Close gives the folder free. Those who follow the queue are told.
func (d *Door) Close() error { return d.server.Close() }

// knockAgain is how long to wait before knocking again at a program that is starting.
const knockAgain = 200 * time.Millisecond

// HandOver gives files to the program that works with a data folder, and has it show its window. It waits, until ctx ends, for one that is starting.
func HandOver(ctx context.Context, data string, paths []string) error {
	other, err := Dial(ctx, data)
	for err == nil {
		err = other.Open(ctx, paths)
		busy, ok := errors.AsType[*instance.RemoteError](err)
		if err == nil || !ok || !busy.Closing() {
			break
		}
		select {
		case <-time.After(knockAgain):
			err = nil
		case <-ctx.Done():
		}
	}
	if err != nil {
		return fmt.Errorf("hand the files to the running Tapelight: %w", err)
	}
	return nil
}

// Log is where a service says what it does; see Service.Log.
type Log = events.Log

// NewLog makes a log that is in memory only.
func NewLog() *Log { return events.NewLog(events.LogConfig{}) }

// OpenLog makes a log that is kept in a file, too, of at most limit bytes; one older file stays beside it. done closes the file.
func OpenLog(path string, limit int64) (log *Log, done func(), err error) {
	f, err := events.OpenFile(path, limit)
	if err != nil {
		return nil, nil, err
	}
	return events.NewLog(events.LogConfig{Handler: slog.NewTextHandler(f, nil)}), func() { f.Close() }, nil
}
