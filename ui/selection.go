package ui

import (
	"slices"

	"github.com/tapelight/tapelight/core"
)

// selection is a set of jobs, the one that the keyboard stands on, and the one from which a range is drawn.
type selection struct {
	ids    map[string]bool
	cursor string
	anchor string
}

func (s *selection) clear() {
	clear(s.ids)
	s.anchor = ""
}

func (s *selection) only(id string) {
	clear(s.ids)
	s.ids[id] = true
	s.cursor, s.anchor = id, id
}

func (s *selection) toggle(id string) {
	if s.ids[id] {
		delete(s.ids, id)
	} else {
		s.ids[id] = true
	}
	s.cursor, s.anchor = id, id
}

// extend chooses everything from the anchor to place i.
func (s *selection) extend(jobs []core.Job, at map[string]int, i int) {
	from, ok := at[s.anchor]
	if !ok {
		s.only(jobs[i].ID)
		return
	}
	clear(s.ids)
	for k := min(from, i); k <= max(from, i); k++ {
		s.ids[jobs[k].ID] = true
	}
	s.cursor = jobs[i].ID
}

func (s *selection) all(jobs []core.Job) {
	for _, j := range jobs {
		s.ids[j.ID] = true
	}
}

// keep forgets the jobs that are gone.
func (s *selection) keep(at map[string]int) {
	for id := range s.ids {
		if _, ok := at[id]; !ok {
			delete(s.ids, id)
		}
	}
}

// places are where the chosen jobs stand, in order.
func (s *selection) places(at map[string]int) []int {
	var p []int
	for id := range s.ids {
		if i, ok := at[id]; ok {
			p = append(p, i)
		}
	}
	slices.Sort(p)
	return p
}
