package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

const (
	rowHeight  float32 = 76
	thumbWidth float32 = 80
	thumbTall  float32 = 60
	scrollRoom float32 = 10 // at the right of rows, so that the scroll bar covers nothing
)

// rowActions is what can be asked of a row.
type rowActions interface {
	rowTapped(r *row)
	rowMenu(r *row, at fyne.Position)
	act(a action, ids []string)
}

// row shows one job. Rows are made for the visible part of the list only and used again for other jobs, with their one picture.
type row struct {
	widget.BaseWidget
	on rowActions

	index     int
	job       core.Job
	selected  bool
	atCursor  bool
	queueRuns bool

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

func newRow(on rowActions) *row {
	r := &row{on: on, index: -1,
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
	r.progress.align = fyne.TextAlignTrailing
	r.progress.color = theme.ColorNameForeground
	r.ground.CornerRadius, r.frame.CornerRadius = 8, 4
	r.action = newLink("Cancel", theme.CancelIcon(), nil)
	r.more = newLink("", theme.MoreVerticalIcon(), func() {
		pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(r.more)
		r.on.rowMenu(r, pos.AddXY(0, r.more.Size().Height))
	})
	r.ExtendBaseWidget(r)
	return r
}

// Set puts job j into the row.
func (r *row) Set(index int, j core.Job, queueRuns, selected, atCursor bool, img image.Image) {
	r.index, r.job, r.queueRuns = index, j, queueRuns
	words, color := stateWords(j, queueRuns)
	r.name.SetText(j.Name)
	r.facts.SetText(factWords(j))
	r.state.Set(words, color)
	r.progress.SetText(progressWords(j))
	layout := false
	if hide := j.State != core.Running; r.bar.Hidden != hide {
		r.bar.Hidden, r.progress.Hidden = hide, hide
		layout = true
	}
	r.bar.Set(j.Progress, theme.ColorNamePrimary)
	a := mainAction(j)
	layout = layout || r.action.label != a.label()
	r.action.Set(a.label(), a.icon(), func() { r.on.act(a, []string{r.job.ID}) })
	if r.picture.Image != img {
		r.picture.Image = img
		r.picture.Hidden, r.noPic.Hidden = img == nil, img != nil
		r.picture.Refresh()
		r.noPic.Refresh()
	}
	if r.selected != selected || r.atCursor != atCursor || layout {
		r.selected, r.atCursor = selected, atCursor
		r.Refresh()
	}
}

func (r *row) Tapped(*fyne.PointEvent) { r.on.rowTapped(r) }

func (r *row) TappedSecondary(e *fyne.PointEvent) { r.on.rowMenu(r, e.AbsolutePosition) }

func (r *row) CreateRenderer() fyne.WidgetRenderer {
	rr := &rowRenderer{r}
	rr.paint()
	r.picture.Hidden = r.picture.Image == nil
	return rr
}

type rowRenderer struct{ r *row }

func (rr *rowRenderer) MinSize() fyne.Size { return fyne.NewSize(360, rowHeight) }

func (rr *rowRenderer) Layout(size fyne.Size) {
	r := rr.r
	size.Width -= scrollRoom
	r.ground.Resize(size)
	place := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	place(r.frame, gap, gap, thumbWidth, thumbTall)
	place(r.picture, gap, gap, thumbWidth, thumbTall)
	place(r.noPic, gap+(thumbWidth-24)/2, gap+(thumbTall-24)/2, 24, 24)

	right := size.Width - gap
	more := r.more.MinSize()
	place(r.more, right-more.Width, (size.Height-more.Height)/2, more.Width, more.Height)
	right -= more.Width + gap/2
	act := r.action.MinSize()
	place(r.action, right-act.Width, (size.Height-act.Height)/2, act.Width, act.Height)
	right -= act.Width + 2*gap

	left := 2*gap + thumbWidth + gap/2
	width := max(right-left, 0)
	lineOne, lineTwo := r.name.MinSize().Height, r.facts.MinSize().Height
	y := (size.Height - lineOne - 2*lineTwo - 3) / 2
	if !r.bar.Hidden {
		y -= 5
	}
	place(r.name, left, y, width, lineOne)
	y += lineOne + 1
	place(r.facts, left, y, width, lineTwo)
	y += lineTwo + 2
	if r.bar.Hidden {
		place(r.state, left, y, width, lineTwo)
		return
	}
	// The figures are the more useful part when there isn't room for all.
	figures := min(width*0.72, 240)
	place(r.state, left, y, width-figures-gap, lineTwo)
	place(r.progress, left+width-figures, y, figures, lineTwo)
	place(r.bar, left, y+lineTwo+3, width, barHeight)
}

func (rr *rowRenderer) paint() {
	r := rr.r
	r.ground.FillColor, r.ground.StrokeWidth, r.ground.StrokeColor = themed(colorRaised), 0, nil
	if r.selected {
		r.ground.FillColor = over(themed(theme.ColorNameSelection), themed(colorRaised))
	}
	if r.atCursor {
		r.ground.StrokeWidth, r.ground.StrokeColor = 1.5, themed(theme.ColorNamePrimary)
	}
	r.frame.FillColor = themed(colorTrack)
}

func (rr *rowRenderer) Refresh() {
	rr.paint()
	rr.Layout(rr.r.Size())
	for _, o := range rr.Objects() {
		o.Refresh()
	}
}

func (rr *rowRenderer) Objects() []fyne.CanvasObject {
	r := rr.r
	return []fyne.CanvasObject{r.ground, r.frame, r.noPic, r.picture, r.name, r.facts, r.state, r.progress, r.bar, r.action, r.more}
}

func (rr *rowRenderer) Destroy() {}
