package ui

import (
	"errors"
	"slices"

	"github.com/tapelight/tapelight/core"
)

// moveBy moves jobs within the list and keeps their order.
func (w *Window) moveBy(a action, ids []string) {
	where := map[action]core.Where{actTop: core.MoveTop, actUp: core.MoveUp, actDown: core.MoveDown, actBottom: core.MoveBottom}[a]
	if a == actTop || a == actDown {
		ids = slices.Clone(ids)
		slices.Reverse(ids)
	}
	if a == actUp && w.queue.at[ids[0]] == 0 || a == actDown && w.queue.at[ids[0]] == len(w.queue.jobs)-1 {
		return // the block is at the end: moving the others would turn them around
	}
	w.try(tr("Not everything could be moved"), func() error {
		var faults []error
		for _, id := range ids {
			faults = append(faults, w.backend.Move(id, where))
		}
		return errors.Join(faults...)
	})
}

// moveTo moves jobs before the one that is at a place.
func (w *Window) moveTo(ids []string, to int) {
	var order []string
	for i := range w.queue.jobs {
		order = append(order, w.queue.jobs[i].ID)
	}
	steps := moves(order, ids, to)
	w.try(tr("Not everything could be moved"), func() error {
		var faults []error
		for _, s := range steps {
			faults = append(faults, w.backend.Move(s.id, core.MoveTo(s.to)))
		}
		return errors.Join(faults...)
	})
}

// duplicate adds each job again, to be given another recipe.
func (w *Window) duplicate(ids []string) {
	var jobs []core.Job
	for _, id := range ids {
		if j, ok := w.job(id); ok {
			jobs = append(jobs, j)
		}
	}
	w.try(tr("Not everything could be duplicated"), func() error {
		var faults []error
		for _, j := range jobs {
			_, err := w.backend.Duplicate(j.ID, j.Recipe)
			faults = append(faults, err)
		}
		return errors.Join(faults...)
	})
}
