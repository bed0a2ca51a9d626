package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

func (c *comparer) CreateRenderer() fyne.WidgetRenderer {
	return &comparerRenderer{c: c, ground: canvas.NewRectangle(themed(colorStage))}
}

type comparerRenderer struct {
	c      *comparer
	ground *canvas.Rectangle
}

const (
	ruleWidth float32 = 2
	knobSize  float32 = 18
	gripRoom  float32 = 16 // how near the line a drag takes hold of it
)

func (r *comparerRenderer) MinSize() fyne.Size { return fyne.NewSize(240, 180) }

func (r *comparerRenderer) Layout(size fyne.Size) {
	c := r.c
	r.ground.Resize(size)
	c.edge.Resize(size)
	c.clampCentre()
	c.fit()
	v, e, at := c.view(), c.extent(), c.origin()
	some := e.Width > 0
	place := func(i int, x, width, from float32) { // a part of the view that begins at from, put at x
		c.clips[i].Move(fyne.NewPos(x, 0))
		c.clips[i].Resize(fyne.NewSize(max(width, 0), size.Height))
		c.pics[i].Move(fyne.NewPos(at.X-from, at.Y))
		c.pics[i].Resize(e)
	}
	mode := c.mode
	if c.loop != nil {
		mode = compareAfter
	}
	show := [2]bool{some && mode != compareAfter, some && mode != compareBefore}
	split := v.Width * c.line
	switch mode {
	case compareSlide:
		place(0, 0, split, 0)
		place(1, split, v.Width-split, split)
	case compareSides:
		place(0, 0, v.Width, 0)
		place(1, size.Width-v.Width, v.Width, 0)
	case compareBefore:
		place(0, 0, v.Width, 0)
	case compareAfter:
		place(1, 0, v.Width, 0)
	}
	for i := range c.clips {
		c.clips[i].Hidden = !show[i]
	}
	sliding := some && mode == compareSlide
	c.rule.Hidden, c.knob.Hidden = !sliding, !sliding
	c.rule.Move(fyne.NewPos(split-ruleWidth/2, 0))
	c.rule.Resize(fyne.NewSize(ruleWidth, size.Height))
	c.knob.Move(fyne.NewPos(split-knobSize/2, (size.Height-knobSize)/2))
	c.knob.Resize(fyne.NewSquareSize(knobSize))
	r.tags(size, show, mode, split)
}

func (r *comparerRenderer) tags(size fyne.Size, show [2]bool, mode compareMode, split float32) {
	c := r.c
	for i, t := range c.tags {
		wide := t.words.MinSize().Width + 5*gap
		t.root.Hidden = !show[i] || mode == compareSlide && (i == 0 && split < wide || i == 1 && size.Width-split < wide) || c.loop != nil
	}
	c.tags[0].put(fyne.NewPos(gap, gap), false)
	c.tags[1].put(fyne.NewPos(size.Width-gap, gap), true)
}

func (r *comparerRenderer) Refresh() {
	c := r.c
	r.ground.FillColor = themed(colorStage)
	c.edge.StrokeColor = color.Transparent
	if c.focused {
		c.edge.StrokeColor = themed(theme.ColorNamePrimary)
	}
	c.give(0, c.picture(0))
	c.give(1, c.picture(1))
	r.Layout(c.Size())
	r.ground.Refresh()
	c.edge.Refresh()
	canvas.Refresh(c)
}

func (r *comparerRenderer) Objects() []fyne.CanvasObject {
	c := r.c
	return []fyne.CanvasObject{r.ground, c.clips[0], c.clips[1], c.rule, c.knob, c.tags[0].root, c.tags[1].root, c.edge}
}

func (r *comparerRenderer) Destroy() {}
