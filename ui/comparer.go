package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// compareMode is how before and after are shown together.
type compareMode int

const (
	compareSlide  compareMode = iota // one picture, before at the left of a line that can be dragged, after at its right
	compareSides                     // one beside the other, at the same place
	compareBefore                    // the one as it was
	compareAfter                     // the one as it becomes
)

// comparer shows a picture before and after. Both are drawn by two canvas images that stay; moving the line or the picture moves those and
// makes no new texture.
type comparer struct {
	widget.BaseWidget
	kit    *kit
	mode   compareMode
	zoom   float32       // 0: as large as fits; else screen pixels for each of the picture's
	centre fyne.Position // the picture's point in the middle of the view, 0..1 each, when zoomed
	line   float32       // 0..1 of the view, in compareSlide
	loop   *image.RGBA   // a clip's present picture, shown instead of both

	full   [2]*image.RGBA // before, after
	fitted [2]*image.RGBA // the same, brought to the size on the screen
	fitFor image.Point    // the size of fitted

	background func(func())     // runs what takes a while
	enter      func(func())     // back onto the UI thread
	stepped    func(by int)     // another picture is wanted
	changed    func()           // mode or zoom
	hand       grip             // what is being dragged
	pics       [2]*canvas.Image // before, after
	clips      [2]*container.Clip
	rule       *canvas.Rectangle // the line
	knob       *canvas.Circle
	tags       [2]*tag
	focused    bool
	edge       *canvas.Rectangle
}

// grip is what a drag moves.
type grip int

const (
	gripNone grip = iota
	gripLine
	gripPicture
)

func newComparer(k *kit, background, enter func(func()), stepped func(int), changed func()) *comparer {
	c := &comparer{kit: k, background: background, enter: enter, stepped: stepped, changed: changed, line: 0.5, centre: fyne.NewPos(0.5, 0.5)}
	for i := range c.pics {
		c.pics[i] = &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleFastest}
		c.clips[i] = container.NewClip(&fyne.Container{Objects: []fyne.CanvasObject{c.pics[i]}})
	}
	c.rule = canvas.NewRectangle(color.White)
	c.knob = canvas.NewCircle(color.White)
	c.knob.StrokeWidth, c.knob.StrokeColor = 3, color.NRGBA{0, 0, 0, 0xa0}
	c.tags = [2]*tag{newTag(tr("Before")), newTag(tr("After"))}
	c.edge = canvas.NewRectangle(color.Transparent)
	c.edge.StrokeWidth = 1.5
	c.ExtendBaseWidget(c)
	return c
}

// Set shows a moment before and after; nil for both shows nothing.
func (c *comparer) Set(before, after *image.RGBA) {
	c.full, c.fitted, c.fitFor, c.loop = [2]*image.RGBA{before, after}, [2]*image.RGBA{}, image.Point{}, nil
	c.fit()
	c.Refresh()
}

// Loop shows one picture of a clip that is being played; nil goes back to before and after.
func (c *comparer) Loop(m *image.RGBA) {
	first := (c.loop == nil) != (m == nil)
	c.loop = m
	if first {
		c.Refresh()
		return
	}
	c.give(1, m)
}

// SetMode and SetZoom are what the buttons do.
func (c *comparer) SetMode(m compareMode) { c.mode = m; c.Refresh(); c.changed() }

func (c *comparer) SetZoom(z float32) {
	c.zoom = z
	if z == 0 {
		c.centre = fyne.NewPos(0.5, 0.5)
	}
	c.clampCentre()
	c.Refresh()
	c.changed()
}

// size is the pictures', in pixels; zero when there are none.
func (c *comparer) size() image.Point {
	for _, m := range []*image.RGBA{c.loop, c.full[1], c.full[0]} {
		if m != nil {
			return m.Bounds().Size()
		}
	}
	return image.Point{}
}

// scale is how many screen pixels Fyne's unit has.
func (c *comparer) scale() float32 {
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c); cv != nil {
		return cv.Scale()
	}
	return 1
}

// view is what one picture has of the widget's size.
func (c *comparer) view() fyne.Size {
	s := c.Size()
	if c.mode == compareSides && c.loop == nil {
		s.Width = (s.Width - gap/2) / 2
	}
	return s
}

// extent is the picture's size on the screen, in Fyne's units.
func (c *comparer) extent() fyne.Size {
	p, v := c.size(), c.view()
	if p.X == 0 || p.Y == 0 {
		return fyne.Size{}
	}
	if c.zoom > 0 && c.loop == nil {
		return fyne.NewSize(float32(p.X)*c.zoom/c.scale(), float32(p.Y)*c.zoom/c.scale())
	}
	f := min(v.Width/float32(p.X), v.Height/float32(p.Y))
	return fyne.NewSize(float32(p.X)*f, float32(p.Y)*f)
}

// origin is where the picture's corner lies in its view.
func (c *comparer) origin() fyne.Position {
	v, e := c.view(), c.extent()
	if c.zoom == 0 || c.loop != nil {
		return fyne.NewPos((v.Width-e.Width)/2, (v.Height-e.Height)/2)
	}
	return fyne.NewPos(v.Width/2-e.Width*c.centre.X, v.Height/2-e.Height*c.centre.Y)
}

// clampCentre keeps the view inside the picture where the picture is larger, and the picture in the middle where it is not.
func (c *comparer) clampCentre() {
	v, e := c.view(), c.extent()
	clamp := func(at, view, all float32) float32 {
		if all <= view || all == 0 {
			return 0.5
		}
		half := view / 2 / all
		return min(max(at, half), 1-half)
	}
	c.centre = fyne.NewPos(clamp(c.centre.X, v.Width, e.Width), clamp(c.centre.Y, v.Height, e.Height))
}

// fit brings the pictures to the size on the screen, in the background: the painter would do it on the UI thread, or badly.
func (c *comparer) fit() {
	e, s := c.extent(), c.scale()
	want := image.Pt(int(e.Width*s+0.5), int(e.Height*s+0.5))
	full := c.full
	if c.zoom != 0 || full[1] == nil || want.X < 1 || want.Y < 1 || want == c.fitFor || want.X >= full[1].Bounds().Dx() {
		return
	}
	c.fitFor = want
	c.background(func() {
		var out [2]*image.RGBA
		for i, m := range full {
			if m != nil {
				out[i] = shrink(m, want.X, want.Y)
			}
		}
		c.enter(func() {
			if c.full == full && c.fitFor == want {
				c.fitted = out
				c.Refresh()
			}
		})
	})
}

// picture is what to draw of before (0) or after (1).
func (c *comparer) picture(i int) *image.RGBA {
	if c.loop != nil {
		return c.loop
	}
	if c.zoom == 0 && c.fitted[i] != nil {
		return c.fitted[i]
	}
	return c.full[i]
}

// give hands a picture to its canvas image, if it isn't that one already.
func (c *comparer) give(i int, m *image.RGBA) {
	mode := canvas.ImageScaleFastest
	if c.zoom > 1 && c.loop == nil {
		mode = canvas.ImageScalePixels // one wants to see the pixels
	}
	now, _ := c.pics[i].Image.(*image.RGBA)
	if now == m && c.pics[i].ScaleMode == mode {
		return
	}
	c.pics[i].Image, c.pics[i].ScaleMode = nil, mode
	if m != nil {
		c.pics[i].Image = m
	}
	c.pics[i].Refresh()
}

// tag is a small label on a picture.
type tag struct {
	root   *fyne.Container
	ground *canvas.Rectangle
	words  *canvas.Text
}

func newTag(words string) *tag {
	t := &tag{ground: canvas.NewRectangle(color.NRGBA{0, 0, 0, 0x90}), words: canvas.NewText(words, color.White)}
	t.words.TextSize = theme.Size(theme.SizeNameCaptionText)
	t.ground.CornerRadius = 4
	t.root = &fyne.Container{Objects: []fyne.CanvasObject{t.ground, t.words}}
	return t
}

// put places the tag with its corner at p, or its right corner where fromRight.
func (t *tag) put(p fyne.Position, fromRight bool) {
	s := t.words.MinSize()
	all := s.AddWidthHeight(gap*1.5, gap/2)
	if fromRight {
		p.X -= all.Width
	}
	t.root.Move(p)
	t.root.Resize(all)
	t.ground.Resize(all)
	t.words.Move(fyne.NewPos(gap*0.75, gap/4))
	t.words.Resize(s)
}
