package ui

import "image"

// shrink brings a picture to w x h pixels, neither larger than the picture's own, by averaging the area that each new pixel covers. It
// gives nil for sizes below one.
func shrink(m *image.RGBA, w, h int) *image.RGBA {
	b := m.Bounds()
	if w < 1 || h < 1 || b.Empty() {
		return nil
	}
	w, h = min(w, b.Dx()), min(h, b.Dy())
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	cols := shares(b.Dx(), w)
	rows := shares(b.Dy(), h)
	line := make([]float32, 4*b.Dx()) // the sum of the rows that a new row covers
	for y := range h {
		clear(line)
		for _, r := range rows[y] {
			src := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+r.at):][:4*b.Dx()]
			for i, v := range src {
				line[i] += float32(v) * r.part
			}
		}
		dst := out.Pix[y*out.Stride:]
		for x := range w {
			var s [4]float32
			for _, c := range cols[x] {
				p := line[4*c.at:][:4]
				for k := range s {
					s[k] += p[k] * c.part
				}
			}
			for k := range s {
				dst[4*x+k] = uint8(s[k] + 0.5)
			}
		}
	}
	return out
}

// share is how much of an old line or column goes into a new one.
type share struct {
	at   int
	part float32
}

func shares(from, to int) [][]share {
	all := make([][]share, to)
	step := float64(from) / float64(to)
	for i := range to {
		low, high := float64(i)*step, min(float64(i+1)*step, float64(from))
		for at := int(low); float64(at) < high-1e-9 && at < from; at++ {
			part := min(float64(at+1), high) - max(float64(at), low)
			all[i] = append(all[i], share{at, float32(part / (high - low))})
		}
	}
	return all
}
