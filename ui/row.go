package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

const (
	rowHeight  float32 = 76
	thumbWidth float32 = 80
	thumbTall  float32 = 60
	scrollRoom float32 = 10  // at the right of rows, so that the scroll bar covers nothing
	roomyRow   float32 = 560 // from this width on a row's button has words
)

// rowActions is what can be asked of a row.
type rowActions interface {
	rowTapped(r *row)
	rowMenu(r *row, at fyne.Position)
	rowDragged(r *row, at fyne.Position)
	rowDropped(r *row)
	act(a action, ids []string)
}

// rowState is all that a row shows.
type rowState struct {
	job      core.Job
	mode     core.Mode
	selected bool
	atCursor bool
	dragged  bool
	picture  image.Image
}

// row shows one job. Rows are made for the visible part of the list only and used again for other jobs, with their one picture.
type row struct {
	widget.BaseWidget
	on  rowActions
	kit *kit

	index int
	job   core.Job
	shown rowState
	hover bool

	ground   *canvas.Rectangle
	frame    *canvas.Rectangle // behind the picture
	picture  *canvas.Image
	noPic    *widget.Icon
	name     *text
	facts    *text
	state    *text
	progress *text
	bar      *bar
	action   *link
	more     *link
}

func newRow(k *kit, on rowActions) *row {
	r := &row{on: on, kit: k, index: -1,
		ground:   canvas.NewRectangle(themed(colorRaised)),
		frame:    canvas.NewRectangle(themed(colorTrack)),
		picture:  &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleSmooth},
		noPic:    widget.NewIcon(theme.NewDisabledResource(theme.MediaVideoIcon())),
		name:     boldText(""),
		facts:    mutedText(""),
		state:    mutedText(""),
		progress: mutedText(""),
		bar:      newBar(theme.ColorNamePrimary),
	}
	r.state.grow = 2
	r.progress.align = fyne.TextAlignTrailing
	r.progress.color = theme.ColorNameForeground
	r.ground.CornerRadius, r.frame.CornerRadius = 8, 4
	r.bar.Hidden, r.progress.Hidden = true, true
	r.action = newLink("", theme.CancelIcon(), k, nil)
	r.more = newLink("", theme.MoreVerticalIcon(), k, func() {
		pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.more)
		r.on.rowMenu(r, pos.AddXY(0, r.more.Size().Height))
	})
	r.more.flat, r.more.tip = true, tr("More")
	r.ExtendBaseWidget(r)
	return r
}

// Set puts a job into the row.
func (r *row) Set(index int, s rowState) {
	r.index, r.job = index, s.job
	j := s.job
	words, color := stateWords(j, s.mode)
	r.name.SetText(j.Name)
	r.setWords()
	if j.State == core.Running && j.Stage == "Restoring" && !r.roomy() { // the bar says as much
		words = ""
	}
	r.state.Set(words, color)
	moved := false
	if hide := j.State == core.Failed; r.facts.Hidden != hide { // a reason needs the room more
		r.facts.Hidden, moved = hide, true
	}
	if hide := !showsBar(j); r.bar.Hidden != hide {
		r.bar.Hidden, moved = hide, true
	}
	if hide := j.State != core.Running; r.progress.Hidden != hide {
		r.progress.Hidden, moved = hide, true
	}
	barColor := theme.ColorNamePrimary
	if j.State != core.Running {
		barColor = colorMuted
	}
	r.bar.Set(j.Progress, barColor)
	if r.setAction(mainAction(j)) {
		moved = true
	}
	if r.picture.Image != s.picture {
		r.picture.Image = s.picture
		r.picture.Hidden, r.noPic.Hidden = s.picture == nil, s.picture != nil
		r.picture.Refresh()
		r.noPic.Refresh()
	}
	was := r.shown
	r.shown = s
	if moved || was.selected != s.selected || was.atCursor != s.atCursor || was.dragged != s.dragged {
		r.Refresh()
	}
}

// showsBar tells whether a job has something behind it and something before it.
func showsBar(j core.Job) bool {
	return j.State == core.Running || !j.State.Finished() && j.Resumes && j.Progress > 0
}

func (r *row) setAction(a action) (moved bool) {
	label := a.short()
	if r.Size().Width < roomyRow {
		label = ""
	}
	moved = r.action.label != label
	r.action.Set(label, a.label(), a.icon(), func() { r.on.act(a, []string{r.job.ID}) })
	return moved
}

func (r *row) roomy() bool { return r.Size().Width >= roomyRow }

// setWords says as much as there is room for.
func (r *row) setWords() {
	roomy := r.roomy()
	r.facts.SetText(factWords(r.job, roomy))
	r.progress.SetText(progressWords(r.job, roomy))
}

func (r *row) Resize(s fyne.Size) {
	before := r.Size().Width
	r.BaseWidget.Resize(s)
	if (before < roomyRow) != (s.Width < roomyRow) && r.job.ID != "" {
		r.setAction(mainAction(r.job))
		r.setWords()
		r.Refresh()
	}
}

func (r *row) Tapped(*fyne.PointEvent) { r.on.rowTapped(r) }

func (r *row) TappedSecondary(e *fyne.PointEvent) { r.on.rowMenu(r, e.AbsolutePosition) }

// Dragged and DragEnd move jobs within the list.
func (r *row) Dragged(e *fyne.DragEvent) { r.on.rowDragged(r, e.AbsolutePosition) }
func (r *row) DragEnd()                  { r.on.rowDropped(r) }

// MouseIn shows all of what there may be too little room for.
func (r *row) MouseIn(*desktop.MouseEvent) {
	r.hovered(true)
	tip := r.job.Name
	if words, _ := stateWords(r.job, r.shown.mode); r.job.Error != "" || len(r.job.Warnings) > 0 {
		tip = words
	}
	r.kit.tips.Enter(r, tip)
}
func (r *row) MouseMoved(*desktop.MouseEvent) {}
func (r *row) MouseOut()                      { r.hovered(false); r.kit.tips.Leave() }

func (r *row) hovered(on bool) {
	r.hover = on
	rowPaint(r)
	r.ground.Refresh()
}
