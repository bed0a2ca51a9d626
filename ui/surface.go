package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// surface is a coloured, rounded ground with one thing on it. Its colour follows the theme.
type surface struct {
	widget.BaseWidget
	color   fyne.ThemeColorName
	radius  float32
	content fyne.CanvasObject
	pad     fyne.Size // on each side
}

func newSurface(color fyne.ThemeColorName, radius float32, pad fyne.Size, content fyne.CanvasObject) *surface {
	s := &surface{color: color, radius: radius, content: content, pad: pad}
	s.ExtendBaseWidget(s)
	return s
}

func (s *surface) CreateRenderer() fyne.WidgetRenderer {
	r := &surfaceRenderer{s: s, ground: canvas.NewRectangle(themed(s.color))}
	r.ground.CornerRadius = s.radius
	return r
}

type surfaceRenderer struct {
	s      *surface
	ground *canvas.Rectangle
}

func (r *surfaceRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	if r.s.content != nil {
		r.s.content.Move(fyne.NewPos(r.s.pad.Width, r.s.pad.Height))
		r.s.content.Resize(fyne.NewSize(size.Width-2*r.s.pad.Width, size.Height-2*r.s.pad.Height))
	}
}

func (r *surfaceRenderer) MinSize() fyne.Size {
	min := fyne.NewSize(0, 0)
	if r.s.content != nil {
		min = r.s.content.MinSize()
	}
	return min.AddWidthHeight(2*r.s.pad.Width, 2*r.s.pad.Height)
}

func (r *surfaceRenderer) Refresh() {
	r.ground.FillColor = themed(r.s.color)
	r.ground.Refresh()
	if r.s.content != nil {
		r.s.content.Refresh()
	}
}

func (r *surfaceRenderer) Objects() []fyne.CanvasObject {
	if r.s.content == nil {
		return []fyne.CanvasObject{r.ground}
	}
	return []fyne.CanvasObject{r.ground, r.s.content}
}

func (r *surfaceRenderer) Destroy() {}

// bar is a thin bar of progress, 0..1.
type bar struct {
	widget.BaseWidget
	value float64
	color fyne.ThemeColorName
}

const barHeight float32 = 5

func newBar(color fyne.ThemeColorName) *bar {
	b := &bar{color: color}
	b.ExtendBaseWidget(b)
	return b
}

// Set moves the bar; values outside 0..1 are taken as the nearer end.
func (b *bar) Set(v float64, color fyne.ThemeColorName) {
	v = min(max(v, 0), 1)
	if b.value == v && b.color == color {
		return
	}
	b.value, b.color = v, color
	b.Refresh()
}

func (b *bar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{b: b, track: canvas.NewRectangle(themed(colorTrack)), fill: canvas.NewRectangle(themed(b.color))}
	r.track.CornerRadius, r.fill.CornerRadius = barHeight/2, barHeight/2
	return r
}

type barRenderer struct {
	b           *bar
	track, fill *canvas.Rectangle
}

func (r *barRenderer) Layout(size fyne.Size) {
	y := (size.Height - barHeight) / 2
	r.track.Move(fyne.NewPos(0, y))
	r.track.Resize(fyne.NewSize(size.Width, barHeight))
	r.fill.Move(fyne.NewPos(0, y))
	r.fill.Resize(fyne.NewSize(size.Width*float32(r.b.value), barHeight))
}

func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(40, barHeight) }

func (r *barRenderer) Refresh() {
	r.track.FillColor, r.fill.FillColor = themed(colorTrack), themed(r.b.color)
	r.Layout(r.b.Size())
	r.track.Refresh()
	r.fill.Refresh()
}

func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.track, r.fill} }
func (r *barRenderer) Destroy()                     {}
