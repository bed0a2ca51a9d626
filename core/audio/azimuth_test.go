package audio

import (
	"math"
	"testing"
)

// tones are partials that swell and fade, given as functions of time, so that any delay (in samples, at a moment) is exact.
func tones(rate int, seconds float64, delay func(t float64) float64) []float64 {
	x := make([]float64, int(seconds*float64(rate)))
	for i := range x {
		at := (float64(i) - delay(float64(i)/float64(rate))) / float64(rate)
		for k := range 32 {
			f := 320 + 165.7*float64(k)
			x[i] += 0.01 * math.Sin(2*math.Pi*f*at+float64(k*k)) * (1 + 0.5*math.Sin(2*math.Pi*(0.3+0.07*float64(k))*at))
		}
	}
	return x
}

// The delay of a head that stands askew is found to a twentieth of a sample, followed as it drifts, and taken back; the sides then agree.
func TestAzimuth(t *testing.T) {
	const rate = 16000
	still := func(float64) float64 { return 0 }
	for name, d := range map[string]func(float64) float64{
		"standing":  func(float64) float64 { return 2.3 },
		"early":     func(float64) float64 { return -0.8 },
		"drifting":  func(t float64) float64 { return 1.5 + 0.5*math.Sin(2*math.Pi*t/40) },
		"undamaged": still,
	} {
		l, r := tones(rate, 6, func(t float64) float64 { return -d(t) / 2 }), tones(rate, 6, func(t float64) float64 { return d(t) / 2 })
		mid := tones(rate, 6, still)
		hiss(l, 0.001, 1)
		hiss(r, 0.001, 2)
		a := newAzimuth(rate)
		a.meter.add(l, r)
		rep := &Report{Rate: rate, Channels: 2, DeadSide: -1}
		a.fill(rep)
		want := d(3) / rate * 1e6
		if !rep.Azimuth.Known || name != "drifting" && math.Abs(rep.Azimuth.Microseconds-want) > 0.05/rate*1e6 {
			t.Errorf("%s: %+v, want %.1f", name, rep.Azimuth, want)
		}
		if rep.HasAzimuth() == (name == "undamaged") {
			t.Errorf("%s: found %v", name, rep.HasAzimuth())
		}
		s := newAlignStage(rate, rep.Azimuth.Microseconds*rate/1e6)
		out := newPlanes(2)
		for i := 0; i < len(l); i += 5000 {
			j := min(len(l), i+5000)
			out = s.add(planes{l[i:j], r[i:j]}, out)
		}
		out = s.end(out)
		if len(out[0]) != len(l) || len(out[1]) != len(l) {
			t.Fatalf("%s: %d samples became %d and %d", name, len(l), len(out[0]), len(out[1]))
		}
		apart := func(a, b []float64) float64 {
			d := make([]float64, len(a)-rate)
			for i := range d {
				d[i] = a[i+rate/2] - b[i+rate/2]
			}
			return dbRMS(d) - dbRMS(a)
		}
		t.Logf("%s: %+v; the sides differ by %.1f dB, %.1f dB after; in time to %.1f dB", name, rep.Azimuth, apart(l, r), apart(out[0], out[1]), apart(out[0], mid))
		if apart(out[0], out[1]) > -24 || apart(out[0], mid) > -28 {
			t.Errorf("%s: the sides are %.1f dB apart, %.1f dB from the truth", name, apart(out[0], out[1]), apart(out[0], mid))
		}
	}
}

// Two sides with different sounds have no delay to speak of, and neither has silence.
func TestNoAzimuth(t *testing.T) {
	const rate = 32000
	a, b := music(rate, 8, 1), music(rate, 8, 2)
	hiss(a, 0.001, 1)
	hiss(b, 0.001, 2)
	wide := make([]float64, len(a)) // a stereo picture: one instrument in the middle, one on the right
	for i := range wide {
		wide[i] = a[i] + b[i]
	}
	for name, r := range map[string][]float64{"unlike": b, "stereo": wide, "silent": make([]float64, len(a))} {
		m := newAzimuth(rate)
		m.meter.add(a, r)
		rep := &Report{Rate: rate, Channels: 2, DeadSide: -1}
		m.fill(rep)
		if rep.HasAzimuth() {
			t.Errorf("%s: %+v", name, rep.Azimuth)
		}
	}
}
