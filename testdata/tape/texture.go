package tape

import "math"

const texW, texH = 1024, 512

// texture is a tileable background of band-limited detail: gratings in all directions and leaf-like noise.
// Luma has texW x texH samples, chroma half the width. Values are 8-bit codes.
type texture struct{ y, cb, cr []float32 }

func newTexture(seed int) *texture {
	r := seeded(seed, 1)
	t := &texture{
		y:  make([]float32, texW*texH),
		cb: make([]float32, texW/2*texH),
		cr: make([]float32, texW/2*texH),
	}
	leaves := make([]float32, texW*texH)
	for cell, amp := 64, float32(1); cell >= 4; cell, amp = cell/2, amp*0.62 {
		addLattice(leaves, r, cell, amp)
	}
	for range 18 {
		// Up to 0.25 cycles a line, so that a field does not alias much; up to 0.4 across.
		fx, fy := r.below(texW*4/10), r.below(texH/4)
		addGrating(t.y, texW, fx, fy, 2*math.Pi*r.unit(), 5/(1+math.Hypot(float64(fx), float64(2*fy))/60)+1)
	}
	for range 6 {
		addGrating(t.cb, texW/2, r.below(10), r.below(8), 2*math.Pi*r.unit(), 5)
		addGrating(t.cr, texW/2, r.below(10), r.below(8), 2*math.Pi*r.unit(), 5)
	}
	for i, l := range leaves {
		l = l / float32(math.Sqrt(1+float64(l*l))) // soft clip: leaf against gap
		leaves[i] = l
		t.y[i] = 108 + 46*l + t.y[i]
	}
	for i := range t.cb {
		l := leaves[2*i]
		t.cb[i] = 122 - 6*l + t.cb[i]
		t.cr[i] = 124 - 5*l + t.cr[i]
	}
	return t
}

// addLattice adds smooth value noise with the given cell size, tileable over the texture.
func addLattice(dst []float32, r *random, cell int, amp float32) {
	nx, ny := texW/cell, texH/cell
	v := make([]float32, nx*ny)
	for i := range v {
		v[i] = float32(r.gauss())
	}
	ease := make([]float32, cell)
	for i := range ease {
		t := float64(i) / float64(cell)
		ease[i] = float32(t * t * (3 - 2*t))
	}
	for y := range texH {
		r0, r1 := v[y/cell*nx:][:nx], v[(y/cell+1)%ny*nx:][:nx]
		ey := ease[y%cell]
		row := dst[y*texW:][:texW]
		for cx := range nx {
			n := (cx + 1) % nx
			a := r0[cx] + (r1[cx]-r0[cx])*ey
			b := r0[n] + (r1[n]-r0[n])*ey
			for i, e := range ease {
				row[cx*cell+i] += amp * (a + (b-a)*e)
			}
		}
	}
}

// addGrating adds amp*cos(2pi(fx*x/w + fy*y/texH) + phase) to a plane w wide, by the sum rule of the cosine.
func addGrating(dst []float32, w, fx, fy int, phase, amp float64) {
	c, s := make([]float32, w), make([]float32, w)
	for x := range w {
		sn, cs := math.Sincos(2 * math.Pi * float64(fx*x) / float64(w))
		c[x], s[x] = float32(cs), float32(sn)
	}
	for y := range texH {
		sn, cs := math.Sincos(2*math.Pi*float64(fy*y)/texH + phase)
		a, b := float32(amp*cs), float32(amp*sn)
		row := dst[y*w:][:w]
		for x := range row {
			row[x] += a*c[x] - b*s[x]
		}
	}
}

// pan copies the texture, shifted by (ox, oy) samples with cubic interpolation, into a plane w x h.
// tmp has room for w+4 samples.
func pan(dst []float32, w, h int, src []float32, sw int, ox, oy float64, tmp []float32) {
	ix, iy := int(math.Floor(ox)), int(math.Floor(oy))
	kx, ky := cubic(ox-float64(ix)), cubic(oy-float64(iy))
	tmp = tmp[:w+4]
	maskX, maskY := sw-1, texH-1
	for y := range h {
		r0 := src[(y+iy-1)&maskY*sw:][:sw]
		r1 := src[(y+iy)&maskY*sw:][:sw]
		r2 := src[(y+iy+1)&maskY*sw:][:sw]
		r3 := src[(y+iy+2)&maskY*sw:][:sw]
		for x := range tmp {
			i := (x + ix - 1) & maskX
			tmp[x] = ky[0]*r0[i] + ky[1]*r1[i] + ky[2]*r2[i] + ky[3]*r3[i]
		}
		row := dst[y*w:][:w]
		for x := range row {
			row[x] = kx[0]*tmp[x] + kx[1]*tmp[x+1] + kx[2]*tmp[x+2] + kx[3]*tmp[x+3]
		}
	}
}

// cubic is the Catmull-Rom kernel for a position t between the middle two of four samples.
func cubic(t float64) [4]float32 {
	t2, t3 := t*t, t*t*t
	return [4]float32{
		float32(-0.5*t3 + t2 - 0.5*t),
		float32(1.5*t3 - 2.5*t2 + 1),
		float32(-1.5*t3 + 2*t2 + 0.5*t),
		float32(0.5*t3 - 0.5*t2),
	}
}
