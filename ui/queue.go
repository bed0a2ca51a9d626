package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// queuePanel shows the jobs.
type queuePanel struct {
	Root   fyne.CanvasObject
	list   *jobList
	footer *queueFooter
	mark   *canvas.Rectangle // where dragged jobs would go

	jobs []core.Job
	mode core.Mode
	at   map[string]int // job ID -> place
	rows map[*row]bool

	chosen  selection
	focused bool
	drag    dragging

	kit *kit
	on  queueActions
}

// queueActions is what the panel asks for.
type queueActions struct {
	thumb    func(path string) image.Image
	do       func(a action, ids []string)
	move     func(ids []string, to int) // before the job at that place
	selected func([]core.Job)           // the selection has changed
	after    func(core.After)
}

func newQueuePanel(k *kit, on queueActions) *queuePanel {
	q := &queuePanel{at: map[string]int{}, rows: map[*row]bool{}, kit: k, on: on, footer: newQueueFooter(k, on.after)}
	q.chosen.ids = map[string]bool{}
	q.list = newJobList(func() int { return len(q.jobs) }, func() fyne.CanvasObject { return newRow(k, q) }, func(i int, o fyne.CanvasObject) {
		r := o.(*row)
		q.rows[r] = true
		r.index = i
		q.fill(r)
	})
	q.list.focusChanged = func(f bool) { q.focused = f; q.fillAll() }
	q.list.key = q.key
	q.list.selectAll = func() { q.chosen.all(q.jobs); q.selectionChanged() }
	q.mark = canvas.NewRectangle(themed(theme.ColorNamePrimary))
	q.mark.CornerRadius = 1.5
	q.mark.Hide()
	list := container.NewStack(q.list, &fyne.Container{Objects: []fyne.CanvasObject{q.mark}})
	q.Root = container.NewBorder(nil, q.footer.Root, nil, nil, list)
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
	q.jobs, q.mode = s.Jobs, s.Mode
	q.footer.Show(s)
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
	r.Set(r.index, rowState{job: j, mode: q.mode, selected: q.chosen.ids[j.ID], atCursor: q.focused && q.chosen.cursor == j.ID,
		dragged: q.drag.on && q.chosen.ids[j.ID], picture: q.on.thumb(j.Path)})
}

// pitch is from one row to the next.
func pitch() float32 { return rowHeight + theme.Padding() }

// fillAll brings the rows on the screen up to date. Rows that the list has put aside are hidden by it or out of its tree.
func (q *queuePanel) fillAll() {
	top, height := q.list.GetScrollOffset(), q.list.Size().Height
	for r := range q.rows {
		y := float32(r.index) * pitch()
		if r.index >= len(q.jobs) || y+rowHeight < top || y > top+height {
			delete(q.rows, r) // comes back by the list's update
			continue
		}
		q.fill(r)
	}
}

func (q *queuePanel) act(a action, ids []string) { q.on.do(a, ids) }

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
	q.focus()
	q.selectionChanged()
}

func (q *queuePanel) focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(q.list); c != nil {
		c.Focus(q.list)
	}
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
	add := func(acts ...action) {
		var items []*fyne.MenuItem
		for _, a := range acts {
			ids := allowed(a, jobs)
			item := fyne.NewMenuItem(a.label(), func() { q.on.do(a, ids) })
			item.Icon, item.Shortcut = a.icon(), a.shortcut()
			if len(ids) > 0 && !(a.single() && len(jobs) > 1) {
				items = append(items, item)
			}
		}
		if len(items) > 0 && len(m.Items) > 0 {
			m.Items = append(m.Items, fyne.NewMenuItemSeparator())
		}
		m.Items = append(m.Items, items...)
	}
	add(actPause, actResume, actRetry)
	add(actFolder, actLog, actSound)
	if len(q.jobs) > 1 {
		add(actTop, actUp, actDown, actBottom)
	}
	add(actDuplicate)
	add(actCancel, actRemove)
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

func (q *queuePanel) tellSelection() { q.on.selected(q.Selection()) }
