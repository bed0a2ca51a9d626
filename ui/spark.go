package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// sparkLength is how many values a sparkline keeps: two minutes at one a second.
const sparkLength = 120

// spark draws the last values, newest at the right. One canvas object is kept and painted anew.
type spark struct {
	widget.BaseWidget
	values []float64 // 0..1 of the height, or of the highest value if scaled
	said   []string  // each value in words
	scaled bool
}

func newSpark(scaled bool) *spark {
	s := &spark{scaled: scaled}
	s.ExtendBaseWidget(s)
	return s
}

// Push adds a value, and what it is in words; it is drawn at the next Refresh.
func (s *spark) Push(v float64, words string) {
	s.values, s.said = append(s.values, v), append(s.said, words)
	if n := len(s.values) - sparkLength; n > 0 {
		s.values, s.said = append(s.values[:0], s.values[n:]...), append(s.said[:0], s.said[n:]...)
	}
}

// At is the value drawn at a place from 0 (left) to 1, in words, and how many values ago it was; false where there is none yet.
func (s *spark) At(x float32) (words string, ago int, ok bool) {
	ago = int((1-min(max(x, 0), 1))*float32(sparkLength-1) + 0.5)
	if i := len(s.said) - 1 - ago; i >= 0 {
		return s.said[i], ago, true
	}
	return "", 0, false
}

func (s *spark) CreateRenderer() fyne.WidgetRenderer {
	return &sparkRenderer{s: s, raster: canvas.NewRaster(s.draw)}
}

type sparkRenderer struct {
	s      *spark
	raster *canvas.Raster
}

func (r *sparkRenderer) Layout(size fyne.Size)        { r.raster.Resize(size) }
func (r *sparkRenderer) MinSize() fyne.Size           { return fyne.NewSize(60, 26) }
func (r *sparkRenderer) Refresh()                     { r.raster.Refresh() }
func (r *sparkRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.raster} }
func (r *sparkRenderer) Destroy()                     {}

func (s *spark) draw(w, h int) image.Image {
	line := color.NRGBAModel.Convert(themed(theme.ColorNamePrimary)).(color.NRGBA)
	ground := color.NRGBAModel.Convert(themed(colorSurface)).(color.NRGBA)
	track := color.NRGBAModel.Convert(themed(colorTrack)).(color.NRGBA)
	return plot(w, h, s.values, s.scaled, line, track, ground)
}

// plot paints values into w x h pixels: a line 1.5 pixels thick, a tint beneath it, and a base line over the whole width. The time
// axis is fixed, so that a young line grows from the right.
func plot(w, h int, values []float64, scaled bool, line, track, ground color.NRGBA) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = ground.R, ground.G, ground.B, 0xff
	}
	for x := range w {
		img.SetNRGBA(x, h-1, track)
	}
	if len(values) < 2 || w < 2 || h < 3 {
		return img
	}
	top := 1.0
	if scaled {
		top = 0
		for _, v := range values {
			top = max(top, v)
		}
		if top == 0 {
			return img
		}
	}
	height := func(x int) float64 { // of the line over the base at column x, or negative before the first value
		at := float64(x)/float64(w-1)*float64(sparkLength-1) - float64(sparkLength-len(values))
		if at < 0 {
			return -1
		}
		i := min(int(at), len(values)-2)
		v := values[i] + (values[i+1]-values[i])*(at-float64(i))
		return min(max(v/top, 0), 1) * float64(h-3)
	}
	tint := line
	tint.A = 0x30
	under := over(tint, ground).(color.NRGBA)
	for x := range w {
		y := height(x)
		if y < 0 {
			continue
		}
		// The line covers what lies between this column's height and its neighbour's, softened at its edges.
		low, high := y, y
		if before := height(max(x-1, 0)); before >= 0 {
			mid := (before + y) / 2
			low, high = min(low, mid), max(high, mid)
		}
		low, high = low-0.75, high+0.75
		for p := range h - 1 {
			row := h - 2 - p
			covered := min(max(min(float64(p)+1, high+1)-max(float64(p), low+1), 0), 1)
			back := ground
			if float64(p) < y {
				back = under
			}
			l := line
			l.A = uint8(covered * 255)
			img.SetNRGBA(x, row, over(l, back).(color.NRGBA))
		}
	}
	return img
}
