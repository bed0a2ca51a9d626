package masknet

import "math"

const leastGain, mostGain = 1e-3, 0.9995

// Corrected is a gain with the network's correction, added to its logit.
func Corrected(gain float64, correction float32) float64 {
	g := max(leastGain, min(mostGain, gain))
	e := g / (1 - g) * math.Exp(float64(correction))
	return e / (1 + e)
}
