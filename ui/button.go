package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// button is Fyne's button with a hint, passing on the keys it has no use for.
type button struct {
	widget.Button
	kit *kit
	tip string
}

func newButton(label string, icon fyne.Resource, k *kit, tapped func()) *button {
	b := &button{kit: k}
	b.Text, b.Icon, b.OnTapped = label, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

func (b *button) TypedKey(e *fyne.KeyEvent) {
	if e.Name != fyne.KeySpace && e.Name != fyne.KeyReturn && e.Name != fyne.KeyEnter {
		b.kit.key(e)
		return
	}
	if !b.Disabled() {
		b.Tapped(nil)
	}
}

func (b *button) MouseIn(e *desktop.MouseEvent) { b.Button.MouseIn(e); b.kit.tips.Enter(b, b.tip) }
func (b *button) MouseOut()                     { b.Button.MouseOut(); b.kit.tips.Leave() }

// hinted gives a button its hint.
func hinted(b *button, tip string) *button { b.tip = tip; return b }

// choice is Fyne's select, passing on the keys it has no use for.
type choice struct {
	widget.Select
	kit *kit
	tip string
}

func newChoice(options []string, k *kit, changed func(string)) *choice {
	c := &choice{kit: k}
	c.Options, c.OnChanged = options, changed
	c.ExtendBaseWidget(c)
	return c
}

func (c *choice) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown:
		c.Select.TypedKey(e)
	default:
		c.kit.key(e)
	}
}

func (c *choice) MouseIn(e *desktop.MouseEvent) { c.Select.MouseIn(e); c.kit.tips.Enter(c, c.tip) }
func (c *choice) MouseOut()                     { c.Select.MouseOut(); c.kit.tips.Leave() }

// link is a flat button for use inside lists: the list keeps the focus, and offers the same by keys and menu.
type link struct {
	widget.BaseWidget
	kit    *kit
	label  string
	tip    string
	icon   fyne.Resource
	tapped func()
	hover  bool
	flat   bool // without a ground of its own until the pointer is on it
	marked bool // one of several, and the one that holds
}

func newLink(label string, icon fyne.Resource, k *kit, tapped func()) *link {
	l := &link{kit: k, label: label, icon: icon, tapped: tapped}
	l.ExtendBaseWidget(l)
	return l
}

// Set changes what it says and does.
func (l *link) Set(label, tip string, icon fyne.Resource, tapped func()) {
	l.tapped, l.tip = tapped, tip
	if l.label == label && l.icon == icon {
		return
	}
	l.label, l.icon = label, icon
	l.Refresh()
}

// Mark says that it is the one that holds.
func (l *link) Mark(on bool) {
	if l.marked != on {
		l.marked = on
		l.Refresh()
	}
}

func (l *link) Tapped(*fyne.PointEvent) {
	l.kit.tips.Leave()
	if l.tapped != nil {
		l.tapped()
	}
}
func (l *link) MouseIn(*desktop.MouseEvent)    { l.hover = true; l.Refresh(); l.kit.tips.Enter(l, l.tip) }
func (l *link) MouseMoved(*desktop.MouseEvent) {}
func (l *link) MouseOut()                      { l.hover = false; l.Refresh(); l.kit.tips.Leave() }
func (l *link) Cursor() desktop.Cursor         { return desktop.PointerCursor }

func (l *link) CreateRenderer() fyne.WidgetRenderer {
	r := &linkRenderer{l: l, ground: canvas.NewRectangle(themed(theme.ColorNameButton)), icon: canvas.NewImageFromResource(l.icon),
		text: canvas.NewText(l.label, themed(theme.ColorNameForeground))}
	r.ground.CornerRadius = theme.Size(theme.SizeNameInputRadius)
	r.icon.FillMode = canvas.ImageFillContain
	r.text.TextSize = theme.Size(theme.SizeNameCaptionText)
	if l.flat {
		r.ground.FillColor = color.Transparent
	}
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
	if r.l.flat && !r.l.hover {
		r.ground.FillColor = color.Transparent
	}
	r.text.Color, r.text.Text = themed(theme.ColorNameForeground), r.l.label
	if r.l.marked {
		r.ground.FillColor, r.text.Color = themed(colorTrack), themed(theme.ColorNamePrimary)
	}
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
