package tape

import "math"

// Picture is Y'CbCr in 8-bit BT.601 limited-range codes, not rounded. Chroma has every second column of luma
// (the even ones) and every line.
type Picture struct {
	W, H      int // luma size
	CW        int // chroma width, (W+1)/2
	Y, Cb, Cr []float32
}

// NewPicture makes a black picture's planes.
func NewPicture(w, h int) *Picture {
	cw := (w + 1) / 2
	return &Picture{W: w, H: h, CW: cw, Y: make([]float32, w*h), Cb: make([]float32, cw*h), Cr: make([]float32, cw*h)}
}

// Scene draws the clean moments of a sample. It is safe for concurrent use.
type Scene struct {
	spec  Spec
	tex   *texture
	title *mask
	crawl *mask
}

// NewScene prepares the pictures of a sample: what its camera saw, before interlacing and tape.
func NewScene(s Spec) *Scene {
	dot := max(1, s.Height/160)
	return &Scene{
		spec: s,
		tex:  newTexture(7),
		title: text([]string{"TAPELIGHT", "SAMPLE REEL", "NO. 7", "SUMMER 1989", "CAMERA", "A. NYQUIST",
			"SOUND", "J. FOURIER", "THE END"}, dot),
		crawl: text([]string{"CHANNEL 3 - RAIN LATER - 21.45 LATE FILM - "}, max(1, dot-1)),
	}
}

// Moment draws moment number k (from Spec.First) into p, which must be of the sample's size.
func (s *Scene) Moment(k int, p *Picture) {
	t := s.spec.MomentTime(k)
	size := float64(p.H) / 480
	tmp := make([]float32, p.W+4)
	ox, oy := size*(75*t+30*math.Sin(1.3*t)), size*(22*t+12*math.Sin(0.9*t))
	pan(p.Y, p.W, p.H, s.tex.y, texW, ox, oy, tmp)
	pan(p.Cb, p.CW, p.H, s.tex.cb, texW/2, ox/2, oy, tmp)
	pan(p.Cr, p.CW, p.H, s.tex.cr, texW/2, ox/2, oy, tmp)
	s.zonePlate(t, p)
	s.discs(t, p)
	p.write(s.title, 0.60*float64(p.W), roll(t*50*size+60*size, s.title.h+p.H/2, p.H), 0.20, 0.74, 215)
	p.write(s.crawl, 0.6*float64(p.W)-math.Mod(t*130*size, float64(s.crawl.w)), 0.70*float64(p.H), 0.20, 0.76, 200)
	s.marks(k, p)
}

// roll is the top of a title that climbs from below the middle, over and over.
func roll(climbed float64, period, h int) float64 {
	return 0.74*float64(h) - math.Mod(climbed, float64(period))
}

// zonePlate draws rings that run inwards, fine at the rim.
func (s *Scene) zonePlate(t float64, p *Picture) {
	radius := 0.14 * float64(p.H)
	cx, cy := 0.2*float64(p.W), 0.42*float64(p.H)
	bend := math.Pi * 0.22 / radius // 0.22 cycles a line at the rim
	for y := int(cy - radius); y <= int(cy+radius); y++ {
		for x := int(cx - radius); x <= int(cx+radius); x++ {
			dx, dy := float64(x)-cx, float64(y)-cy
			r2 := dx*dx + dy*dy
			if r2 > radius*radius {
				continue
			}
			p.Y[y*p.W+x] = float32(120 + 70*math.Cos(bend*r2+9*t))
			if x&1 == 0 {
				p.Cb[y*p.CW+x/2], p.Cr[y*p.CW+x/2] = 128, 128
			}
		}
	}
}

// discs draws three balls that swing through the picture, in front of the scenery.
func (s *Scene) discs(t float64, p *Picture) {
	for _, d := range [...]struct{ fx, fy, px, py, r, y, cb, cr float64 }{
		{0.21, 0.34, 0.3, 1.1, 0.075, 170, 96, 150},
		{0.29, 0.23, 2.2, 0.2, 0.060, 90, 150, 112},
		{0.17, 0.41, 4.0, 2.9, 0.050, 60, 118, 172},
	} {
		w, h := float64(p.W), float64(p.H)
		cx := w * (0.5 + 0.38*math.Sin(2*math.Pi*d.fx*t+d.px))
		cy := h * (0.46 + 0.20*math.Sin(2*math.Pi*d.fy*t+d.py))
		r := d.r * h
		for y := max(0, int(cy-r-2)); y < min(p.H, int(cy+r+3)); y++ {
			for x := max(0, int(cx-r-2)); x < min(p.W, int(cx+r+3)); x++ {
				dx, dy := float64(x)-cx, float64(y)-cy
				a := float32(math.Min(1, math.Max(0, (r-math.Sqrt(dx*dx+dy*dy))/2+0.5)))
				if a == 0 {
					continue
				}
				i := y*p.W + x
				shade := float32(d.y - 25*(dx+dy)/r + 18*math.Cos(0.45*(dx-dy)))
				p.Y[i] += a * (shade - p.Y[i])
				if x&1 == 0 {
					j := y*p.CW + x/2
					p.Cb[j] += a * (float32(d.cb) - p.Cb[j])
					p.Cr[j] += a * (float32(d.cr) - p.Cr[j])
				}
			}
		}
	}
}

// write lays a mask over the picture with its corner at (x, y), in light grey, between two heights of the picture.
func (p *Picture) write(m *mask, x, y, from, to float64, level float32) {
	ix, iy := int(math.Floor(x)), int(math.Floor(y))
	fx, fy := float32(x-float64(ix)), float32(y-float64(iy))
	top, bottom := int(from*float64(p.H)), int(to*float64(p.H))
	at := func(mx, my int) float32 {
		if mx < 0 || my < 0 || mx >= m.w || my >= m.h {
			return 0
		}
		return m.a[my*m.w+mx]
	}
	for py := max(top, iy); py < min(bottom, iy+m.h+1); py++ {
		for px := max(0, ix); px < min(p.W, ix+m.w+1); px++ {
			mx, my := px-ix, py-iy
			a := (1-fy)*((1-fx)*at(mx, my)+fx*at(mx-1, my)) + fy*((1-fx)*at(mx, my-1)+fx*at(mx-1, my-1))
			if a == 0 {
				continue
			}
			i := py*p.W + px
			p.Y[i] += a * (level - p.Y[i])
			if px&1 == 0 {
				j := py*p.CW + px/2
				p.Cb[j] += a * (128 - p.Cb[j])
				p.Cr[j] += a * (128 - p.Cr[j])
			}
		}
	}
}

// marks draws the parts that tests read: strip, patches, flash.
func (s *Scene) marks(k int, p *Picture) {
	code := stripCode(k)
	for c := range stripBits {
		for row := range 2 {
			level := float32(stripDark)
			if (code>>(stripBits-1-c)&1 == 1) == (row == 0) {
				level = stripLight
			}
			p.fill(stripBlock(c, row), level, 128, 128)
		}
	}
	for _, patch := range Patches() {
		p.fill(patch.Place, float32(patch.Code[0]), float32(patch.Code[1]), float32(patch.Code[2]))
	}
	level := float32(FlashOff)
	if s.spec.flash(k) {
		level = FlashOn
	}
	p.fill(flashPlace, level, 128, 128)
}

func (p *Picture) fill(r Rect, y, cb, cr float32) {
	x0, y0, x1, y1 := r.Pixels(p.W, p.H)
	for row := y0; row < y1; row++ {
		line := p.Y[row*p.W:][:p.W]
		for x := x0; x < x1; x++ {
			line[x] = y
		}
		for x := (x0 + 1) / 2; x < (x1+1)/2; x++ {
			p.Cb[row*p.CW+x], p.Cr[row*p.CW+x] = cb, cr
		}
	}
}
