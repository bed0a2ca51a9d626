package tape

import "math"

// random is splitmix64 (Steele, Lea, Flood 2014): tiny, seedable from several numbers, the same everywhere.
type random uint64

// seeded mixes numbers into an independent stream, so that any field or row can be made on its own.
func seeded(parts ...int) *random {
	r := random(0x9E3779B97F4A7C15)
	for _, p := range parts {
		r ^= random(uint64(int64(p)))
		r = random(r.next())
	}
	return &r
}

func (r *random) next() uint64 {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// unit is uniform in [0,1).
func (r *random) unit() float64 { return float64(r.next()>>11) / (1 << 53) }

// below is uniform in 0..n-1.
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }

// gauss is normal with mean 0 and deviation 1 (Box-Muller).
func (r *random) gauss() float64 {
	return math.Sqrt(-2*math.Log(1-r.unit())) * math.Cos(2*math.Pi*r.unit())
}

// noiseTable is n samples of noise with the spectrum of the kernel, mean exactly 0 and deviation 1.
func noiseTable(r *random, n int, kernel []float32) []float32 {
	white := make([]float32, n+len(kernel))
	for i := range white {
		white[i] = float32(r.gauss())
	}
	out := make([]float32, n)
	var sum, sq float64
	for i := range out {
		var v float32
		for j, k := range kernel {
			v += k * white[i+j]
		}
		out[i] = v
		sum += float64(v)
	}
	mean := sum / float64(n)
	for _, v := range out {
		sq += (float64(v) - mean) * (float64(v) - mean)
	}
	scale := 1 / math.Sqrt(sq/float64(n))
	for i, v := range out {
		out[i] = float32((float64(v) - mean) * scale)
	}
	return out
}
