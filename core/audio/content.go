package audio

import "math"

// Content is what kind of sound a track holds, judged every three seconds.
type Content struct {
	Known  bool    `json:"known"`  // false: too short, or silent
	Speech float64 `json:"speech"` // share of what sounds, 0..1: comes and goes, and holds no tone
	Music  float64 `json:"music"`  // share that holds tones, also under speech; what is neither is noise
}

// Notes keep their pitch and a voice never does: the fine structure of the spectrum, what is left of its level in dB when the mean over 19 bins around
// is taken away, is alike in two windows that don't overlap if tones are held. Measured as correlation, mean over 32 windows: speech -0.1 to 0.1 (in rare
// blocks 0.2), hiss 0, music 0.2 to 0.9, also under hiss 14 dB below it.
const (
	contentLow, contentHigh = 250.0, 3000.0 // Hz
	contentFrames           = 32            // windows that are judged together
	contentTone             = 0.13          // correlation from which on it is music
	contentLively           = 2.5           // dB the level of speech varies by at least, standard deviation
	contentHearable         = 25.0          // dB under the loudest window
	contentAround           = 9             // bins to each side
)

// contentMeter judges a track as it goes by.
type contentMeter struct {
	lo, hi        int
	before        [2][]float64 // fine structures of the last two windows
	seen          int          // of them
	level, alike  []float64    // of the windows of this block
	speech, music int          // blocks
	other         int
}

func newContentMeter(hz float64, bins int) *contentMeter {
	return &contentMeter{lo: int(contentLow / hz), hi: min(int(contentHigh/hz), bins-1)}
}

// add takes the power spectrum of the next window; loud is its level in dB.
func (c *contentMeter) add(power []float64, loud float64) {
	n := c.hi - c.lo
	if n < 3*contentAround {
		return
	}
	fine := c.before[c.seen%2]
	two := append([]float64(nil), fine...)
	if fine == nil {
		fine = make([]float64, n)
		c.before[c.seen%2] = fine
	}
	levels := make([]float64, n)
	sums := make([]float64, n+1)
	for i := range levels {
		levels[i] = max(-150, db(power[c.lo+i]))
		sums[i+1] = sums[i] + levels[i]
	}
	var both, here, there float64
	for i, v := range levels {
		from, to := max(0, i-contentAround), min(n, i+contentAround+1)
		v -= (sums[to] - sums[from]) / float64(to-from)
		v = min(12, max(-12, v))
		fine[i] = v
		if two != nil {
			both, here, there = both+v*two[i], here+v*v, there+two[i]*two[i]
		}
	}
	if c.seen++; c.seen <= 2 {
		return
	}
	c.level, c.alike = append(c.level, loud), append(c.alike, both/math.Sqrt(here*there+1e-9))
	if len(c.level) == contentFrames {
		c.judge()
	}
}

// judge a block.
func (c *contentMeter) judge() {
	loudest, mean, square := math.Inf(-1), 0.0, 0.0
	for _, v := range c.level {
		loudest = max(loudest, v)
		mean += v / contentFrames
		square += v * v / contentFrames
	}
	var alike, n float64
	for i, v := range c.level {
		if v > loudest-contentHearable {
			alike, n = alike+c.alike[i], n+1
		}
	}
	switch {
	case alike > contentTone*n:
		c.music++
	case square-mean*mean > contentLively*contentLively:
		c.speech++
	default:
		c.other++
	}
	c.level, c.alike = c.level[:0], c.alike[:0]
}

// broken tells that a stretch of silence lies between the windows.
func (c *contentMeter) broken() { c.seen = 0; c.before = [2][]float64{} }

func (c *contentMeter) content() Content {
	n := float64(c.speech + c.music + c.other)
	if n == 0 {
		return Content{}
	}
	return Content{Known: true, Speech: float64(c.speech) / n, Music: float64(c.music) / n}
}
