package audio

import (
	"math"
	"slices"
)

// fit is the fundamental of lines whose harmonics are known, by least squares, prominent lines first.
func fit(lines []Line) float64 {
	var num, den float64
	for _, l := range lines {
		k, w := float64(l.Harmonic), min(l.ProminenceDB, 40)
		num += w * k * l.Hz
		den += w * k * k
	}
	return num / den
}

// A harmonic of a hum that is already found needs less proof, because where it must be is known to a few hundredths of a hertz, and a notch too
// many there does no harm: it has to stand out in the quietest tenth of the windows, long or short.
const (
	knownLow        = 0.1
	knownProminence = 8.0
	knownSteadyTo   = 0.3
	knownSteadiness = 2.5 // dB from 10 % to 30 % of the windows
	narrowness      = 6.0 // dB
	minShortFrames  = 100
	shortHigh       = 500.0 // Hz: above it short windows can't tell a line from a note beside it, and voices hide less
	uncertainLine   = 18.0  // dB of prominence
)

// complete adds to hum the harmonics that speech or music hid from the strict search.
func (s *lowSpectrum) complete(hum []Line, fundamental, gain float64) []Line {
	hz := s.rate / float64(s.fft.n)
	short := s.rate / float64(s.shortFFT.n)
	have := map[int]bool{}
	// Now that the fundamental is known well, a note that only lay near a multiple of the first guess drops out.
	hum = slices.DeleteFunc(hum, func(l Line) bool {
		return math.Abs(l.Hz-float64(l.Harmonic)*fundamental) > 0.1+0.005*float64(l.Harmonic)
	})
	for i, l := range hum {
		have[l.Harmonic] = true
		// Of a line that hardly stands out the series knows the place better than its own peak does.
		if in := float64(l.Harmonic) * fundamental; l.ProminenceDB < uncertainLine && math.Abs(l.Hz-in) < 0.06 {
			hum[i].Hz = in
		}
	}
	for k := 1; len(hum) < maxHumLines; k++ {
		f := float64(k) * fundamental
		if f > lineHigh {
			break
		}
		if have[k] {
			continue
		}
		level, over := stands(s.hist, f/hz, int(math.Ceil(1.2/hz)), int(8/hz))
		// A line is over three bins away from its top; where it isn't, the top is that of a note beside it.
		if i := int(math.Round(f / hz)); level-narrowness < max(s.hist[i-3].quantile(knownLow), s.hist[i+3].quantile(knownLow)) {
			over = 0
		}
		if s.shortN >= minShortFrames && f < shortHigh {
			if l, o := stands(s.shortHist, f/short, int(math.Ceil(7/short)), int(22/short)); o > over {
				level, over = l, o
			}
		}
		if over >= knownProminence && level+gain > lineFloor {
			hum = append(hum, Line{Harmonic: k, Hz: f, LevelDBFS: level + gain, ProminenceDB: over})
		}
	}
	slices.SortFunc(hum, func(a, b Line) int { return a.Harmonic - b.Harmonic })
	return hum
}

// stands tells the low level at bin and by how much it is over its neighbours near..far bins away.
func stands(hist []histogram, bin float64, near, far int) (level, over float64) {
	k := int(math.Round(bin))
	if k-far < 0 || k+far >= len(hist) {
		return floorDB, 0
	}
	var around []float64
	for j := near; j <= far; j++ {
		around = append(around, hist[k-j].quantile(knownLow), hist[k+j].quantile(knownLow))
	}
	slices.Sort(around)
	level = hist[k].quantile(knownLow)
	if hist[k].quantile(knownSteadyTo)-level > knownSteadiness { // notes of music come and go; in pauses of speech hum doesn't
		return level, 0
	}
	return level, level - around[len(around)/2]
}
