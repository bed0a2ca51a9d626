//go:build cuda && cgo

package cuda

// testPasses are those that the session's network is computed in, on the first card.
func (s *session) testPasses() []pass {
	all, err := cards()
	if err != nil {
		return nil
	}
	return s.engine.program(all[0], s.geometry, fuseReckoned).passes
}
