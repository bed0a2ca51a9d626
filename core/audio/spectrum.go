package audio

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// pairFFT takes the power spectra of one or two channels at once, the second as the imaginary part of the first:
// |L|² + |R|² at bin k is half of |Z[k]|² + |Z[n-k]|².
type pairFFT struct {
	n, channels int
	fft         *fourier.CmplxFFT
	window      []float64 // Hann
	sumW, sumW2 float64
	in, out     []complex128
	power       []float64 // mean over the channels, bins 0..n/2
}

func newPairFFT(n, channels int) *pairFFT {
	f := &pairFFT{n: n, channels: channels, fft: fourier.NewCmplxFFT(n), window: make([]float64, n), in: make([]complex128, n), out: make([]complex128, n), power: make([]float64, n/2+1)}
	for i := range f.window {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(n))
		f.window[i] = w
		f.sumW += w
		f.sumW2 += w * w
	}
	return f
}

// transform returns |X|² of one window, valid until the next call. r is nil for mono.
func (f *pairFFT) transform(l, r []float64) []float64 {
	for i, w := range f.window {
		if r == nil {
			f.in[i] = complex(l[i]*w, 0)
		} else {
			f.in[i] = complex(l[i]*w, r[i]*w)
		}
	}
	f.fft.Coefficients(f.out, f.in)
	for k := range f.power {
		a, b := f.out[k], f.out[(f.n-k)%f.n]
		f.power[k] = (real(a)*real(a) + imag(a)*imag(a) + real(b)*real(b) + imag(b)*imag(b)) / (2 * float64(f.channels))
	}
	return f.power
}

// histogram counts levels from -150 to +30 dB in steps of 1 dB.
type histogram [180]uint32

func (h *histogram) add(level float64) {
	h[int(max(0, min(float64(len(h)-1), level+150)))]++
}

// quantile is the level below which a share q of the counts lies.
func (h *histogram) quantile(q float64) float64 {
	var total float64
	for _, c := range h {
		total += float64(c)
	}
	want := q * total
	for i, c := range h {
		if want <= float64(c) && c > 0 {
			return float64(i) - 150 + want/float64(c)
		}
		want -= float64(c)
	}
	return floorDB
}

// spectrum gathers the whole track in windows of about 85 ms: a histogram of levels for each bin, and the sum of spectra for each class of
// loudness, so that at the end the quietest part can be picked out of the whole track without keeping it.
type spectrum struct {
	rate    int
	fft     *pairFFT
	l, r    []float64
	hist    []histogram
	classes [classCount]struct {
		n   int
		sum []float64
	}
	frames, silent int
	firstBin       int // of what counts for a window's loudness
}

// Loudness classes are 1 dB wide from -120 dBFS.
const (
	classCount  = 130
	classBottom = -120
)

// A window below digitalSilence holds no recording, so it tells nothing of the noise.
const digitalSilence = -100

func newSpectrum(rate, channels int) *spectrum {
	n := 1 << int(math.Round(math.Log2(float64(rate)*0.085)))
	s := &spectrum{rate: rate, fft: newPairFFT(n, channels), hist: make([]histogram, n/2+1)}
	s.firstBin = max(1, 300*n/rate) // hum and rumble don't decide what is a pause
	return s
}

func (s *spectrum) add(l, r []float64) {
	s.l = append(s.l, l...)
	s.r = append(s.r, r...)
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
		return
	}
	c := &s.classes[int(max(0, min(classCount-1, db(loud*norm/bins)-classBottom)))]
	if c.sum == nil {
		c.sum = make([]float64, len(power))
	}
	c.n++
	for k, p := range power {
		p *= norm
		c.sum[k] += p
		s.hist[k].add(db(p))
	}
}

// minNoiseFrames are needed to say anything of the noise: about 2 s of sound.
const minNoiseFrames = 40

// The quietest quietShare of the windows that hold sound are the pauses.
const quietShare = 0.05

// lowQuantile of the levels of one bin; of noise alone it lies -ln(1-q) below the mean (power of noise in a bin is exponentially distributed).
const lowQuantile = 0.02

func (s *spectrum) fill(r *Report, scale float64) {
	if s.frames > 0 {
		r.SilentShare = float64(s.silent) / float64(s.frames)
	}
	sounding := s.frames - s.silent
	if sounding == 0 {
		return
	}
	bins := len(s.hist)
	total, quiet := make([]float64, bins), make([]float64, bins)
	var n, quietN int
	for i := range s.classes {
		c := &s.classes[i]
		if c.n == 0 {
			continue
		}
		inQuiet := float64(n) < max(quietShare*float64(sounding), 8)
		n += c.n
		if inQuiet {
			quietN += c.n
		}
		for k, v := range c.sum {
			total[k] += v
			if inQuiet {
				quiet[k] += v
			}
		}
	}
	for k := range total {
		total[k] *= scale / float64(n)
		quiet[k] *= scale / float64(quietN)
	}
	r.Spectrum = s.thirds(total, quiet)
	if sounding < minNoiseFrames {
		return
	}
	// Two views of the noise, each right where the other is not: pauses hold nothing else, if there are pauses; the low quantile of each bin
	// looks between the partials and words of a sound without any. Both err upwards, so the lower one is nearer.
	bias := -10 * math.Log10(-math.Log(1-lowQuantile))
	print := make([]float64, bins)
	for k := range print {
		print[k] = min(db(quiet[k]), s.hist[k].quantile(lowQuantile)+bias+db(scale))
	}
	s.noise(r, print, total)
}

// noise sums the print up by bands. Within a band the median over the bins stands for it, so that lines don't count as noise.
func (s *spectrum) noise(r *Report, print, total []float64) {
	hz := float64(s.rate) / float64(s.fft.n)
	var floor, sum float64
	var width [15]int
	last := float64(floorDB)
	for i, centre := range ffmpeg.DenoiseBandCentres {
		lo, hi := int(math.Ceil(centre/1.2247/hz)), int(centre*1.2247/hz)
		if i == len(ffmpeg.DenoiseBandCentres)-1 {
			hi = len(print) - 1
		}
		hi = min(hi, len(print)-1)
		if lo <= hi && lo < len(print)-2 {
			band := slices.Clone(print[max(1, lo) : hi+1])
			slices.Sort(band)
			last = band[len(band)/2]
			width[i] = hi - lo + 1
		}
		r.Noise.Bands[i] = last
	}
	capToHiss(&r.Noise.Bands, float64(s.rate)/2)
	for i, v := range r.Noise.Bands {
		floor += math.Pow(10, v/10) * float64(width[i])
	}
	for _, v := range total[1:] {
		sum += v
	}
	bins := float64(len(total))
	r.Noise.Known = true
	r.Noise.FloorDBFS = db(floor / bins)
	r.Noise.SNRDB = db(sum/bins) - r.Noise.FloorDBFS
}

// Tape hiss is broadband and changes slowly with frequency: these bands tell it best, with most of speech and music below them and the
// upper limit of slow tape speeds above. What stands over them by more than a smooth slope is sound without pauses, or hum.
const (
	hissFrom, hissTo = 900.0, 8000.0 // Hz
	hissSlope        = 0.75          // dB a band downwards
	hissBump         = 2.5           // dB
)

func capToHiss(bands *[15]float64, top float64) {
	var in []float64
	first := -1
	for i, hz := range ffmpeg.DenoiseBandCentres {
		if hz > hissFrom && hz < hissTo && hz*1.1 < top {
			in = append(in, bands[i])
			if first < 0 {
				first = i
			}
		}
	}
	if in == nil {
		return
	}
	slices.Sort(in)
	hiss := in[(len(in)-1)/2]
	for i := range bands {
		bands[i] = min(bands[i], hiss+hissBump+hissSlope*float64(max(0, first-i)))
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
