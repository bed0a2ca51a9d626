package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// keys is told of keys that a focused widget has no use for, so that F1 and its like work wherever the focus is.
type keys func(*fyne.KeyEvent)

// button is Fyne's button, passing on the keys it has no use for.
type button struct {
	widget.Button
	keys keys
}

func newButton(label string, icon fyne.Resource, k keys, tapped func()) *button {
	b := &button{keys: k}
	b.Text, b.Icon, b.OnTapped = label, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

func (b *button) TypedKey(e *fyne.KeyEvent) {
	if e.Name != fyne.KeySpace && e.Name != fyne.KeyReturn && e.Name != fyne.KeyEnter {
		b.keys(e)
		return
	}
	if !b.Disabled() {
		b.Tapped(nil)
	}
}

// choice is Fyne's select, passing on the keys it has no use for.
type choice struct {
	widget.Select
	keys keys
}

func newChoice(options []string, k keys, changed func(string)) *choice {
	c := &choice{keys: k}
	c.Options, c.OnChanged = options, changed
	c.ExtendBaseWidget(c)
	return c
}

func (c *choice) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown:
		c.Select.TypedKey(e)
	default:
		c.keys(e)
	}
}

// link is a flat button for use inside lists: the list keeps the focus, and offers the same by keys and menu.
type link struct {
	widget.BaseWidget
	label  string
	icon   fyne.Resource
	tapped func()
	hover  bool
}

func newLink(label string, icon fyne.Resource, tapped func()) *link {
	l := &link{label: label, icon: icon, tapped: tapped}
	l.ExtendBaseWidget(l)
	return l
}

// Set changes what it says and does.
func (l *link) Set(label string, icon fyne.Resource, tapped func()) {
	l.tapped = tapped
	if l.label == label && l.icon == icon {
		return
	}
	l.label, l.icon = label, icon
	l.Refresh()
}

func (l *link) Tapped(*fyne.PointEvent) {
	if l.tapped != nil {
		l.tapped()
	}
}
func (l *link) MouseIn(*desktop.MouseEvent)    { l.hover = true; l.Refresh() }
func (l *link) MouseMoved(*desktop.MouseEvent) {}
func (l *link) MouseOut()                      { l.hover = false; l.Refresh() }
func (l *link) Cursor() desktop.Cursor         { return desktop.PointerCursor }

func (l *link) CreateRenderer() fyne.WidgetRenderer {
	r := &linkRenderer{l: l, ground: canvas.NewRectangle(themed(theme.ColorNameButton)), icon: canvas.NewImageFromResource(l.icon),
		text: canvas.NewText(l.label, themed(theme.ColorNameForeground))}
	r.ground.CornerRadius = theme.Size(theme.SizeNameInputRadius)
	r.icon.FillMode = canvas.ImageFillContain
	r.text.TextSize = theme.Size(theme.SizeNameCaptionText)
	return r
}

type linkRenderer struct {
	l      *link
	ground *canvas.Rectangle
	icon   *canvas.Image
	text   *canvas.Text
}

const linkHeight, linkIcon float32 = 28, 16

func (r *linkRenderer) MinSize() fyne.Size {
	w := gap
	if r.l.icon != nil {
		w += linkIcon
	}
	if r.l.label != "" {
		w += r.text.MinSize().Width
		if r.l.icon != nil {
			w += gap / 2
		}
	}
	return fyne.NewSize(w+gap, linkHeight)
}

func (r *linkRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	x := (size.Width - r.MinSize().Width) / 2
	x += gap
	if r.l.icon != nil {
		r.icon.Move(fyne.NewPos(x, (size.Height-linkIcon)/2))
		r.icon.Resize(fyne.NewSquareSize(linkIcon))
		x += linkIcon + gap/2
	}
	h := r.text.MinSize().Height
	r.text.Move(fyne.NewPos(x, (size.Height-h)/2))
	r.text.Resize(fyne.NewSize(r.text.MinSize().Width, h))
}

func (r *linkRenderer) Refresh() {
	ground := theme.ColorNameButton
	if r.l.hover {
		ground = colorTrack
	}
	r.ground.FillColor = themed(ground)
	r.text.Color, r.text.Text = themed(theme.ColorNameForeground), r.l.label
	if r.icon.Resource != r.l.icon {
		r.icon.Resource = r.l.icon
	}
	r.icon.Hidden = r.l.icon == nil
	r.Layout(r.l.Size())
	r.ground.Refresh()
	r.icon.Refresh()
	r.text.Refresh()
}

func (r *linkRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.icon, r.text}
}
func (r *linkRenderer) Destroy() {}
