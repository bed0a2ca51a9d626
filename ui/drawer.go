package ui

import "fyne.io/fyne/v2"

// drawerLayout puts the log drawer, when it is open, on top of the monitor strip.
type drawerLayout struct{}

const drawerHeight float32 = 190

func (drawerLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	s := o[1].MinSize()
	if o[0].Visible() {
		s.Height += drawerHeight + 1
		s.Width = max(s.Width, o[0].MinSize().Width)
	}
	return s
}

func (drawerLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := o[1].MinSize().Height
	o[1].Move(fyne.NewPos(0, size.Height-h))
	o[1].Resize(fyne.NewSize(size.Width, h))
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(size.Width, size.Height-h-1))
}
