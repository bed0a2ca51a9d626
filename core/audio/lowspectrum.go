package audio

import "math"

// lowSpectrum gathers the band below about 1.5 kHz in windows of 4 s, fine enough to tell a hum line from its neighbours; for short tracks, of 1 s.
type lowSpectrum struct {
	rate   float64 // after decimation
	dl, dr *decimator
	fft    *pairFFT
	l, r   []float64
	hist   []histogram
	logSum []float64 // of levels in dB
	frames int

	// The same in windows of half a second: coarse, but short enough to fit into the pauses of speech.
	shortFFT  *pairFFT
	shortHist []histogram
	shortN    int

	rumble histogram
	bass   histogram
}

func newLowSpectrum(rate, channels int, seconds float64) *lowSpectrum {
	factor := max(1, rate/4000)
	s := &lowSpectrum{rate: float64(rate) / float64(factor), dl: newDecimator(factor), dr: newDecimator(factor)}
	n := 1 << int(math.Ceil(math.Log2(s.rate*seconds)))
	s.fft = newPairFFT(n, channels)
	bins := min(n/2, int((lineHigh+40)*float64(n)/s.rate)+1)
	s.hist, s.logSum = make([]histogram, bins), make([]float64, bins)
	s.shortFFT = newPairFFT(n/8, channels)
	s.shortHist = make([]histogram, bins/8)
	return s
}

func (s *lowSpectrum) add(l, r []float64) {
	s.l = s.dl.add(s.l, l)
	if r != nil {
		s.r = s.dr.add(s.r, r)
	}
	n, at := s.fft.n, 0
	for ; at+n <= len(s.l); at += n / 2 {
		for short := at; short < at+n/2; short += n / 16 {
			s.shortFrame(s.shortFFT.transform(s.l[short:short+n/8], part(s.r, r != nil, short, n/8)))
		}
		s.frame(s.fft.transform(s.l[at:at+n], part(s.r, r != nil, at, n)))
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
	if r.HumHz > 0 {
		r.HumHz = fit(r.Hum)
		r.Hum = s.complete(r.Hum, r.HumHz, db(scale))
	}
}

func (s *lowSpectrum) shortFrame(power []float64) {
	var total float64
	for _, p := range power {
		total += p
	}
	if db(2*total/(float64(s.shortFFT.n)*s.shortFFT.sumW2)) < digitalSilence {
		return
	}
	s.shortN++
	line := 2 / (s.shortFFT.sumW * s.shortFFT.sumW)
	for k := range s.shortHist {
		s.shortHist[k].add(db(power[k] * line))
	}
}

// part of x where there is a second channel, else nil.
func part(x []float64, there bool, at, n int) []float64 {
	if !there {
		return nil
	}
	return x[at : at+n]
}
