package ui

import (
	"image"
	"image/color"
	"math"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	// sparkSpan is how much time a sparkline shows.
	sparkSpan = 2 * time.Minute
	// sparkGap is the time between two values over which no line is drawn: nothing was measured meanwhile.
	sparkGap = 10 * time.Second
)

// spark draws the values of the last two minutes, newest at the right. One canvas object is kept and painted anew.
type spark struct {
	widget.BaseWidget
	moments []moment // in order of time
	scaled  bool     // to the highest value
}

// moment is a value at a time.
type moment struct {
	at          time.Time
	value       float64 // 0..1 of the height, or any from 0 if scaled
	words, note string  // the same for people, and what there is to say besides
}

func newSpark(scaled bool) *spark {
	s := &spark{scaled: scaled}
	s.ExtendBaseWidget(s)
	return s
}

// Push adds a value, and what it is in words; it is drawn at the next Refresh. One of the same time as the last takes its place; an older one is left
// out.
func (s *spark) Push(at time.Time, v float64, words, note string) {
	for n := len(s.moments); n > 0 && !at.After(s.moments[n-1].at); n = len(s.moments) {
		switch ahead := s.moments[n-1].at.Sub(at); {
		case ahead == 0:
			s.moments = s.moments[:n-1]
		case ahead < sparkSpan:
			return
		default: // the clock was set back
			s.moments = s.moments[:0]
		}
	}
	s.moments = append(s.moments, moment{at, v, words, note})
	old := 0
	for s.place(s.moments[old].at) < 0 {
		old++
	}
	s.moments = slices.Delete(s.moments, 0, old)
}

// place is where a time is drawn, from 0 (left) to 1, the newest value's.
func (s *spark) place(at time.Time) float64 {
	return 1 - float64(s.moments[len(s.moments)-1].at.Sub(at))/float64(sparkSpan)
}

// At is the value drawn at a place from 0 (left) to 1, and how many seconds before the newest it was; false where nothing was measured.
func (s *spark) At(x float32) (at moment, ago int, ok bool) {
	if len(s.moments) == 0 {
		return at, 0, false
	}
	near := math.Inf(1)
	for _, m := range s.moments {
		if d := math.Abs(s.place(m.at) - float64(x)); d < near {
			near, at = d, m
		}
	}
	return at, int(math.Round((1 - s.place(at.at)) * sparkSpan.Seconds())), near <= float64(sparkGap)/float64(sparkSpan)/2
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
	return plot(w, h, s.runs(), line, track, ground)
}

// dot is a value's place in a picture: both 0..1, from the left and from the bottom.
type dot struct{ x, y float64 }

// runs are the values as the lines to draw: a new one begins after a gap.
func (s *spark) runs() (out [][]dot) {
	top := 1.0
	if s.scaled {
		top = 0
		for _, m := range s.moments {
			top = max(top, m.value)
		}
	}
	for i, m := range s.moments {
		if i == 0 || m.at.Sub(s.moments[i-1].at) >= sparkGap {
			out = append(out, nil)
		}
		y := 0.0
		if top > 0 {
			y = min(max(m.value/top, 0), 1)
		}
		out[len(out)-1] = append(out[len(out)-1], dot{s.place(m.at), y})
	}
	return out
}

// plot paints lines into w x h pixels, with a tint beneath, and a base line over the whole width.
func plot(w, h int, runs [][]dot, line, track, ground color.NRGBA) image.Image {
	img := blank(w, h, track, ground)
	if w < 2 || h < 3 {
		return img
	}
	tint := line
	tint.A = 0x30
	under := over(tint, ground).(color.NRGBA)
	heights := columnHeights(w, h, runs)
	for x, y := range heights {
		for p := 0; float64(p) < y; p++ {
			img.SetNRGBA(x, h-2-p, under)
		}
	}
	stroke(img, heights, line)
	return img
}

// blank is a ground with a base line.
func blank(w, h int, track, ground color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = ground.R, ground.G, ground.B, 0xff
	}
	for x := range w {
		img.SetNRGBA(x, h-1, track)
	}
	return img
}

// stroke paints a line of those columnHeights over what is there, 1.5 pixels thick.
func stroke(img *image.NRGBA, heights []float64, line color.NRGBA) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for x, y := range heights {
		if y < 0 {
			continue
		}
		// The line covers what lies between this column's height and half the way to its neighbours', softened at its edges.
		low, high := y, y
		for _, beside := range []int{x - 1, x + 1} {
			if beside >= 0 && beside < w && heights[beside] >= 0 {
				half := (heights[beside] + y) / 2
				low, high = min(low, half), max(high, half)
			}
		}
		low, high = low-0.75, high+0.75
		for p := max(int(low), 0); p < min(int(high)+2, h-1); p++ {
			covered := min(max(min(float64(p)+1, high+1)-max(float64(p), low+1), 0), 1)
			l := line
			l.A = uint8(covered * float64(line.A))
			img.SetNRGBA(x, h-2-p, over(l, img.NRGBAAt(x, h-2-p)).(color.NRGBA))
		}
	}
}

// columnHeights is how many pixels over the base the line is in each column, or negative where there is none.
func columnHeights(w, h int, runs [][]dot) []float64 {
	out := slices.Repeat([]float64{-1}, w)
	for _, run := range runs {
		for i, b := range run {
			a := run[max(i-1, 0)]
			from, to := int(math.Ceil(a.x*float64(w-1)-1e-6)), int(math.Floor(b.x*float64(w-1)+1e-6))
			if i == 0 { // one value alone is a point
				from = to
			}
			for x := max(from, 0); x <= min(to, w-1); x++ {
				y := b.y
				if b.x > a.x {
					y = a.y + (b.y-a.y)*min(max((float64(x)/float64(w-1)-a.x)/(b.x-a.x), 0), 1)
				}
				out[x] = y * float64(h-3)
			}
		}
	}
	return out
}
