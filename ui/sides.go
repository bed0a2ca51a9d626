package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// sides keeps the queue and the recipe as wide as they are when the window's size changes; the preview between them takes the rest.
type sides struct {
	outer, inner *container.Split
	width        float32 // when last laid out
	live         bool    // the window has its first size
}

func (s *sides) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (s *sides) Layout(o []fyne.CanvasObject, size fyne.Size) {
	if s.live && s.width > 0 && size.Width > 0 && size.Width != s.width {
		left, right := s.inner.Leading.Size().Width, s.outer.Trailing.Size().Width
		bar := s.width - s.outer.Leading.Size().Width - right // between two parts
		outer := size.Width - bar - right
		s.outer.Offset = min(max(float64(outer/(size.Width-bar)), 0.4), 0.92)
		if left > 0 { // else there is no queue yet
			s.inner.Offset = min(max(float64(left/(outer-bar)), 0.12), 0.8)
		}
	}
	s.width = size.Width
	o[0].Resize(size)
}
