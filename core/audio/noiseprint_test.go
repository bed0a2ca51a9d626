package audio

import (
	"math"
	"testing"
)

// TestPrintOfHissThatBreathes holds the print to the mean level of a hiss that rises and falls by 1.5 dB: the quietest pauses alone tell 2 dB too little of it.
func TestPrintOfHissThatBreathes(t *testing.T) {
	const rate, seconds = 48000, 24
	base := speech(rate, seconds, 5)
	level := rms(base) * math.Pow(10, -12./20)
	noise := make([]float64, len(base))
	hiss(noise, level, 8)
	for i := range noise {
		noise[i] *= math.Pow(10, 1.5*math.Sin(2*math.Pi*0.13*float64(i)/rate)/20)
	}
	x := append([]float64(nil), base...)
	for i, v := range noise {
		x[i] += v
	}
	r := measured(t, rate, x)
	want := dbRMS(noise)
	for b, hz := range bandCentres {
		if hz < 400 || hz > 20000 {
			continue
		}
		t.Logf("%.0f Hz: %+.1f dB", hz, r.Noise.Bands[b]-want)
		if off := r.Noise.Bands[b] - want; math.Abs(off) > 1.5 {
			t.Errorf("%.0f Hz: the print is %+.1f dB off", hz, off)
		}
	}
}
