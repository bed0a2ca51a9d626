package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// queuePanel shows the jobs, and before there are any, what to do.
type queuePanel struct {
	Root fyne.CanvasObject
	list *jobList
	none fyne.CanvasObject

	jobs      []core.Job
	queueRuns bool
	at        map[string]int // job ID -> place
	rows      map[*row]bool

	chosen  selection
	focused bool

	thumb    func(path string) image.Image
	do       func(a action, ids []string)
	selected func([]core.Job) // the selection has changed
	keys     keys
}

func newQueuePanel(k keys, addVideos func(), thumb func(string) image.Image, do func(action, []string), selected func([]core.Job)) *queuePanel {
	q := &queuePanel{at: map[string]int{}, rows: map[*row]bool{}, thumb: thumb, do: do, selected: selected, keys: k}
	q.chosen.ids = map[string]bool{}
	q.list = newJobList(func() int { return len(q.jobs) }, func() fyne.CanvasObject { return newRow(q) }, func(i int, o fyne.CanvasObject) {
		r := o.(*row)
		q.rows[r] = true
		r.index = i
		q.fill(r)
	})
	q.list.focusChanged = func(f bool) { q.focused = f; q.fillAll() }
	q.list.key = q.key
	q.list.selectAll = func() { q.chosen.all(q.jobs); q.selectionChanged() }
	q.none = emptyQueue(k, addVideos)
	q.list.Hide()
	q.Root = container.NewStack(q.list, q.none)
	return q
}

// Show puts a snapshot on the screen.
func (q *queuePanel) Show(s core.Snapshot) {
	sameJobs := len(s.Jobs) == len(q.jobs)
	for i := range s.Jobs {
		if !sameJobs || s.Jobs[i].ID != q.jobs[i].ID {
			sameJobs = false
			break
		}
	}
	q.jobs, q.queueRuns = s.Jobs, s.Running
	if sameJobs {
		q.fillAll() // only the rows on the screen, and of them only what differs
		q.tellSelection()
		return
	}
	clear(q.at)
	for i := range q.jobs {
		q.at[q.jobs[i].ID] = i
	}
	q.chosen.keep(q.at)
	if empty := len(q.jobs) == 0; empty != q.none.Visible() {
		if empty {
			q.list.Hide()
			q.none.Show()
		} else {
			q.none.Hide()
			q.list.Show()
		}
	}
	q.list.Refresh()
	q.fillAll()
	q.tellSelection()
}

// ThumbReady puts a picture into the rows that wait for it.
func (q *queuePanel) ThumbReady(path string) {
	for r := range q.rows {
		if r.job.Path == path {
			q.fill(r)
		}
	}
}

func (q *queuePanel) fill(r *row) {
	if r.index < 0 || r.index >= len(q.jobs) {
		return
	}
	j := q.jobs[r.index]
	r.Set(r.index, j, q.queueRuns, q.chosen.ids[j.ID], q.focused && q.chosen.cursor == j.ID, q.thumb(j.Path))
}

// fillAll brings the rows on the screen up to date. Rows that the list has put aside are hidden by it or out of its tree.
func (q *queuePanel) fillAll() {
	top, height := q.list.GetScrollOffset(), q.list.Size().Height
	for r := range q.rows {
		y := float32(r.index) * (rowHeight + theme.Padding())
		if r.index >= len(q.jobs) || y+rowHeight < top || y > top+height {
			delete(q.rows, r) // comes back by the list's update
			continue
		}
		q.fill(r)
	}
}

func (q *queuePanel) act(a action, ids []string) { q.do(a, ids) }

func (q *queuePanel) rowTapped(r *row) {
	var mods fyne.KeyModifier
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok {
		mods = d.CurrentKeyModifiers()
	}
	switch {
	case mods&fyne.KeyModifierShift != 0:
		q.chosen.extend(q.jobs, q.at, r.index)
	case mods&fyne.KeyModifierShortcutDefault != 0:
		q.chosen.toggle(r.job.ID)
	default:
		q.chosen.only(r.job.ID)
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(q.list); c != nil {
		c.Focus(q.list)
	}
	q.selectionChanged()
}

func (q *queuePanel) rowMenu(r *row, at fyne.Position) {
	if !q.chosen.ids[r.job.ID] {
		q.chosen.only(r.job.ID)
		q.selectionChanged()
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(q.list); c != nil {
		widget.ShowPopUpMenuAtPosition(q.Menu(), c, at)
	}
}

// Menu is what can be done with the selection.
func (q *queuePanel) Menu() *fyne.Menu {
	m := fyne.NewMenu("")
	jobs := q.Selection()
	for _, a := range []action{actFolder, actRetry, actLog, actCancel, actRemove} {
		ids := allowed(a, jobs)
		item := fyne.NewMenuItem(a.label(), func() { q.do(a, ids) })
		item.Icon = a.icon()
		item.Disabled = len(ids) == 0
		if (a == actFolder || a == actLog) && len(jobs) > 1 {
			item.Disabled = true
		}
		if a == actLog && item.Disabled {
			continue
		}
		m.Items = append(m.Items, item)
	}
	return m
}

// allowed are the IDs of those jobs for which a makes sense.
func allowed(a action, jobs []core.Job) []string {
	var ids []string
	for _, j := range jobs {
		if a.allows(j) {
			ids = append(ids, j.ID)
		}
	}
	return ids
}

// Selection are the chosen jobs, in the queue's order.
func (q *queuePanel) Selection() []core.Job {
	var jobs []core.Job
	for _, i := range q.chosen.places(q.at) {
		jobs = append(jobs, q.jobs[i])
	}
	return jobs
}

// Unselect chooses nothing.
func (q *queuePanel) Unselect() {
	q.chosen.clear()
	q.selectionChanged()
}

func (q *queuePanel) selectionChanged() {
	q.fillAll()
	q.tellSelection()
}

func (q *queuePanel) tellSelection() { q.selected(q.Selection()) }

func (q *queuePanel) key(e *fyne.KeyEvent) {
	page := max(int(q.list.Size().Height/(rowHeight+theme.Padding()))-1, 1)
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
			q.do(mainAction(q.jobs[i]), []string{q.jobs[i].ID})
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
		q.keys(e)
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
