package audio

import "math"

// levels sums what needs no spectrum: level, DC, peaks, flat tops, and how the two sides of a stereo track relate.
type levels struct {
	channels int
	n        int64
	sum, sq  []float64
	peak     []float64
	run      []int // samples at full scale in a row
	clipped  int64
	cross    float64 // sum of left times right
	side     float64 // sum of (left - right) squared
}

// A flat top is clipRun samples or more in a row at clipLevel or above.
const (
	clipLevel = 0.985
	clipRun   = 3
)

func newLevels(channels int) *levels {
	return &levels{channels: channels, sum: make([]float64, channels), sq: make([]float64, channels), peak: make([]float64, channels), run: make([]int, channels)}
}

func (l *levels) add(block []float32) {
	for i := 0; i+l.channels <= len(block); i += l.channels {
		for c := range l.channels {
			v := float64(block[i+c])
			l.sum[c] += v
			l.sq[c] += v * v
			a := math.Abs(v)
			if a > l.peak[c] {
				l.peak[c] = a
			}
			if a >= clipLevel {
				l.run[c]++
				if l.run[c] == clipRun {
					l.clipped += clipRun
				} else if l.run[c] > clipRun {
					l.clipped++
				}
			} else {
				l.run[c] = 0
			}
		}
		if l.channels == 2 {
			a, b := float64(block[i]), float64(block[i+1])
			l.cross += a * b
			l.side += (a - b) * (a - b)
		}
		l.n++
	}
}

// Below silentDBFS a channel holds nothing but the last bit's noise of a 16-bit converter, or less.
const silentDBFS = -90

func (l *levels) fill(r *Report) {
	r.Samples = l.n
	if l.n == 0 {
		r.Silent = true
		for range l.channels {
			r.Levels = append(r.Levels, Channel{RMSDBFS: floorDB, PeakDBFS: floorDB})
		}
		return
	}
	n := float64(l.n)
	r.Silent = true
	vars := make([]float64, l.channels)
	for c := range l.channels {
		mean := l.sum[c] / n
		vars[c] = max(0, l.sq[c]/n-mean*mean)
		ch := Channel{RMSDBFS: db(vars[c]), PeakDBFS: db(l.peak[c] * l.peak[c]), DC: mean}
		r.Silent = r.Silent && ch.RMSDBFS < silentDBFS
		r.Levels = append(r.Levels, ch)
	}
	r.ClippedShare = float64(l.clipped) / (n * float64(l.channels))
	if l.channels != 2 || r.Silent {
		return
	}
	a, b := r.Levels[0].RMSDBFS, r.Levels[1].RMSDBFS
	// A dead side may still carry the recorder's own hiss, so it is the distance that counts.
	switch {
	case a < b-25 && b > -60 && a < -45 || a < silentDBFS:
		r.DeadSide = 0
		return
	case b < a-25 && a > -60 && b < -45 || b < silentDBFS:
		r.DeadSide = 1
		return
	}
	cov := l.cross/n - l.sum[0]/n*l.sum[1]/n
	if vars[0] > 0 && vars[1] > 0 {
		r.Correlation = max(-1, min(1, cov/math.Sqrt(vars[0]*vars[1])))
	}
	r.Inverted = r.Correlation < -0.8
	r.DualMono = db(l.side/n) < max(a, b)-40
}
