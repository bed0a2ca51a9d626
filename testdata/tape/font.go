package tape

// glyphs is a font of 5x7 dots: seven rows, five bits each, the leftmost dot in bit 4.
var glyphs = map[rune][7]byte{
	'A': {14, 17, 17, 31, 17, 17, 17}, 'B': {30, 17, 17, 30, 17, 17, 30}, 'C': {14, 17, 16, 16, 16, 17, 14},
	'D': {30, 17, 17, 17, 17, 17, 30}, 'E': {31, 16, 16, 30, 16, 16, 31}, 'F': {31, 16, 16, 30, 16, 16, 16},
	'G': {14, 17, 16, 23, 17, 17, 15}, 'H': {17, 17, 17, 31, 17, 17, 17}, 'I': {14, 4, 4, 4, 4, 4, 14},
	'J': {7, 2, 2, 2, 2, 18, 12}, 'K': {17, 18, 20, 24, 20, 18, 17}, 'L': {16, 16, 16, 16, 16, 16, 31},
	'M': {17, 27, 21, 21, 17, 17, 17}, 'N': {17, 25, 21, 19, 17, 17, 17}, 'O': {14, 17, 17, 17, 17, 17, 14},
	'P': {30, 17, 17, 30, 16, 16, 16}, 'Q': {14, 17, 17, 17, 21, 18, 13}, 'R': {30, 17, 17, 30, 20, 18, 17},
	'S': {15, 16, 16, 14, 1, 1, 30}, 'T': {31, 4, 4, 4, 4, 4, 4}, 'U': {17, 17, 17, 17, 17, 17, 14},
	'V': {17, 17, 17, 17, 17, 10, 4}, 'W': {17, 17, 17, 21, 21, 21, 10}, 'X': {17, 10, 4, 4, 4, 10, 17},
	'Y': {17, 17, 10, 4, 4, 4, 4}, 'Z': {31, 1, 2, 4, 8, 16, 31},
	'0': {14, 17, 19, 21, 25, 17, 14}, '1': {4, 12, 4, 4, 4, 4, 14}, '2': {14, 17, 1, 6, 8, 16, 31},
	'3': {30, 1, 1, 14, 1, 1, 30}, '4': {2, 6, 10, 18, 31, 2, 2}, '5': {31, 16, 30, 1, 1, 17, 14},
	'6': {6, 8, 16, 30, 17, 17, 14}, '7': {31, 1, 2, 4, 8, 8, 8}, '8': {14, 17, 17, 14, 17, 17, 14},
	'9': {14, 17, 17, 15, 1, 2, 12}, '.': {0, 0, 0, 0, 0, 12, 12}, '-': {0, 0, 0, 31, 0, 0, 0},
}

// mask is a picture of coverage, 0..1.
type mask struct {
	w, h int
	a    []float32
}

// text draws lines of writing with dots of the given size in pixels, softened so that no edge is sharper than a camera's.
func text(lines []string, dot int) *mask {
	longest := 0
	for _, l := range lines {
		longest = max(longest, len(l))
	}
	m := &mask{w: (longest*6 + 2) * dot, h: (len(lines)*11 + 2) * dot}
	m.a = make([]float32, m.w*m.h)
	for li, line := range lines {
		for ci, r := range line {
			g := glyphs[r]
			for gy := range 7 {
				for gx := range 5 {
					if g[gy]>>(4-gx)&1 == 0 {
						continue
					}
					x0, y0 := (1+ci*6+gx)*dot, (1+li*11+gy)*dot
					for y := y0; y < y0+dot; y++ {
						for x := x0; x < x0+dot; x++ {
							m.a[y*m.w+x] = 1
						}
					}
				}
			}
		}
	}
	m.soften(1, 0)
	m.soften(0, 1)
	return m
}

// soften blurs by 1-2-1 along one direction.
func (m *mask) soften(dx, dy int) {
	src := append([]float32(nil), m.a...)
	for y := dy; y < m.h-dy; y++ {
		for x := dx; x < m.w-dx; x++ {
			i, o := y*m.w+x, dy*m.w+dx
			m.a[i] = 0.25*src[i-o] + 0.5*src[i] + 0.25*src[i+o]
		}
	}
}
