package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/resources/icons"
)

// emptyQueue teaches what to do when there is nothing yet.
func emptyQueue(k keys, addVideos func()) fyne.CanvasObject {
	icon := canvas.NewImageFromResource(appIcon())
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(96))

	title := newText("Drop your tapes here", theme.ColorNameForeground, theme.SizeNameHeadingText)
	title.style.Bold = true
	say := plainText("Files or whole folders: captures of VHS, Video8, Hi8 or Betamax, and DVDs.")
	say.color = colorMuted
	safe := mutedText("Your originals are never changed.")
	for _, t := range []*text{title, say, safe} {
		t.align = fyne.TextAlignCenter
		t.min = 520
	}
	add := newButton("Add videos"+ellipsis, theme.ContentAddIcon(), k, addVideos)
	return container.NewCenter(container.NewVBox(
		icon, space(gap), title, say, space(gap),
		container.NewHBox(layout.NewSpacer(), add, layout.NewSpacer()), space(gap), safe))
}

func appIcon() fyne.Resource { return fyne.NewStaticResource("tapelight.png", icons.PNG()) }

// space is an empty square of the grid.
func space(size float32) fyne.CanvasObject {
	r := canvas.NewRectangle(nil)
	r.SetMinSize(fyne.NewSquareSize(size))
	return r
}
