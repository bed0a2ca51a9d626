package ui

import "fyne.io/fyne/v2"

// dragging is jobs on their way to another place in the list.
type dragging struct {
	on bool
	to int // before the job at this place
}

// dragEdge is how near the list's ends it scrolls while one drags, and scrollStep how far.
const dragEdge, scrollStep float32 = 28, 24

func (q *queuePanel) rowDragged(r *row, at fyne.Position) {
	if len(q.jobs) < 2 || r.job.ID == "" {
		return
	}
	if !q.drag.on {
		q.drag.on = true
		if !q.chosen.ids[r.job.ID] {
			q.chosen.only(r.job.ID)
			q.tellSelection()
		}
		q.mark.Show()
		q.fillAll()
	}
	y := at.Y - fyne.CurrentApp().Driver().AbsolutePositionForObject(q.list).Y
	high := q.list.Size().Height
	most := max(pitch()*float32(len(q.jobs))-high, 0)
	switch offset := q.list.GetScrollOffset(); {
	case y < dragEdge && offset > 0:
		q.list.ScrollToOffset(max(offset-scrollStep, 0))
	case y > high-dragEdge && offset < most:
		q.list.ScrollToOffset(min(offset+scrollStep, most))
	}
	offset := q.list.GetScrollOffset()
	q.drag.to = min(max(int((offset+y)/pitch()+0.5), 0), len(q.jobs))
	q.mark.Resize(fyne.NewSize(q.list.Size().Width-scrollRoom, 3))
	q.mark.Move(fyne.NewPos(0, min(max(float32(q.drag.to)*pitch()-offset-3.5, 0), high-3)))
	q.mark.Refresh()
}

func (q *queuePanel) rowDropped(*row) {
	if !q.drag.on {
		return
	}
	to := q.drag.to
	q.drag = dragging{}
	q.mark.Hide()
	q.fillAll()
	var ids []string
	for _, j := range q.Selection() {
		ids = append(ids, j.ID)
	}
	q.on.move(ids, to)
}

// moves turns "these jobs before the job that is at place to" into one move after the other, each counted in the list as it is by then.
// order are all IDs; the answer are pairs of an ID and the place it moves to.
func moves(order, ids []string, to int) (steps []step) {
	list := append([]string(nil), order...)
	anchor := "" // what they go before; "" is the end
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	for i := max(to, 0); i < len(list); i++ {
		if !wanted[list[i]] {
			anchor = list[i]
			break
		}
	}
	for _, id := range ids {
		from := find(list, id)
		if from < 0 {
			continue
		}
		rest := append(append([]string(nil), list[:from]...), list[from+1:]...)
		place := len(rest)
		if anchor != "" {
			place = find(rest, anchor)
		}
		if place != from {
			steps = append(steps, step{id, place})
		}
		list = append(append(append([]string(nil), rest[:place]...), id), rest[place:]...)
	}
	return steps
}

type step struct {
	id string
	to int
}

func find(list []string, id string) int {
	for i, s := range list {
		if s == id {
			return i
		}
	}
	return -1
}
