package ui

import (
	"errors"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// hiss is a track whose hiss of -50 dB goes down to -70.
func hiss() core.SoundView {
	v := core.SoundView{Track: 1, Codec: "pcm_s16le", Channels: 2, Rate: 44100, Found: []string{"Steady noise at -50 dBFS, 20 dB under the sound."}, Done: []string{"The noise is lowered."}, Start: 75, Length: 30}
	for hz := 25.0; hz < 21000; hz *= 1.26 {
		v.Before = append(v.Before, core.SoundBand{Hz: hz, MeanDBFS: -30, QuietDBFS: -50})
		v.After = append(v.After, core.SoundBand{Hz: hz, MeanDBFS: -30, QuietDBFS: -70})
	}
	return v
}

func TestTheSoundIsShownInWordsAndLines(t *testing.T) {
	b := opened(t, func(f *fake) { f.sounds = []core.SoundView{hiss()} })
	j := job("wedding", core.Waiting)
	b.showJobs(false, j)
	b.queue.chosen.only("wedding")
	b.queue.selectionChanged()
	b.preview.at = 75
	b.backend.said()
	b.actOnSelection(actSound)
	b.want("sound of /tapes/wedding.avi from 75, mode auto")
	b.wantText("PCM, stereo, 44.1 kHz", "Found", "Steady noise at -50 dBFS, 20 dB under the sound.", "The noise is lowered.", "before", "after",
		"Levels by pitch from 0:01:15 on, for 30 seconds. Faint lines: in pauses.", "1 kHz")
	var chart *spectrum
	for _, o := range b.objects() {
		if s, ok := o.(*spectrum); ok {
			chart = s
		}
	}
	if chart == nil {
		t.Fatal("no levels are drawn")
	}
	chart.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(chart.Size().Width/2, 20)}})
	b.wantText("801 Hz: before -30 dB, after -30 dB; in pauses -50 and -70 dB")
	chart.MouseOut()
	b.wantText("Levels by pitch from 0:01:15 on, for 30 seconds. Faint lines: in pauses.")
	b.tap("Close")
	if b.modal() {
		t.Error("the dialog is still open")
	}
}

func TestWhatThereIsToSayOfSound(t *testing.T) {
	for name, c := range map[string]struct {
		views []core.SoundView
		err   error
		want  []string
	}{
		"none":   {nil, nil, []string{"There is no sound in it."}},
		"broken": {nil, errors.New("wedding.avi: it can't be read"), []string{"wedding.avi: it can't be read"}},
		"two": {[]core.SoundView{{Track: 1, Codec: "ac3", Channels: 6, Rate: 48000, Language: "deu"}, {Track: 2, Codec: "aac", Channels: 1, Rate: 8000}}, nil,
			[]string{"Track 1: AC3, 5.1, 48 kHz, deu", "Track 2: AAC, mono, 8 kHz", "Nothing: it stays as it is."}},
	} {
		t.Run(name, func(t *testing.T) {
			b := opened(t, func(f *fake) { f.sounds, f.noSound = c.views, c.err })
			b.showJobs(false, job("wedding", core.Waiting))
			b.act(actSound, []string{"wedding"})
			b.wantText(c.want...)
		})
	}
}

// The lines lie where the levels are: the mean 20 dB above what is beneath, both falling to the right where the levels do.
func TestLevelsAreDrawnWhereTheyAre(t *testing.T) {
	opened(t)
	v := hiss()
	for i := range v.Before {
		v.Before[i].QuietDBFS -= float64(i)
	}
	s := newSpectrum(v.Before, nil, func(string) {})
	if s.top != -20 {
		t.Fatalf("the upper edge is %g dB", s.top)
	}
	const w, h = 300, 93
	img := s.draw(w, h)
	ground := color.NRGBAModel.Convert(themed(colorSurface))
	lit := func(x, y int) bool { return color.NRGBAModel.Convert(img.At(x, y)) != ground }
	mean := h - 2 - int(float64(h-3)*80/90)
	for _, x := range []int{40, 150, 290} {
		if !lit(x, mean) || lit(x, mean-4) || lit(x, mean+4) {
			t.Errorf("at column %d the line is not at row %d alone, where -30 dB lie", x, mean)
		}
	}
	left, right := columnHeights(w, h, s.curve(v.Before, quietLevel)), columnHeights(w, h, s.curve(nil, meanLevel))
	if left[40] <= left[290] || right[40] >= 0 {
		t.Errorf("heights %g and %g, and %g without values", left[40], left[290], right[40])
	}
	for _, size := range [][2]int{{0, 0}, {1, 1}, {2, 2}} {
		s.draw(size[0], size[1])
	}
	if themed(theme.ColorNamePrimary) == themed(colorMuted) {
		t.Error("before and after look the same")
	}
}
