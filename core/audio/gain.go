package audio

import "math"

// The gain that keeps the logarithm of amplitudes as near to the clean ones' as can be: Y. Ephraim, D. Malah, "Speech enhancement using a
// minimum mean-square error log-spectral amplitude estimator", IEEE Trans. ASSP 33, 1985: G = xi/(1+xi)·exp(E1(v)/2), v = xi/(1+xi)·gamma, with
// xi the signal to noise ratio expected and gamma the one seen.

// expint is exp(E1(v)/2) by table over log2 v.
type expint struct{ table []float64 }

const (
	expintLow   = -14.0 // log2 of the least v in the table
	expintHigh  = 5.0
	expintSteps = 32 // an octave
)

func newExpint() *expint {
	e := &expint{}
	for i := 0; i <= int((expintHigh-expintLow)*expintSteps); i++ {
		e.table = append(e.table, math.Exp(0.5*e1(math.Exp2(expintLow+float64(i)/expintSteps))))
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

func (e *expint) at(v float64) float64 {
	p := (math.Log2(v) - expintLow) * expintSteps
	if p >= float64(len(e.table)-1) {
		return 1
	}
	if !(p > 0) {
		return e.table[0]
	}
	i := int(p)
	return e.table[i] + (e.table[i+1]-e.table[i])*(p-float64(i))
}

// logAmplitude is G for xi and gamma.
func (e *expint) logAmplitude(xi, gamma float64) float64 {
	w := xi / (1 + xi)
	return w * e.at(w*gamma)
}
