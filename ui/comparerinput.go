package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// zooms are the steps of the wheel and the keys: as large as fits, one to one, two and four to one.
var zooms = []float32{0, 1, 2, 4}

func (c *comparer) zoomStep(by int, at fyne.Position) {
	i := 0
	for k, z := range zooms {
		if z == c.zoom {
			i = k
		}
	}
	next := zooms[min(max(i+by, 0), len(zooms)-1)]
	if next == c.zoom || c.size().X == 0 {
		return
	}
	// The point under the pointer stays where it is.
	v, o, e := c.view(), c.origin(), c.extent()
	x := at.X
	if c.mode == compareSides && x > v.Width {
		x -= c.Size().Width - v.Width
	}
	point := fyne.NewPos((x-o.X)/e.Width, (at.Y-o.Y)/e.Height)
	c.zoom = next
	e = c.extent()
	c.centre = fyne.NewPos(point.X+(v.Width/2-x)/e.Width, point.Y+(v.Height/2-at.Y)/e.Height)
	c.SetZoom(next)
}

// Scrolled zooms about the pointer.
func (c *comparer) Scrolled(e *fyne.ScrollEvent) {
	switch {
	case e.Scrolled.DY > 0:
		c.zoomStep(1, e.Position)
	case e.Scrolled.DY < 0:
		c.zoomStep(-1, e.Position)
	}
}

// Tapped brings the line to the pointer.
func (c *comparer) Tapped(e *fyne.PointEvent) {
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c); cv != nil {
		cv.Focus(c)
	}
	if c.mode == compareSlide {
		c.setLine(e.Position.X / max(c.Size().Width, 1))
	}
}

func (c *comparer) setLine(v float32) {
	c.line = min(max(v, 0), 1)
	c.relayout()
}

// relayout moves what is there; no picture is drawn anew.
func (c *comparer) relayout() { c.Resize(c.Size()); c.Refresh() }

// Dragged moves the line, or the picture where it is larger than its place.
func (c *comparer) Dragged(e *fyne.DragEvent) {
	if c.hand == gripNone {
		c.hand = gripLine
		from := e.Position.X - e.Dragged.DX
		near := from-c.Size().Width*c.line < gripRoom && c.Size().Width*c.line-from < gripRoom
		if c.zoom > 0 && !(c.mode == compareSlide && near) || c.mode != compareSlide {
			c.hand = gripPicture
		}
	}
	if c.hand == gripLine {
		c.setLine(e.Position.X / max(c.Size().Width, 1))
		return
	}
	if s := c.extent(); s.Width > 0 {
		c.centre = c.centre.SubtractXY(e.Dragged.DX/s.Width, e.Dragged.DY/s.Height)
		c.relayout()
	}
}

func (c *comparer) DragEnd() { c.hand = gripNone }

func (c *comparer) Cursor() desktop.Cursor {
	if c.size().X == 0 {
		return desktop.DefaultCursor
	}
	if c.mode == compareSlide && c.zoom == 0 {
		return desktop.HResizeCursor
	}
	if c.zoom > 0 {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

func (c *comparer) FocusGained()   { c.focused = true; c.Refresh() }
func (c *comparer) FocusLost()     { c.focused = false; c.Refresh() }
func (c *comparer) TypedRune(rune) {}

// TypedKey: left and right go from picture to picture, up and down move the line, 1 and 2 zoom, 0 fits, S, D, B and A change the mode.
func (c *comparer) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		c.stepped(-1)
	case fyne.KeyRight:
		c.stepped(1)
	case fyne.KeyUp:
		c.setLine(c.line + 0.05)
	case fyne.KeyDown:
		c.setLine(c.line - 0.05)
	case fyne.Key0:
		c.SetZoom(0)
	case fyne.Key1:
		c.SetZoom(1)
	case fyne.Key2:
		c.SetZoom(2)
	case fyne.KeyS:
		c.SetMode(compareSlide)
	case fyne.KeyD:
		c.SetMode(compareSides)
	case fyne.KeyB:
		c.SetMode(compareBefore)
	case fyne.KeyA:
		c.SetMode(compareAfter)
	default:
		c.kit.key(e)
	}
}
