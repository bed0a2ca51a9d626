package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

func (q *queuePanel) key(e *fyne.KeyEvent) {
	page := max(int(q.list.Size().Height/pitch())-1, 1)
	switch e.Name {
	case fyne.KeyDown:
		q.moveCursor(1)
	case fyne.KeyUp:
		q.moveCursor(-1)
	case fyne.KeyPageDown:
		q.moveCursor(page)
	case fyne.KeyPageUp:
		q.moveCursor(-page)
	case fyne.KeyHome:
		q.moveCursor(-len(q.jobs))
	case fyne.KeyEnd:
		q.moveCursor(len(q.jobs))
	case fyne.KeyReturn, fyne.KeyEnter:
		if i, ok := q.at[q.chosen.cursor]; ok {
			q.on.do(mainAction(q.jobs[i]), []string{q.jobs[i].ID})
		}
	case desktop.KeyMenu:
		for r := range q.rows {
			if r.job.ID == q.chosen.cursor {
				pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(r)
				q.rowMenu(r, pos.AddXY(3*gap+thumbWidth, rowHeight/2))
				return
			}
		}
	default:
		q.kit.key(e)
	}
}

func (q *queuePanel) moveCursor(by int) {
	if len(q.jobs) == 0 {
		return
	}
	i, ok := q.at[q.chosen.cursor]
	if ok {
		i = min(max(i+by, 0), len(q.jobs)-1)
	} else {
		i = 0
	}
	shift := false
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		shift = d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0
	}
	if shift {
		q.chosen.extend(q.jobs, q.at, i)
	} else {
		q.chosen.only(q.jobs[i].ID)
	}
	q.list.ScrollTo(i)
	q.selectionChanged()
}
