package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

func (r *row) CreateRenderer() fyne.WidgetRenderer {
	rr := &rowRenderer{r}
	rowPaint(r)
	r.picture.Hidden = r.picture.Image == nil
	return rr
}

type rowRenderer struct{ r *row }

func (rr *rowRenderer) MinSize() fyne.Size { return fyne.NewSize(300, rowHeight) }

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
	act, more := r.action.MinSize(), r.more.MinSize()
	if r.action.label == "" { // one above the other, so that the name has room
		place(r.action, right-act.Width, size.Height/2-act.Height-2, act.Width, act.Height)
		place(r.more, right-more.Width, size.Height/2+2, more.Width, more.Height)
		right -= max(act.Width, more.Width) + gap
	} else {
		place(r.more, right-more.Width, (size.Height-more.Height)/2, more.Width, more.Height)
		right -= more.Width + gap/2
		place(r.action, right-act.Width, (size.Height-act.Height)/2, act.Width, act.Height)
		right -= act.Width + 2*gap
	}

	left := 2*gap + thumbWidth + gap/2
	width := max(right-left, 0)
	lineOne, lineTwo := r.name.MinSize().Height, r.facts.MinSize().Height
	y := (size.Height - lineOne - 2*lineTwo - 3) / 2
	if !r.bar.Hidden {
		y -= 5
	}
	place(r.name, left, y, width, lineOne)
	y += lineOne + 1
	if r.facts.Hidden {
		place(r.state, left, y+1, width, 2*lineTwo+1)
		return
	}
	place(r.facts, left, y, width, lineTwo)
	y += lineTwo + 2
	figures := float32(0)
	if !r.progress.Hidden {
		// The figures are the more useful part when there isn't room for all.
		figures = min(width*0.7, 240)
		r.progress.align = fyne.TextAlignTrailing
		if r.state.words == "" {
			figures = width
			r.progress.align = fyne.TextAlignLeading
		}
		place(r.progress, left+width-figures, y, figures, lineTwo)
		figures += gap
	}
	place(r.state, left, y, max(width-figures, 0), lineTwo)
	place(r.bar, left, y+lineTwo+3, width, barHeight)
}

func rowPaint(r *row) {
	ground := themed(colorRaised)
	if r.shown.selected {
		ground = over(themed(theme.ColorNameSelection), ground)
	}
	if r.hover && !r.shown.dragged {
		ground = over(themed(theme.ColorNameHover), ground)
	}
	if r.shown.dragged {
		ground = over(themed(theme.ColorNameHover), themed(theme.ColorNameBackground))
	}
	r.ground.FillColor, r.ground.StrokeWidth, r.ground.StrokeColor = ground, 0, nil
	if r.shown.atCursor {
		r.ground.StrokeWidth, r.ground.StrokeColor = 1.5, themed(theme.ColorNamePrimary)
	}
	r.frame.FillColor = themed(colorTrack)
}

func (rr *rowRenderer) Refresh() {
	rowPaint(rr.r)
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
