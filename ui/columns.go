package ui

import "fyne.io/fyne/v2"

// columns lays objects side by side, in these shares of the width.
type columns []float32

func (c columns) MinSize(o []fyne.CanvasObject) fyne.Size {
	s := fyne.NewSize(0, 0)
	for i := range o {
		m := o[i].MinSize()
		s.Width, s.Height = s.Width+m.Width, max(s.Height, m.Height)
	}
	return s.AddWidthHeight(float32(len(o)-1)*gap, 0)
}

func (c columns) Layout(o []fyne.CanvasObject, size fyne.Size) {
	all := float32(0)
	for _, w := range c {
		all += w
	}
	x, free := float32(0), size.Width-float32(len(o)-1)*gap
	for i := range o {
		w := free * c[i] / all
		o[i].Move(fyne.NewPos(x, 0))
		o[i].Resize(fyne.NewSize(w, size.Height))
		x += w + gap
	}
}
