package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// fold is a section that opens below its heading. What it is set to stands beside the heading, so that one need not open it to know.
type fold struct {
	Root    *fyne.Container
	head    *button
	summary *text
	content fyne.CanvasObject
	changed func()
}

func newFold(title string, k *kit, content fyne.CanvasObject, changed func()) *fold {
	f := &fold{summary: mutedText(""), content: content, changed: changed}
	f.head = newButton(title, theme.MenuExpandIcon(), k, func() { f.Open(!f.content.Visible()) })
	f.head.Alignment, f.head.Importance = widget.ButtonAlignLeading, widget.LowImportance
	f.summary.align = fyne.TextAlignTrailing
	f.summary.min = 10
	content.Hide()
	room := f.head.MinSize().Width
	f.Root = container.NewVBox(container.NewStack(f.head, container.New(&indent{left: room, right: gap}, f.summary)),
		container.New(&indent{left: gap, right: gap}, content))
	return f
}

// Open shows or hides the section.
func (f *fold) Open(on bool) {
	if on {
		f.content.Show()
	} else {
		f.content.Hide()
	}
	f.head.Icon = theme.MenuExpandIcon()
	if on {
		f.head.Icon = theme.MenuDropDownIcon()
	}
	f.head.Refresh()
	f.Root.Refresh()
	f.changed()
}

// indent lays one object out with room at its sides.
type indent struct{ left, right float32 }

func (i *indent) MinSize(o []fyne.CanvasObject) fyne.Size {
	if !o[0].Visible() {
		return fyne.Size{}
	}
	return o[0].MinSize().AddWidthHeight(i.left+i.right, 0)
}

func (i *indent) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(i.left, 0))
	o[0].Resize(fyne.NewSize(max(size.Width-i.left-i.right, 0), size.Height))
}
