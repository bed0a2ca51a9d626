package neural

import "math"

// Taps gives the four weights that make sample s*k+phase of a line enlarged s times, and where the first stands relative to sample k.
func Taps(how Upsampling, s, phase int) (first int, w [4]float32) {
	pos := (float64(phase)+0.5)/float64(s) - 0.5
	floor := math.Floor(pos)
	t := pos - floor
	switch how {
	case Bilinear:
		return int(floor) - 1, [4]float32{0, float32(1 - t), float32(t), 0}
	case Bicubic:
		for k, d := range [4]float64{1 + t, t, 1 - t, 2 - t} {
			w[k] = float32(cubic(d))
		}
		return int(floor) - 1, w
	}
	return -1, [4]float32{0, 1, 0, 0}
}
