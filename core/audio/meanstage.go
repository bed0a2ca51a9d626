package audio

// meanStage runs two stages beside each other and gives the mean of what they give: what both agree on stays, their errors partly cancel out.
type meanStage struct {
	stages [2]stage
	ready  [2]planes // given by one, waited for from the other
}

func newMeanStage(channels int, a, b stage) stage {
	return &meanStage{[2]stage{a, b}, [2]planes{newPlanes(channels), newPlanes(channels)}}
}

func (s *meanStage) add(in, out planes) planes {
	for i, one := range s.stages {
		s.ready[i] = one.add(in, s.ready[i])
	}
	return s.give(out)
}

func (s *meanStage) end(out planes) planes {
	for i, one := range s.stages {
		s.ready[i] = one.end(s.ready[i])
	}
	return s.give(out)
}

func (s *meanStage) give(out planes) planes {
	n := min(s.ready[0].len(), s.ready[1].len())
	for c := range out {
		a, b := s.ready[0][c], s.ready[1][c]
		for i := range n {
			out[c] = append(out[c], (a[i]+b[i])/2)
		}
	}
	s.ready[0].drop(n)
	s.ready[1].drop(n)
	return out
}
