package core

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
		k.release(s)
		return
	}
	if k.held || s.keepAwake == nil {
		return
	}
	k.held = true // one try a run: where it can't be done it can't be done a second later
	free, err := s.keepAwake(s.ctx, "Videos are being restored")
	if err != nil {
		s.log.Warn("the machine may go to sleep while videos are restored: %v", err)
		return
	}
	k.free = free
}

func (k *keeper) release(*Service) {
	if k.free != nil {
		k.free()
	}
	k.held, k.free = false, nil
}
