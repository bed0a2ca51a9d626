package core

import (
	"context"
	"errors"

	"github.com/tapelight/tapelight/core/power"
)

// SetKeepAwake says whether the machine may go to sleep by itself while jobs run. It may not unless this is called with false.
func (s *Service) SetKeepAwake(on bool) {
	s.awake.Store(on)
	if s.jobs != nil {
		s.jobs.tell()
	}
}

// keeper holds the machine awake. It belongs to one goroutine.
type keeper struct {
	held bool
	free func()
}

func (k *keeper) hold(s *Service) {
	if !s.awake.Load() {
		k.release()
		return
	}
	if k.held {
		return
	}
	k.held = true // one try a run: where it can't be done it can't be done a second later
	free, err := s.keepAwake(s.ctx, "Videos are being restored")
	if _, none := errors.AsType[*power.UnavailableError](err); none {
		s.log.Debug("%v", err)
		return
	}
	if err != nil {
		s.log.Warn("the machine may go to sleep while videos are restored: %v", err)
		return
	}
	k.free = free
}

func (k *keeper) release() {
	if k.free != nil {
		k.free()
	}
	k.held, k.free = false, nil
}

// followers do what can follow the queue.
func (s *Service) followers(ctx context.Context, what After) error {
	m := power.Machine{App: "Tapelight"}
	switch what.Action {
	case AfterSleep:
		return m.Sleep(ctx)
	case AfterShutdown:
		return m.Shutdown(ctx)
	case AfterCommand:
		return m.RunCommand(ctx, what.Command)
	case AfterQuit:
		if s.opts.Quit == nil {
			return errors.New("nobody here can end the program")
		}
		s.opts.Quit()
	}
	return nil
}
