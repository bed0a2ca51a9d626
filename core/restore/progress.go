package restore

import "time"

// progressEvery is how often Progress is called.
const progressEvery = 250 * time.Millisecond

// watch tells of the progress until stop is closed, and then once more.
func (s *stream) watch(stop <-chan struct{}) {
	if s.Progress == nil {
		return
	}
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.Progress(s.progress())
		case <-stop:
			s.Progress(s.progress())
			return
		}
	}
}

func (s *stream) progress() Progress {
	e := s.encoder.Progress()
	pr := Progress{Stage: "Restoring", Frames: s.base + e.Frame, Total: s.plan.Frames, Size: e.Size, Elapsed: time.Since(s.start)}
	for i, st := range s.stages(time.Now()) {
		frames := []int64{s.decoded.Load(), s.session.Stats().Frames, e.Frame}[i]
		pr.Stages = append(pr.Stages, StageProgress{Name: st.Name, Frames: frames, Utilisation: st.Utilisation})
	}
	return pr
}
