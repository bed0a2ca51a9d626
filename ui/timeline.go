package ui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// timeline is a strip of small pictures of the whole video, with a mark where one is. Clicking and dragging go elsewhere.
type timeline struct {
	widget.BaseWidget
	kit     *kit
	seek    func(seconds float64)
	length  float64 // seconds; 0: not known
	at      float64
	focused bool
	ground  *canvas.Rectangle
	pics    []*canvas.Image
	scenes  []timelineScene
	mark    *canvas.Rectangle
	holder  *fyne.Container
}

// timelineScene is a small picture of a moment.
type timelineScene struct {
	at      float64 // seconds
	picture image.Image
}

const (
	timelineTall  float32 = 44
	timelineThumb float32 = 58 // about as wide as a picture of 4:3 is then
	timelineMost          = 64 // small pictures on the widest screen
)

func newTimeline(k *kit, seek func(float64)) *timeline {
	t := &timeline{kit: k, seek: seek, ground: canvas.NewRectangle(themed(colorTrack)), mark: canvas.NewRectangle(themed(theme.ColorNamePrimary)),
		holder: &fyne.Container{}}
	t.ground.CornerRadius, t.mark.CornerRadius = 4, 1.5
	t.ExtendBaseWidget(t)
	return t
}

// Place says how long the video is and where one is. New lengths forget the pictures.
func (t *timeline) Place(length, at float64) {
	if t.length != length {
		t.length = length
		t.SetScenes(nil)
	}
	t.at = at
	t.Refresh()
}

// SetScenes puts small pictures on the strip.
func (t *timeline) SetScenes(s []timelineScene) {
	t.scenes = s
	t.Refresh()
}

// AddScene puts one more there.
func (t *timeline) AddScene(s timelineScene) {
	t.scenes = append(t.scenes, s)
	t.Refresh()
}

// wanted is how many small pictures have room.
func (t *timeline) wanted() int {
	return min(max(int(t.Size().Width/timelineThumb), 1), timelineMost)
}

func (t *timeline) to(x float32) {
	if t.length <= 0 {
		return
	}
	t.at = float64(min(max(x/max(t.Size().Width, 1), 0), 1)) * t.length
	t.Refresh()
	t.seek(t.at)
}

func (t *timeline) Tapped(e *fyne.PointEvent) {
	if cv := fyne.CurrentApp().Driver().CanvasForObject(t); cv != nil {
		cv.Focus(t)
	}
	t.to(e.Position.X)
}
func (t *timeline) Dragged(e *fyne.DragEvent) { t.to(e.Position.X) }
func (t *timeline) DragEnd()                  {}
func (t *timeline) Cursor() desktop.Cursor    { return desktop.PointerCursor }
func (t *timeline) FocusGained()              { t.focused = true; t.Refresh() }
func (t *timeline) FocusLost()                { t.focused = false; t.Refresh() }
func (t *timeline) TypedRune(rune)            {}

// TypedKey goes by a hundredth of the video, or by a tenth.
func (t *timeline) TypedKey(e *fyne.KeyEvent) {
	by := map[fyne.KeyName]float64{fyne.KeyLeft: -0.01, fyne.KeyRight: 0.01, fyne.KeyPageDown: 0.1, fyne.KeyPageUp: -0.1, fyne.KeyHome: -1, fyne.KeyEnd: 1}[e.Name]
	if by == 0 {
		t.kit.key(e)
		return
	}
	if t.length > 0 {
		t.to(float32(t.at/t.length+by) * t.Size().Width)
	}
}

func (t *timeline) CreateRenderer() fyne.WidgetRenderer { return &timelineRenderer{t} }

type timelineRenderer struct{ t *timeline }

func (r *timelineRenderer) MinSize() fyne.Size { return fyne.NewSize(120, timelineTall) }

func (r *timelineRenderer) Layout(size fyne.Size) {
	t := r.t
	t.ground.Resize(size)
	t.holder.Resize(size)
	r.fill(size)
	t.mark.Hidden = t.length <= 0
	x := float32(0)
	if t.length > 0 {
		x = float32(min(t.at/t.length, 1)) * size.Width
	}
	t.mark.Move(fyne.NewPos(min(max(x-1.5, 0), size.Width-3), 0))
	t.mark.Resize(fyne.NewSize(3, size.Height))
}

// fill puts into each place the picture of the moment nearest to its middle.
func (r *timelineRenderer) fill(size fyne.Size) {
	t := r.t
	n := 0
	if len(t.scenes) > 0 && t.length > 0 {
		n = t.wanted()
	}
	for len(t.pics) < n {
		t.pics = append(t.pics, &canvas.Image{FillMode: canvas.ImageFillCover, ScaleMode: canvas.ImageScaleFastest})
		t.holder.Objects = append(t.holder.Objects, t.pics[len(t.pics)-1])
	}
	wide := size.Width / float32(max(n, 1))
	for i, p := range t.pics {
		p.Hidden = i >= n
		if p.Hidden {
			continue
		}
		p.Move(fyne.NewPos(float32(i)*wide+0.5, 2))
		p.Resize(fyne.NewSize(wide-1, size.Height-4))
		if m := t.near((float64(i) + 0.5) / float64(n) * t.length); p.Image != m {
			p.Image = m
			p.Refresh()
		}
	}
}

func (t *timeline) near(at float64) image.Image {
	best := 0
	for i, s := range t.scenes {
		if d, b := s.at-at, t.scenes[best].at-at; d*d < b*b {
			best = i
		}
	}
	return t.scenes[best].picture
}

func (r *timelineRenderer) Refresh() {
	t := r.t
	t.ground.FillColor, t.mark.FillColor = themed(colorTrack), themed(theme.ColorNamePrimary)
	t.ground.StrokeWidth = 0
	if t.focused {
		t.ground.StrokeWidth, t.ground.StrokeColor = 2, themed(theme.ColorNamePrimary)
	}
	r.Layout(t.Size())
	t.ground.Refresh()
	t.mark.Refresh()
}

func (r *timelineRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.t.ground, r.t.holder, r.t.mark}
}
func (r *timelineRenderer) Destroy() {}
