package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// field is Fyne's text field, passing on what it has no use for.
type field struct {
	widget.Entry
	kit *kit
}

func newField(hint string, k *kit, changed func(string)) *field {
	f := &field{kit: k}
	f.PlaceHolder, f.OnChanged = hint, changed
	f.Scroll = fyne.ScrollNone
	f.Wrapping = fyne.TextWrapOff
	f.ExtendBaseWidget(f)
	return f
}

func (f *field) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape, fyne.KeyF1:
		f.kit.key(e)
	default:
		f.Entry.TypedKey(e)
	}
}
