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
	lineFloor         = -82.0      // dBFS: below it nobody hears a hum line
	lowWindowSeconds  = 4.0
	minLowFrames      = 4
	confidentFrames   = 10 // with fewer windows a line has to stand out more
	maxHumLines       = 20
	lonelyHumDistance = 1.2 // Hz: a single line counts only this near the mains' own frequency
)

// lowSpectrum gathers the band below about 1.5 kHz in windows of 4 s, fine enough to tell a hum line from its neighbours.
type lowSpectrum struct {
	rate   float64 // after decimation
	dl, dr *decimator
	fft    *pairFFT
	l, r   []float64
	hist   []histogram
	logSum []float64 // of levels in dB
	frames int
	rumble histogram
	bass   histogram
}

func newLowSpectrum(rate, channels int) *lowSpectrum {
	factor := max(1, rate/4000)
	s := &lowSpectrum{rate: float64(rate) / float64(factor), dl: newDecimator(factor), dr: newDecimator(factor)}
	n := 1 << int(math.Ceil(math.Log2(s.rate*lowWindowSeconds)))
	s.fft = newPairFFT(n, channels)
	bins := min(n/2, int((lineHigh+40)*float64(n)/s.rate)+1)
	s.hist, s.logSum = make([]histogram, bins), make([]float64, bins)
	return s
}

func (s *lowSpectrum) add(l, r []float64) {
	s.l = s.dl.add(s.l, l)
	if r != nil {
		s.r = s.dr.add(s.r, r)
	}
	n, at := s.fft.n, 0
	for ; at+n <= len(s.l); at += n / 2 {
		if r == nil {
			s.frame(s.fft.transform(s.l[at:at+n], nil))
		} else {
			s.frame(s.fft.transform(s.l[at:at+n], s.r[at:at+n]))
		}
	}
	s.l = append(s.l[:0], s.l[at:]...)
	if r != nil {
		s.r = append(s.r[:0], s.r[at:]...)
	}
}

func (s *lowSpectrum) frame(power []float64) {
	hz := s.rate / float64(s.fft.n)
	var total, rumble, bass float64
	for k, p := range power[:len(s.hist)] {
		f := float64(k) * hz
		total += p
		switch {
		case f >= 4 && f < 35:
			rumble += p
		case f >= 35 && f < 120:
			bass += p
		}
	}
	// One-sided sums; the mean square of a signal is 2·sum|X|²/(n·sum w²).
	norm := 2 / (float64(s.fft.n) * s.fft.sumW2)
	if db(total*norm) < digitalSilence {
		return
	}
	s.frames++
	s.rumble.add(db(rumble * norm))
	s.bass.add(db(bass * norm))
	line := 2 / (s.fft.sumW * s.fft.sumW) // a sine's mean square from its peak bin
	for k := range s.hist {
		level := db(power[k] * line)
		s.hist[k].add(level)
		s.logSum[k] += max(-150, level)
	}
}

func (s *lowSpectrum) fill(r *Report, scale float64) {
	r.RumbleDBFS, r.BassDBFS = floorDB, floorDB
	if s.frames == 0 {
		return
	}
	r.RumbleDBFS = s.rumble.quantile(0.2) + db(scale)
	r.BassDBFS = s.bass.quantile(0.2) + db(scale)
	if s.frames < minLowFrames {
		return
	}
	r.HumHz, r.Hum = pickHum(s.lines(db(scale)))
}

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
		if spread > 2 {
			continue
		}
		out = append(out, Line{Hz: (float64(k) + offset) * hz, LevelDBFS: middle + gain, ProminenceDB: level - ground, SpreadHz: spread})
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
	common := 0
	for _, l := range lines {
		if k, off := harmonic(l.Hz, best); off < tolerance(k) {
			l.Harmonic = k
			hum = append(hum, l)
			common = gcd(common, k)
		}
	}
	nominal := nearMains(best)
	// Two tones of a drone are an octave apart too: a series without its odd members is hum only at the mains' own frequency (a rectifier's).
	if len(hum) == 1 && (hum[0].Harmonic > 2 || !nominal) || common > 1 && !nominal || common > 2 {
		return 0, nil
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
