package masknet

const leastGain, mostGain = 1e-3, 0.9995

// Corrected is a gain whose odds, g/(1-g), are multiplied by what the network says.
func Corrected(gain, odds float32) float32 {
	g := max(leastGain, min(mostGain, gain))
	e := g * odds
	return e / (1 - g + e)
}
