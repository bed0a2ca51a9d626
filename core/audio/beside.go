package audio

// besideStage gives a stage the sound and, as further channels, what another stage makes of it.
type besideStage struct {
	other, both stage
	waiting     planes // the sound, and what the other stage has made of it so far
	part        planes
}

func newBeside(channels int, other, both stage) stage {
	return &besideStage{other: other, both: both, waiting: newPlanes(2 * channels), part: newPlanes(2 * channels)}
}

func (s *besideStage) add(in, out planes) planes {
	n := len(in)
	s.waiting[:n].add(in)
	copy(s.waiting[n:], s.other.add(in, s.waiting[n:]))
	return s.give(out)
}

func (s *besideStage) end(out planes) planes {
	made := s.waiting[len(out):]
	copy(made, s.other.end(made))
	return s.both.end(s.give(out))
}

// give passes on what both are ready for.
func (s *besideStage) give(out planes) planes {
	ready := len(s.waiting[len(out)])
	for c, x := range s.waiting {
		s.part[c] = x[:ready]
	}
	out = s.both.add(s.part, out)
	s.waiting.drop(ready)
	return out
}
