package ui

import (
	"runtime"
	"runtime/debug"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// about says what this is, what it is made of, and under which licences.
func (w *Window) about() {
	icon := canvas.NewImageFromResource(appIcon())
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(64))
	name := newText("Tapelight", theme.ColorNameForeground, theme.SizeNameSubHeadingText)
	name.style.Bold = true
	version := mutedText(trf("Version %s", orElse(w.app.Metadata().Version, tr("unknown"))))
	words := plainText(tr("Turns captures of old video tapes into clean, large video with clean sound. Everything happens on this computer."))
	words.lines = 2
	licence := mutedText(tr("Free software under the MIT licence, standing on these shoulders:"))
	for _, t := range []*text{name, version, words, licence} {
		t.align, t.min = fyne.TextAlignCenter, 460
	}
	rows := container.NewVBox()
	for _, p := range w.parts() {
		n, l := newText(p.name, theme.ColorNameForeground, theme.SizeNameCaptionText), mutedText(p.licence)
		l.align = fyne.TextAlignTrailing
		rows.Add(container.New(columns{1.4, 1}, n, l))
	}
	scroll := container.NewVScroll(container.New(&indent{right: 2 * gap}, rows))
	scroll.SetMinSize(fyne.NewSize(460, 150))
	w.ask(dialog.NewCustom(tr("About"), tr("Close"), container.NewVBox(icon, name, version, space(gap/2), words, space(gap/2), licence, scroll), w.win))
}

// part is something that the program is made of.
type part struct{ name, licence string }

// parts are ffmpeg as it was found, Go, and the modules as they are linked.
func (w *Window) parts() []part {
	list := []part{{strings.TrimSpace("ffmpeg " + ffmpegVersion(w.report)), tr("LGPL or GPL")},
		{"Go " + strings.TrimPrefix(runtime.Version(), "go"), "BSD-3-Clause"}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return list
	}
	for _, d := range info.Deps {
		if l := licences[d.Path]; l != "" {
			list = append(list, part{d.Path + " " + d.Version, l})
		}
	}
	return list
}

// ffmpegVersion is empty where there is none.
func ffmpegVersion(r core.DoctorReport) string {
	for _, c := range r.Checks {
		if c.Name == "ffmpeg" && c.OK {
			version, _, _ := strings.Cut(c.Detail, " ")
			return version
		}
	}
	return ""
}
