package audio

import "math"

// The gain that keeps the logarithm of amplitudes as near to the clean ones' as can be: Y. Ephraim, D. Malah, "Speech enhancement using a
// minimum mean-square error log-spectral amplitude estimator", IEEE Trans. ASSP 33, 1985: G = xi/(1+xi)·exp(E1(v)/2), v = xi/(1+xi)·gamma, with
// xi the signal to noise ratio expected and gamma the one seen.

// expint is exp(E1(v)/2) by table over the bits of v.
type expint struct{ table []float32 }

const (
	expintLow   = -14 // log2 of the least v in the table
	expintHigh  = 5
	expintFirst = (127 + expintLow) << 23 // its bits
	expintBits  = 5                       // of the mantissa: 32 steps an octave, even within it
)

func newExpint() *expint {
	e := &expint{}
	const octaves = expintHigh - expintLow
	for i := range octaves<<expintBits + 1 {
		v := float64(math.Float32frombits(expintFirst + uint32(i)<<(23-expintBits)))
		e.table = append(e.table, float32(math.Exp(0.5*e1(v))))
	}
	return e
}

// e1 is the exponential integral: its series for small v, its continued fraction for others (Abramowitz and Stegun 5.1.11, 5.1.22).
func e1(v float64) float64 {
	if v < 1 {
		sum, term := -0.5772156649015329-math.Log(v), 1.0
		for k := 1.0; k < 40; k++ {
			term *= -v / k
			sum -= term / k
		}
		return sum
	}
	f := 0.0
	for k := 60.0; k >= 1; k-- {
		f = k / (1 + k/(v+f))
	}
	return math.Exp(-v) / (v + f)
}

func (e *expint) at(v float32) float32 {
	if !(v > 1.0/(1<<-expintLow)) {
		return e.table[0]
	}
	if v >= 1<<expintHigh {
		return 1
	}
	// A number's bits are its logarithm but for the mantissa's bend: the first of them number the step, the others tell how far into it.
	p := math.Float32bits(v) - expintFirst
	i := p >> (23 - expintBits)
	in := float32(p&(1<<(23-expintBits)-1)) * (1.0 / (1 << (23 - expintBits)))
	return e.table[i] + (e.table[i+1]-e.table[i])*in
}

// logAmplitude is G for xi and gamma.
func (e *expint) logAmplitude(xi, gamma float32) float32 {
	w := xi / (1 + xi)
	return w * e.at(w*gamma)
}
