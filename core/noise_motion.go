package core

import "math"

// The camera's motion from one frame to the next is looked for so far, in samples, and in whole pairs of lines, so that fields stay what they are.
const (
	panAcross, panDown = 16, 8
	panMargin          = 24  // samples at each edge that are not looked at
	panOutlier         = 48  // what differs by more is something else's motion
	panGain            = 98  // of 100: a motion has to fit better than rest by so much
	panFlat            = 0.5 // of a gradient's power: what has less says nothing about motion
)

// panNoise is the standard deviation of the noise of two successive frames (luma, rows of w samples), from the blocks that change least when the camera's motion is
// undone: as a whole by the displacement that fits best, and in each block the fraction of a sample that is left by what its gradients explain (Lucas and Kanade,
// 1981). So pictures that are full of texture and move show their noise too. It is false where there are not enough blocks. Identical frames say nothing.
func panNoise(a, b []byte, w, h int) (float64, bool) {
	const reach = 2 // lines and samples beside a block that its gradients need
	dx, dy := pan(a, b, w, h)
	x0, x1 := max(0, -dx)+reach, min(w, w-dx)-reach
	y0, y1 := max(0, -dy)+reach, min(h, h-dy)-reach
	move := dy*w + dx
	var found []float64
	same := true
	for y := y0; y+stillBlock <= y1; y += stillBlock {
		for x := x0; x+stillBlock <= x1; x += stillBlock {
			var s moments
			for r := y; r < y+stillBlock; r++ {
				for at := r*w + x; at < r*w+x+stillBlock; at++ {
					to := at + move
					s.add(float64(b[to])-float64(a[at]),
						float64(int(b[to+1])-int(b[to-1])+int(a[at+1])-int(a[at-1]))/4,
						float64(int(b[to+2*w])-int(b[to-2*w])+int(a[at+2*w])-int(a[at-2*w]))/8, float64(a[at]))
				}
			}
			if level := s.level / blockSamples; level < darkest || level > lightest {
				continue
			}
			same = same && s.dd == 0
			found = append(found, math.Sqrt(s.left()/2)) // two noises add up in a difference
		}
	}
	if same {
		return 0, false
	}
	return calmest(found)
}

const blockSamples = stillBlock * stillBlock

// moments are the sums over a block of its difference d, of the gradients x and y, and of their products.
type moments struct{ d, x, y, dd, dx, dy, xx, xy, yy, level float64 }

func (s *moments) add(d, x, y, level float64) {
	s.d, s.x, s.y, s.level = s.d+d, s.x+x, s.y+y, s.level+level
	s.dd, s.dx, s.dy = s.dd+d*d, s.dx+d*x, s.dy+d*y
	s.xx, s.xy, s.yy = s.xx+x*x, s.xy+x*y, s.yy+y*y
}

// left is the variance of the difference that neither the block's brightness nor a small motion explains.
func (s *moments) left() float64 {
	const n = blockSamples
	about := func(pq, p, q float64) float64 { return pq/n - p/n*q/n }
	dd, dx, dy := about(s.dd, s.d, s.d), about(s.dx, s.d, s.x), about(s.dy, s.d, s.y)
	xx, xy, yy := about(s.xx, s.x, s.x), about(s.xy, s.x, s.y), about(s.yy, s.y, s.y)
	gx, gy := xx+panFlat, yy+panFlat
	det := gx*gy - xy*xy
	u, v := (gy*dx-xy*dy)/det, (gx*dy-xy*dx)/det
	return max(0, dd-2*u*dx-2*v*dy+u*u*xx+2*u*v*xy+v*v*yy)
}

// pan is the displacement, in samples across and lines down, by which b continues a best; none where nothing fits better than rest.
func pan(a, b []byte, w, h int) (dx, dy int) {
	if w <= 2*panMargin || h <= 2*panMargin {
		return 0, 0
	}
	best := differs(a, b, w, h, 0)
	for y := -panDown; y <= panDown; y += 2 {
		for x := -panAcross; x <= panAcross; x++ {
			if d := differs(a, b, w, h, y*w+x); 100*d < panGain*best {
				best, dx, dy = d, x, y
			}
		}
	}
	return dx, dy
}

// differs is how much two frames differ in every eighth sample of two lines of eight, outliers held.
func differs(a, b []byte, w, h, move int) int {
	sum := 0
	for y := panMargin; y < h-panMargin; y++ {
		if (y-panMargin)%8 > 1 {
			continue
		}
		for at := y*w + panMargin; at < (y+1)*w-panMargin; at += 8 {
			d := int(a[at]) - int(b[at+move])
			sum += min(panOutlier, max(d, -d))
		}
	}
	return sum
}
