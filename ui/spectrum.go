package ui

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// spectrum draws the levels of a sound by pitch, before and after. Pitch goes from left to right in octaves, level in decibels from the bottom. Strong lines are the
// mean, faint ones what lies beneath in pauses. One canvas object is kept and painted anew.
type spectrum struct {
	widget.BaseWidget
	before, after []core.SoundBand
	top           float64            // dB at the upper edge
	tell          func(words string) // what is under the pointer; "" when it has gone
}

const (
	spectrumRange = 90.0 // dB from the lower edge to the upper
	spectrumLow   = 40.0 // Hz at the left edge
	spectrumHigh  = 20000.0
)

func newSpectrum(before, after []core.SoundBand, tell func(string)) *spectrum {
	s := &spectrum{before: before, after: after, tell: tell, top: -spectrumRange}
	for _, b := range append(append([]core.SoundBand{}, before...), after...) {
		s.top = max(s.top, b.MeanDBFS)
	}
	s.top = 10 * math.Ceil((s.top+2)/10)
	s.ExtendBaseWidget(s)
	return s
}

// pitchPlace is where a frequency lies, 0..1 from the left.
func pitchPlace(hz float64) float64 {
	return math.Log(hz/spectrumLow) / math.Log(spectrumHigh/spectrumLow)
}

// curve is the line of one kind of level.
func (s *spectrum) curve(bands []core.SoundBand, level func(core.SoundBand) float64) [][]dot {
	var run []dot
	for _, b := range bands {
		run = append(run, dot{pitchPlace(b.Hz), min(max((level(b)-s.top)/spectrumRange+1, 0), 1)})
	}
	return [][]dot{run}
}

func meanLevel(b core.SoundBand) float64  { return b.MeanDBFS }
func quietLevel(b core.SoundBand) float64 { return b.QuietDBFS }

func (s *spectrum) draw(w, h int) image.Image {
	of := func(n fyne.ThemeColorName) color.NRGBA { return color.NRGBAModel.Convert(themed(n)).(color.NRGBA) }
	ground, track, before, after := of(colorSurface), of(colorTrack), of(colorMuted), of(theme.ColorNamePrimary)
	img := blank(w, h, track, ground)
	if w < 2 || h < 3 {
		return img
	}
	for _, hz := range spectrumMarks {
		for y, x := 0, int(pitchPlace(hz)*float64(w-1)); y < h; y++ {
			img.SetNRGBA(x, y, track)
		}
	}
	faint := func(c color.NRGBA) color.NRGBA { c.A = 0x90; return c }
	stroke(img, columnHeights(w, h, s.curve(s.before, quietLevel)), faint(before))
	stroke(img, columnHeights(w, h, s.curve(s.before, meanLevel)), before)
	stroke(img, columnHeights(w, h, s.curve(s.after, quietLevel)), faint(after))
	stroke(img, columnHeights(w, h, s.curve(s.after, meanLevel)), after)
	return img
}

// spectrumMarks are the frequencies that are marked and named.
var spectrumMarks = []float64{50, 100, 200, 500, 1000, 2000, 5000, 10000}

func hertz(hz float64) string {
	if hz >= 1000 {
		return trf("%s kHz", strconv.FormatFloat(math.Round(hz/100)/10, 'f', -1, 64))
	}
	return trf("%.0f Hz", hz)
}

// at is the band under a place, 0..1 from the left; negative where there is none.
func (s *spectrum) at(x float64) int {
	near, best := math.Inf(1), -1
	for i, b := range s.before {
		if d := math.Abs(pitchPlace(b.Hz) - x); d < near {
			near, best = d, i
		}
	}
	return best
}

func (s *spectrum) MouseIn(e *desktop.MouseEvent) { s.MouseMoved(e) }
func (s *spectrum) MouseOut()                     { s.tell("") }
func (s *spectrum) MouseMoved(e *desktop.MouseEvent) {
	i := s.at(float64(e.Position.X / max(s.Size().Width, 1)))
	if i < 0 {
		return
	}
	b := s.before[i]
	words := trf("%s: %.0f dB, in pauses %.0f dB", hertz(b.Hz), b.MeanDBFS, b.QuietDBFS)
	if i < len(s.after) {
		a := s.after[i]
		words = trf("%s: before %.0f dB, after %.0f dB; in pauses %.0f and %.0f dB", hertz(b.Hz), b.MeanDBFS, a.MeanDBFS, b.QuietDBFS, a.QuietDBFS)
	}
	s.tell(words)
}

func (s *spectrum) CreateRenderer() fyne.WidgetRenderer {
	r := &spectrumRenderer{s: s, raster: canvas.NewRaster(s.draw)}
	for _, hz := range spectrumMarks {
		name := mutedText(hertz(hz))
		name.align = fyne.TextAlignCenter
		r.marks = append(r.marks, name)
	}
	return r
}

type spectrumRenderer struct {
	s      *spectrum
	raster *canvas.Raster
	marks  []*text
}

func (r *spectrumRenderer) MinSize() fyne.Size { return fyne.NewSize(480, 190) }
func (r *spectrumRenderer) Refresh()           { r.raster.Refresh() }
func (r *spectrumRenderer) Destroy()           {}

func (r *spectrumRenderer) Layout(size fyne.Size) {
	line := r.marks[0].MinSize().Height
	r.raster.Resize(fyne.NewSize(size.Width, size.Height-line))
	const width = 60
	for i, hz := range spectrumMarks {
		x := float32(pitchPlace(hz))*size.Width - width/2
		r.marks[i].Move(fyne.NewPos(min(max(x, 0), size.Width-width), size.Height-line))
		r.marks[i].Resize(fyne.NewSize(width, line))
	}
}

func (r *spectrumRenderer) Objects() []fyne.CanvasObject {
	o := []fyne.CanvasObject{r.raster}
	for _, m := range r.marks {
		o = append(o, m)
	}
	return o
}
