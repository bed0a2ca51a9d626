package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

const soundViewWidth float32 = 560

// showSound measures a video's sound and shows what was found, what is done about it, and the levels by pitch before and after. Closing the dialog ends that.
func (w *Window) showSound(j core.Job) {
	wait := mutedText(tr("Listening to the whole sound") + ellipsis)
	wait.min = soundViewWidth
	rows := container.NewVBox(wait)
	scroll := container.NewVScroll(container.New(&indent{right: 2 * gap}, rows))
	scroll.SetMinSize(fyne.NewSize(soundViewWidth+2*gap, 490))
	req := core.PreviewRequest{Path: j.Path, Recipe: j.Recipe}
	if w.preview.subject.path == j.Path {
		req.Time = w.preview.at
	}
	closed := make(chan struct{})
	w.askUntil(dialog.NewCustom(trf("The sound of %s", shortPath(j.Name, 40)), tr("Close"), scroll, w.win), func() { close(closed) })
	w.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer whenClosed(closed, cancel)()
		views, err := w.backend.SoundView(ctx, req, func(words string) {
			w.enter(func() { wait.SetText(words + ellipsis) })
		})
		if ctx.Err() != nil {
			return
		}
		w.enter(func() {
			switch {
			case err != nil:
				wait.lines = 4
				wait.Set(err.Error(), theme.ColorNameError)
			case len(views) == 0:
				wait.SetText(tr("There is no sound in it."))
			default:
				rows.Objects = soundRows(views)
			}
			rows.Refresh()
		})
	})
}

// soundRows are what there is to say and show of each track.
func soundRows(views []core.SoundView) (rows []fyne.CanvasObject) {
	for _, v := range views {
		if len(rows) > 0 {
			rows = append(rows, space(gap))
		}
		rows = append(rows, boldText(trackWords(v, len(views))))
		rows = append(rows, sentences(tr("Found"), v.Found)...)
		done := v.Done
		if len(done) == 0 {
			done = []string{tr("Nothing: it stays as it is.")}
		}
		rows = append(rows, sentences(tr("What is done"), done)...)
		if len(v.Before) > 0 {
			rows = append(rows, spectrumRows(v)...)
		}
	}
	return rows
}

func trackWords(v core.SoundView, of int) string {
	codec, _, _ := strings.Cut(v.Codec, "_") // PCM, whatever its samples are
	words := []string{strings.ToUpper(codec), channelWords(v.Channels), hertz(float64(v.Rate))}
	if v.Language != "" {
		words = append(words, v.Language)
	}
	if of > 1 {
		return trf("Track %d", v.Track) + ": " + strings.Join(words, ", ")
	}
	return strings.Join(words, ", ")
}

func channelWords(n int) string {
	switch n {
	case 1:
		return tr("mono")
	case 2:
		return tr("stereo")
	case 6:
		return "5.1"
	case 8:
		return "7.1"
	}
	return count(n, "%d channel", "%d channels")
}

// sentences are a heading and its sentences, each as many lines as it needs.
func sentences(heading string, list []string) (rows []fyne.CanvasObject) {
	if len(list) == 0 {
		return nil
	}
	rows = append(rows, mutedText(heading))
	measure := func(s string) float32 { return fyne.MeasureText(s, theme.TextSize(), fyne.TextStyle{}).Width }
	for _, s := range list {
		t := plainText(oneLine(s))
		t.min = soundViewWidth - 2*gap
		t.lines = len(wrap(t.words, t.min, 6, measure))
		rows = append(rows, container.New(&indent{left: gap}, t))
	}
	return rows
}

// spectrumRows are the picture of a track's levels, and what its lines are.
func spectrumRows(v core.SoundView) []fyne.CanvasObject {
	swatch := func(c fyne.ThemeColorName) fyne.CanvasObject {
		r := canvas.NewRectangle(themed(c))
		r.SetMinSize(fyne.NewSize(16, 3))
		return container.NewCenter(r)
	}
	usual := trf("Levels by pitch from %s on, for %.0f seconds. Faint lines: in pauses.", clockWords(v.Start), v.Length)
	under := mutedText(usual)
	under.min = 300
	chart := newSpectrum(v.Before, v.After, func(words string) { under.SetText(orElse(words, usual)) })
	key := container.NewHBox(layout.NewSpacer(), swatch(colorMuted), mutedKey(tr("before")))
	if len(v.After) > 0 {
		key.Add(swatch(theme.ColorNamePrimary))
		key.Add(mutedKey(tr("after")))
	}
	return []fyne.CanvasObject{space(gap / 2), chart, container.NewBorder(nil, nil, nil, key, under)}
}

// mutedKey is a word that is never cut.
func mutedKey(words string) *text {
	t := mutedText(words)
	t.min = fyne.MeasureText(words, theme.CaptionTextSize(), fyne.TextStyle{}).Width + 1
	return t
}
