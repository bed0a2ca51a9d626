package audio

import "math"

// spectrum gathers the whole track in windows of about 170 ms: for the sum and the difference of two channels (or the only one), a histogram of levels
// for each bin, and the sum of spectra for each class of loudness, so that at the end the quietest part can be picked out of the whole track
// without keeping it.
type spectrum struct {
	rate           int
	fft            *pairFFT
	l, r           []float64
	signals        []*signalSpectrum
	classes        [classCount]int // windows of each loudness
	frames, silent int
	content        *contentMeter
	hisses         sibilance
	firstBin       int // of what counts for a window's loudness
}

// signalSpectrum is what is kept of one signal.
type signalSpectrum struct {
	hist   []histogram
	sums   [classCount][]float64
	recent [][]float64 // the last windows, each averaged over three bins
	sum    []float64   // over those
	frames int         // since the last silence
	tails  []tail      // of the bands that tell of hiss
}

// Loudness classes are 1 dB wide from -120 dBFS.
const (
	classCount  = 130
	classBottom = -120
)

// A window below digitalSilence holds no recording, so it tells nothing of the noise.
const digitalSilence = -100

// smoothing is how many bins and windows are averaged before levels are counted: noise then has nearly one level, and what is under it is a dip of
// its own rather than the noise's.
const smoothing = 3

func newSpectrum(rate, channels int) *spectrum {
	n := 1 << int(math.Round(math.Log2(float64(rate)*0.17)))
	s := &spectrum{rate: rate, fft: newPairFFT(n, channels)}
	for range channels {
		one := &signalSpectrum{hist: make([]histogram, n/2+1), sum: make([]float64, n/2+1), tails: newTails(float64(rate)/float64(n), n/2)}
		for range smoothing {
			one.recent = append(one.recent, make([]float64, n/2+1))
		}
		s.signals = append(s.signals, one)
	}
	hz := float64(rate) / float64(n)
	s.content = newContentMeter(hz, n/2+1)
	s.hisses.vowel = [2]int{int(300 / hz), int(3000 / hz)}
	if rate >= 20000 {
		s.hisses.hiss = [2]int{int(deEssFull / hz), int(min(sibilantAbove, 0.48*float64(rate)) / hz)}
	}
	s.firstBin = max(1, 300*n/rate) // hum and rumble don't decide what is a pause
	return s
}

func (s *spectrum) add(l, r []float64) {
	s.l = append(s.l, l...)
	s.r = append(s.r, r...)
	n, at := s.fft.n, 0
	for ; at+n <= len(s.l); at += n / 2 {
		s.frame(s.fft.transform(s.l[at:at+n], part(s.r, r != nil, at, n)))
	}
	s.l = append(s.l[:0], s.l[at:]...)
	if r != nil {
		s.r = append(s.r[:0], s.r[at:]...)
	}
}

func (s *spectrum) frame(power []float64) {
	norm := 1 / s.fft.sumW2
	s.frames++
	var total, loud float64
	for k, p := range power[1:] {
		total += p
		if k+1 >= s.firstBin {
			loud += p
		}
	}
	bins := float64(len(power))
	if db(total*norm/bins) < digitalSilence {
		s.silent++
		s.content.broken()
		for _, one := range s.signals {
			one.frames = 0
		}
		return
	}
	class := int(max(0, min(classCount-1, db(loud*norm/bins)-classBottom)))
	s.classes[class]++
	s.content.add(power, db(loud*norm/bins))
	s.hisses.add(power, norm)
	mid, side := s.fft.sides()
	s.signals[0].add(mid, norm, class)
	if side != nil {
		s.signals[1].add(side, norm, class)
	}
}

func (s *signalSpectrum) add(power []float64, norm float64, class int) {
	if s.sums[class] == nil {
		s.sums[class] = make([]float64, len(power))
	}
	now := s.recent[s.frames%smoothing]
	s.frames++
	last := len(power) - 1
	for k, p := range power {
		s.sums[class][k] += p * norm
		now[k] = (power[max(0, k-1)] + p + power[min(last, k+1)]) * norm / smoothing
	}
	if s.frames < smoothing {
		return
	}
	for k := range now {
		var sum float64
		for _, w := range s.recent {
			sum += w[k]
		}
		s.sum[k] = sum
		s.hist[k].add(db(sum / smoothing))
	}
	for i := range s.tails {
		s.tails[i].add(s.sum)
	}
}

// minNoiseFrames are needed to say anything of the noise: about 2 s of sound.
const minNoiseFrames = 22

func (s *spectrum) fill(r *Report, scale float64) {
	if s.frames > 0 {
		r.SilentShare = float64(s.silent) / float64(s.frames)
	}
	sounding := s.frames - s.silent
	if sounding == 0 {
		return
	}
	scale /= float64(len(s.signals)) // sum and difference together are both channels
	bins := s.fft.n/2 + 1
	total, quiet := make([]float64, bins), make([]float64, bins)
	var prints [2][]float64
	for i, one := range s.signals {
		t, q, pauses := one.means(s.classes[:], sounding)
		for k := range t {
			total[k] += t[k] * scale
			quiet[k] += q[k] * scale
		}
		prints[i] = one.print(pauses)
	}
	r.Spectrum = s.thirds(total, quiet)
	r.Content = s.content.content()
	if sounding >= minNoiseFrames {
		s.noise(r, prints, total, scale)
		r.Treble.Vowels, r.Treble.Sibilant = s.hisses.vowels.quantile(0.9), s.hisses.strength()
		s.treble(r, total, quiet)
	}
}

// thirds sums the spectra up by thirds of an octave from 31.5 Hz.
func (s *spectrum) thirds(total, quiet []float64) []Band {
	hz := float64(s.rate) / float64(s.fft.n)
	var out []Band
	for i := -15; i <= 13; i++ {
		centre := 1000 * math.Pow(2, float64(i)/3)
		lo, hi := int(math.Ceil(centre/hz/math.Pow(2, 1.0/6))), int(centre/hz*math.Pow(2, 1.0/6))
		if hi >= len(total) || lo > hi {
			continue
		}
		var a, b float64
		for k := max(1, lo); k <= hi; k++ {
			a, b = a+total[k], b+quiet[k]
		}
		bins := float64(len(total))
		out = append(out, Band{Hz: centre, MeanDBFS: db(a / bins), QuietDBFS: db(b / bins)})
	}
	return out
}
