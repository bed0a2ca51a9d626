package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// fallbackVideos is Fyne's own chooser: one file at a time, inside the window.
func (w *Window) fallbackVideos() {
	d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
		if err != nil {
			w.fail("The file can't be read", err)
			return
		}
		if f == nil {
			return
		}
		path := f.URI().Path()
		f.Close()
		w.Add([]string{path})
	}, w.win)
	d.SetTitleText("Add a video")
	d.SetConfirmText("Add")
	w.begin(d)
}

func (w *Window) fallbackFolder(picked func(string)) {
	d := dialog.NewFolderOpen(func(u fyne.ListableURI, err error) {
		if err != nil {
			w.fail("The folder can't be read", err)
			return
		}
		if u != nil {
			picked(u.Path())
		}
	}, w.win)
	w.begin(d)
}

func (w *Window) begin(d *dialog.FileDialog) {
	if dir := w.prefs.p.String(prefInDir); dir != "" {
		if u, err := storage.ListerForURI(storage.NewFileURI(dir)); err == nil {
			d.SetLocation(u)
		}
	}
	s := w.win.Canvas().Size()
	d.Resize(fyne.NewSize(s.Width*0.8, s.Height*0.8))
	d.Show()
}

// about says what this is.
func (w *Window) about() {
	icon := canvas.NewImageFromResource(appIcon())
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(64))
	name := newText("Tapelight", theme.ColorNameForeground, theme.SizeNameSubHeadingText)
	name.style.Bold = true
	version := mutedText("Version " + orElse(w.app.Metadata().Version, "unknown"))
	words := plainText("Turns captures of old video tapes into clean, large video with clean sound. Everything happens on this computer.")
	words.lines = 2
	for _, t := range []*text{name, version, words} {
		t.align, t.min = fyne.TextAlignCenter, 420
	}
	dialog.ShowCustom("About", "Close", container.NewVBox(icon, name, version, space(gap/2), words), w.win)
}

// showDoctor shows all that was checked on this computer, good or bad.
func (w *Window) showDoctor() {
	w.later(func() {
		report := w.backend.Doctor(context.Background())
		w.enter(func() {
			w.showReport(report)
			dialog.ShowCustom("This computer", "Close", doctorList(report), w.win)
		})
	})
}

func doctorList(report core.DoctorReport) fyne.CanvasObject {
	rows := container.NewVBox()
	for _, c := range report.Checks {
		icon := widget.NewIcon(theme.NewSuccessThemedResource(theme.ConfirmIcon()))
		if !c.OK {
			icon = widget.NewIcon(theme.NewWarningThemedResource(theme.WarningIcon()))
		}
		about := c.Detail
		if !c.OK && c.Hint != "" {
			about = strings.TrimSuffix(about, ".") + ". " + c.Hint
		}
		name, detail := boldText(c.Name), mutedText(oneLine(about))
		detail.lines, detail.min = 2, 480
		rows.Add(container.NewBorder(nil, nil, container.NewPadded(icon), nil, container.NewVBox(name, detail)))
	}
	return rows
}
