package audio

import (
	"math"
	"slices"
)

// The search for hum. Tape speed moves mains hum 1 to 8 Hz off 50 or 60 Hz, and moves all harmonics alike; each is notched where it is.
const (
	humLow, humHigh   = 45.0, 66.0 // Hz, of the fundamental
	lineHigh          = 1320.0     // Hz, of the highest harmonic looked for
	lineProminence    = 10.0       // dB over the neighbourhood
	lineSteadiness    = 3.5        // dB between the level in 20 % and in 50 % of the windows
	lineSpread        = 0.8        // Hz: a broader one is a note with vibrato
	lineFloor         = -82.0      // dBFS: below it nobody hears a hum line
	lowWindowSeconds  = 4.0
	lowBriefSeconds   = 1.0 // for tracks in which hardly any of the others fit
	minLowFrames      = 4
	confidentFrames   = 10 // with fewer windows a line has to stand out more
	maxHumLines       = 20
	lonelyHumDistance = 1.2   // Hz: a single line counts this near the mains' own frequency,
	lonelyFloor       = -66.0 // dBFS
	lonelyProminence  = 20.0  // dB, or where it stands out like this
	lonelySteadiness  = 1.0   // dB, and is as steady as this
)

// lines finds all narrow lines that are there in at least four windows of five at a steady level, whatever else sounds: that is what tells hum
// from music, whose tones come and go.
func (s *lowSpectrum) lines(gain float64) []Line {
	hz := s.rate / float64(s.fft.n)
	bins := len(s.hist)
	low, mid, avg := make([]float64, bins), make([]float64, bins), make([]float64, bins)
	for k := range s.hist {
		low[k], mid[k] = s.hist[k].quantile(0.2), s.hist[k].quantile(0.5)
		avg[k] = s.logSum[k] / float64(s.frames)
	}
	need := lineProminence
	if s.frames < confidentFrames {
		need += 6
	}
	near, far := max(4, int(1.2/hz)), int(8/hz)
	var out []Line
	for k := max(far, int(40/hz)); k < bins-far && float64(k)*hz < lineHigh; k++ {
		if avg[k] <= avg[k-1] || avg[k] < avg[k+1] {
			continue
		}
		var around []float64
		for j := near; j <= far; j++ {
			around = append(around, low[k-j], low[k+j])
		}
		slices.Sort(around)
		ground := around[len(around)/2]
		level := max(low[k], low[k-1], low[k+1])
		middle := max(mid[k], mid[k-1], mid[k+1])
		if level-ground < need || middle-level > lineSteadiness || middle+gain < lineFloor {
			continue
		}
		offset, peak := parabola(avg[k-1], avg[k], avg[k+1])
		// Hann's own line is 2 bins wide at -6 dB.
		spread := max(0, width(avg, k, peak-6)-2) * hz
		out = append(out, Line{Hz: (float64(k) + offset) * hz, LevelDBFS: middle + gain, VariationDB: middle - level, ProminenceDB: level - ground, SpreadHz: spread})
	}
	return out
}

// parabola through three levels around a maximum: where it is, in bins from the middle one, and how high.
func parabola(a, b, c float64) (offset, peak float64) {
	d := a - 2*b + c
	if d >= 0 {
		return 0, b
	}
	offset = 0.5 * (a - c) / d
	return offset, b - 0.25*(a-c)*offset
}

// width of the peak at bin k where it crosses level, in bins.
func width(x []float64, k int, level float64) float64 {
	left, right := float64(k), float64(k)
	for i := k; i > 0; i-- {
		if x[i-1] < level {
			left = float64(i) - (x[i]-level)/(x[i]-x[i-1])
			break
		}
	}
	for i := k; i+1 < len(x); i++ {
		if x[i+1] < level {
			right = float64(i) + (x[i]-level)/(x[i]-x[i+1])
			break
		}
	}
	return right - left
}

// pickHum finds the fundamental whose series explains the lines best, and the lines that belong to it.
func pickHum(lines []Line) (fundamental float64, hum []Line) {
	best, bestScore := 0.0, 0.0
	for f := humLow; f <= humHigh; f += 0.01 {
		score := 0.0
		for _, l := range lines {
			k, off := harmonic(l.Hz, f)
			if tol := tolerance(k); off < tol {
				// Nearness counts, so that the series settles on the lines; a high harmonic proves less, for it lies near some multiple anyway.
				score += min(l.ProminenceDB, 30) * (1 - 0.5*off/tol) / math.Sqrt(float64(k))
			}
		}
		if score > bestScore+1e-9 {
			best, bestScore = f, score
		}
	}
	if best == 0 {
		return 0, nil
	}
	common, low := 0, 0
	have := map[int]int{}
	for _, l := range lines {
		k, off := harmonic(l.Hz, best)
		if off >= tolerance(k) || l.SpreadHz > lineSpread {
			continue
		}
		l.Harmonic = k
		if i, ok := have[k]; ok { // two peaks of one broad line
			if l.ProminenceDB > hum[i].ProminenceDB {
				hum[i] = l
			}
			continue
		}
		have[k] = len(hum)
		hum = append(hum, l)
		common = gcd(common, k)
		if k <= 4 {
			low++
		}
	}
	_, first := have[1]
	nominal := nearMains(best)
	switch {
	case len(hum) == 1 && hum[0].LevelDBFS < lonelyFloor: // a trace that nobody hears
		return 0, nil
	case len(hum) == 1 && nominal && hum[0].Harmonic <= 2: // pure hum, or a rectifier's
	case len(hum) == 1 && first && hum[0].ProminenceDB > lonelyProminence && hum[0].VariationDB < lonelySteadiness: // its harmonics hide under the sound
	case len(hum) == 1 || !first && low < 2:
		return 0, nil // a high note lies near some multiple of anything
	case common > 1 && (common > 2 || !nominal):
		return 0, nil // a drone and its octave are no hum: that has odd harmonics too, except a rectifier's at the mains' own frequency
	}
	slices.SortStableFunc(hum, func(a, b Line) int { return int(math.Copysign(1, b.ProminenceDB-a.ProminenceDB)) })
	hum = hum[:min(len(hum), maxHumLines)]
	slices.SortFunc(hum, func(a, b Line) int { return a.Harmonic - b.Harmonic })
	return best, hum
}

func harmonic(hz, fundamental float64) (k int, off float64) {
	k = max(1, int(math.Round(hz/fundamental)))
	return k, math.Abs(hz - float64(k)*fundamental)
}

// tolerance of harmonic k, in Hz.
func tolerance(k int) float64 { return 0.25 + 0.02*float64(k) }

func nearMains(f float64) bool {
	return math.Abs(f-50) < lonelyHumDistance || math.Abs(f-60) < lonelyHumDistance
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
