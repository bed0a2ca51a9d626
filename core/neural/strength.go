package neural

import "slices"

// AtStrength returns the network with its contribution to the base scaled to percent of 100. At 0 the output is the enlarged base alone.
func (n *Network) AtStrength(percent int) *Network {
	if percent == 100 || len(n.Layers) == 0 {
		return n
	}
	scale := float32(percent) / 100
	m := *n
	m.Layers = slices.Clone(n.Layers)
	last := &m.Layers[len(m.Layers)-1]
	last.Weight, last.Bias = slices.Clone(last.Weight), slices.Clone(last.Bias)
	for i := range last.Weight {
		last.Weight[i] *= scale
	}
	for i := range last.Bias {
		last.Bias[i] *= scale
	}
	return &m
}
