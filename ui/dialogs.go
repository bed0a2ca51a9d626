package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// ask shows a dialog. While one is open, the menu's shortcuts do nothing and Escape closes the one on top.
func (w *Window) ask(d dialog.Dialog) { w.askUntil(d, func() {}) }

// askUntil is ask with what is to be done once the dialog is closed.
func (w *Window) askUntil(d dialog.Dialog, closed func()) {
	d.Show()
	w.dialogs = append(w.dialogs, d)
	d.SetOnClosed(func() {
		w.dialogs = slices.DeleteFunc(w.dialogs, func(o dialog.Dialog) bool { return o == d })
		closed()
	})
}

func (w *Window) modal() bool { return len(w.dialogs) > 0 }

// fallbackVideos is Fyne's own chooser: one file at a time, inside the window.
func (w *Window) fallbackVideos() {
	d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
		if err != nil {
			w.fail(tr("The file can't be read"), err)
			return
		}
		if f == nil {
			return
		}
		path := f.URI().Path()
		f.Close()
		w.Add([]string{path})
	}, w.win)
	d.SetTitleText(tr("Add a video"))
	d.SetConfirmText(tr("Add"))
	w.begin(d)
}

func (w *Window) fallbackFolder(picked func(string)) {
	d := dialog.NewFolderOpen(func(u fyne.ListableURI, err error) {
		if err != nil {
			w.fail(tr("The folder can't be read"), err)
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
	w.ask(d)
}

// showDoctor shows all that was checked on this computer, good or bad. The checks take some seconds.
func (w *Window) showDoctor() {
	wait := mutedText(tr("Looking for ffmpeg, encoders and graphics cards") + ellipsis)
	wait.min = 520
	rows := container.NewVBox(wait)
	scroll := container.NewVScroll(rows)
	scroll.SetMinSize(fyne.NewSize(540, 400))
	w.ask(dialog.NewCustom(tr("This computer"), tr("Close"), scroll, w.win))
	w.spawn(func(ctx context.Context) {
		report := w.backend.Doctor(ctx)
		if ctx.Err() != nil {
			return
		}
		w.enter(func() {
			rows.Objects = doctorRows(report)
			rows.Refresh()
			w.showReport(report)
		})
	})
}

// doctorRows is a row for each check. Only what is required and missing is a warning: no computer has every encoder.
func doctorRows(report core.DoctorReport) []fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, c := range report.Checks {
		icon := widget.NewIcon(theme.NewSuccessThemedResource(theme.ConfirmIcon()))
		if !c.OK && c.Required {
			icon = widget.NewIcon(theme.NewWarningThemedResource(theme.WarningIcon()))
		} else if !c.OK {
			icon = widget.NewIcon(theme.NewDisabledResource(theme.ContentRemoveIcon()))
		}
		about := c.Detail
		if !c.OK && c.Hint != "" {
			about = strings.TrimSuffix(about, ".") + ". " + c.Hint
		}
		name, detail := boldText(capital(c.Name)), mutedText(oneLine(about))
		if c.Name == "ffmpeg" {
			name.SetText(c.Name)
		}
		detail.lines, detail.min = 2, 440
		rows = append(rows, container.NewBorder(nil, nil, container.NewPadded(icon), nil, container.NewVBox(name, detail)))
	}
	return rows
}
