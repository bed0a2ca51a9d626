package audio

import (
	"math"
	"slices"
)

// The quietest quietShare of the windows that hold sound are the pauses, and all that are hardly louder than the quietest of them: noise breathes, and its
// quietest moments alone would tell 2 dB too little.
const (
	quietShare = 0.05
	leastShare = 0.02 // the quietest
	pauseDepth = 4    // dB from them up; with 3 to 6 the prints are the same within 0.3 dB
)

// lowQuantile of the levels of one bin, and how far it lies below the mean level of noise (measured on white noise).
const (
	lowQuantile = 0.02
	lowBias     = 4.55 // dB
	bandShare   = 0.25 // of a band's bins lie below its level
	evenness    = 6.0  // dB: the floor of a band lies within it if it is noise; between the partials of music it is deeper the further one looks
)

// means are the mean spectra of all windows, of the quietest, and of the pauses.
func (s *signalSpectrum) means(classes []int, sounding int) (total, quiet, pauses []float64) {
	type mean struct {
		of    []float64
		count int
	}
	parts := [3]mean{}
	for i := range parts {
		parts[i].of = make([]float64, len(s.hist))
	}
	seen, least := 0, -1 // least: the loudness of the quietest
	for i, count := range classes {
		if count == 0 {
			continue
		}
		inQuiet := float64(seen) < max(quietShare*float64(sounding), 5)
		seen += count
		if least < 0 && float64(seen) >= max(leastShare*float64(sounding), 3) {
			least = i
		}
		for j, in := range [3]bool{true, inQuiet, inQuiet || i <= least+pauseDepth} {
			if !in {
				continue
			}
			parts[j].count += count
			for k, v := range s.sums[i] {
				parts[j].of[k] += v
			}
		}
	}
	for _, p := range parts {
		for k := range p.of {
			p.of[k] /= float64(p.count)
		}
	}
	return parts[0].of, parts[1].of, parts[2].of
}

// print is the noise's level for each bin. Two views of it, each right where the other is not: pauses hold nothing else, if there are pauses; the low
// quantile of each bin looks between the partials and words of a sound without any. Both err upwards, so the lower one is nearer.
func (s *signalSpectrum) print(pauses []float64) []float64 {
	out := make([]float64, len(s.hist))
	for k := range out {
		out[k] = min(db(pauses[k]), s.hist[k].quantile(lowQuantile)+lowBias)
	}
	return out
}

// bandCentres are the frequencies at which the noise is given.
var bandCentres = [15]float64{80, 120, 180, 270, 410, 620, 930, 1400, 2100, 3150, 4750, 7150, 10700, 16000, 24000}

// noise sums the prints up by bands. Within a band a low quantile over the bins stands for it, so that lines and partials don't count as noise.
func (s *spectrum) noise(r *Report, prints [2][]float64, total []float64, scale float64) {
	hz := float64(s.rate) / float64(s.fft.n)
	var width [15]int
	var even [15]bool
	bands := [2]*[15]float64{&r.Noise.Sum, &r.Noise.Difference}
	for i, print := range prints {
		last := float64(floorDB)
		for b, centre := range bandCentres {
			lo, hi := int(math.Ceil(centre/1.2247/hz)), int(centre*1.2247/hz)
			if b == len(bandCentres)-1 {
				hi = len(print) - 1
			}
			hi = min(hi, len(print)-1)
			if lo <= hi && lo < len(print)-2 {
				band := slices.Clone(print[max(1, lo) : hi+1])
				slices.Sort(band)
				least := band[len(band)/20]
				last = min(band[int(bandShare*float64(len(band)))], least+evenness/2)
				width[b] = hi - lo + 1
				if i == 0 {
					even[b] = band[len(band)/2]-least < evenness
				}
			}
			bands[i][b] = last
		}
		if print != nil {
			capToHiss(bands[i], even, float64(s.rate)/2)
		}
	}
	var floor, sum float64
	for b := range bandCentres {
		p := math.Pow(10, r.Noise.Sum[b]/10)
		if prints[1] != nil {
			p += math.Pow(10, r.Noise.Difference[b]/10)
		}
		r.Noise.Bands[b] = db(p * scale)
		floor += p * scale * float64(width[b])
	}
	for _, v := range total[1:] {
		sum += v
	}
	bins := float64(len(total))
	steady, looked := 0, 0
	for b, hz := range bandCentres {
		if hz > hissFrom && hz < hissTo && width[b] > 0 {
			looked++
			if even[b] {
				steady++
			}
		}
	}
	r.Noise.Known = 3*steady >= looked && steady > 0 && (s.frames-s.silent < flatFrames || flat(s.signals[0].tails))
	r.Noise.FloorDBFS = db(floor / bins)
	r.Noise.SNRDB = db(sum/bins) - r.Noise.FloorDBFS
}

// Tape hiss is broadband and changes slowly with frequency: these bands tell it best, with most of speech and music below them and the
// upper limit of slow tape speeds above. What stands over them by more than a smooth slope is sound without pauses, or hum.
const (
	hissFrom, hissTo = 900.0, 8000.0 // Hz
	hissSlope        = 0.75          // dB a band downwards
	hissBump         = 1.0           // dB
)

func capToHiss(bands *[15]float64, even [15]bool, top float64) {
	var in []float64
	first := -1
	for i, hz := range bandCentres {
		if hz > hissFrom && hz < hissTo && hz*1.1 < top && even[i] {
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
