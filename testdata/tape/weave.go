package tape

// writer turns the moments of a sample into the bytes of its video frames, as planar rawvideo in spec.PixelFormat.
// It is safe for concurrent use: every frame can be made on its own.
type writer struct {
	spec  Spec
	scene *Scene
	path  *path
}

func newWriter(s Spec) *writer {
	return &writer{spec: s, scene: NewScene(s), path: newPath(s.Tape, seedOf(s.Name))}
}

func seedOf(name string) int {
	h := 0
	for _, c := range name {
		h = h*31 + int(c)
	}
	return h & 0xFFFFFF
}

// sources are the moments that the earlier and the later field of frame n show.
func (s Spec) sources(n int) (early, late int) {
	switch s.Content {
	case Interlaced:
		return s.First + 2*n, s.First + 2*n + 1
	case HardTelecine:
		// 2:3: film frames A B C D fill fields A A B B B C C D D D.
		pulldown := [10]int{0, 0, 1, 1, 1, 2, 2, 3, 3, 3}
		at := func(field int) int { return s.First + field/10*4 + pulldown[field%10] }
		return at(2 * n), at(2*n + 1)
	default:
		return s.First + n, s.First + n
	}
}

// frame makes video frame n.
func (w *writer) frame(n int) []byte {
	s := w.spec
	early, late := s.sources(n)
	a := NewPicture(s.Width, s.Height)
	w.scene.Moment(early, a)
	if s.Order == NoOrder {
		if w.path != nil {
			w.path.play(a, n)
		}
		return pack(a, s.PixelFormat, false)
	}
	b := a
	if late != early {
		b = NewPicture(s.Width, s.Height)
		w.scene.Moment(late, b)
	}
	top, bottom := a, b
	topIndex, bottomIndex := 2*n, 2*n+1
	if s.Order == BottomFirst {
		top, bottom = b, a
		topIndex, bottomIndex = bottomIndex, topIndex
	}
	smooth := s.Content == Interlaced
	tf, bf := takeField(top, 0, smooth), takeField(bottom, 1, smooth)
	if w.path != nil {
		w.path.play(tf, topIndex)
		w.path.play(bf, bottomIndex)
	}
	out := NewPicture(s.Width, s.Height)
	giveField(out, tf, 0)
	giveField(out, bf, 1)
	return pack(out, s.PixelFormat, true)
}

// takeField is every second line of a moment. smooth limits the vertical band first (1-2-1), as interlaced
// cameras do against flicker.
func takeField(p *Picture, parity int, smooth bool) *Picture {
	f := NewPicture(p.W, p.H/2)
	take := func(dst, src []float32, w int) {
		for y := range f.H {
			i := 2*y + parity
			mid := src[i*w:][:w]
			up, down := src[max(0, i-1)*w:][:w], src[min(p.H-1, i+1)*w:][:w]
			row := dst[y*w:][:w]
			if !smooth {
				copy(row, mid)
				continue
			}
			for x := range row {
				row[x] = 0.25*up[x] + 0.5*mid[x] + 0.25*down[x]
			}
		}
	}
	take(f.Y, p.Y, p.W)
	take(f.Cb, p.Cb, p.CW)
	take(f.Cr, p.Cr, p.CW)
	return f
}

// giveField puts a field's lines back into a frame.
func giveField(p, f *Picture, parity int) {
	for y := range f.H {
		copy(p.Y[(2*y+parity)*p.W:][:p.W], f.Y[y*f.W:])
		copy(p.Cb[(2*y+parity)*p.CW:][:p.CW], f.Cb[y*f.CW:])
		copy(p.Cr[(2*y+parity)*p.CW:][:p.CW], f.Cr[y*f.CW:])
	}
}

// pack rounds a picture into planar bytes of the pixel format: yuv420p, yuv422p10le or yuv444p.
func pack(p *Picture, format string, fields bool) []byte {
	switch format {
	case "yuv422p10le":
		out := make([]byte, 0, 2*(p.W+2*p.CW)*p.H)
		for _, plane := range [][]float32{p.Y, p.Cb, p.Cr} {
			for _, v := range plane {
				c := uint16(max(4, min(1019, v*4+0.5)))
				out = append(out, byte(c), byte(c>>8))
			}
		}
		return out
	case "yuv444p":
		out := packBytes(make([]byte, 0, 3*p.W*p.H), p.Y)
		return packBytes(packBytes(out, widen(p.Cb, p)), widen(p.Cr, p))
	default:
		out := packBytes(make([]byte, 0, (p.W+p.CW)*p.H), p.Y)
		return packBytes(packBytes(out, halve(p.Cb, p, fields)), halve(p.Cr, p, fields))
	}
}

func packBytes(out []byte, plane []float32) []byte {
	for _, v := range plane {
		out = append(out, byte(max(1, min(254, v+0.5))))
	}
	return out
}

// widen doubles the columns of a chroma plane, linear.
func widen(c []float32, p *Picture) []float32 {
	out := make([]float32, p.W*p.H)
	for y := range p.H {
		row := c[y*p.CW:][:p.CW]
		for x := range p.W {
			out[y*p.W+x] = 0.5 * (row[x/2] + row[min(p.CW-1, (x+1)/2)])
		}
	}
	return out
}

// halve halves the lines of a chroma plane for 4:2:0. Of interlaced pictures each field is halved on its own, with
// the chroma lines a quarter (top) or three quarters (bottom) of the way between its lines (MPEG-2, 6.1.1.8).
func halve(c []float32, p *Picture, fields bool) []float32 {
	w := p.CW
	out := make([]float32, w*((p.H+1)/2))
	for y := range len(out) / w {
		a, b, wa := 2*y, min(p.H-1, 2*y+1), float32(0.5)
		if fields {
			parity := y & 1
			a = y/2*4 + parity
			b, wa = min(p.H-2+parity, a+2), 0.75
			if parity == 1 {
				wa = 0.25
			}
		}
		r0, r1, row := c[a*w:][:w], c[b*w:][:w], out[y*w:][:w]
		for x := range row {
			row[x] = wa*r0[x] + (1-wa)*r1[x]
		}
	}
	return out
}
