package ffmpeg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// SoundClock hears of every block of sound that a decoder gives when it is said to begin and how many samples it holds, and tells from that how the sound's
// own clock runs against the file's, which is the picture's. It is filled by Tools.PCM and read after the end.
type SoundClock struct {
	rate    int
	begun   bool
	first   int64   // time of the first sample, in samples
	samples int64   // heard so far
	filled  int64   // of what lies between blocks, what is filled or cut anyway
	last    int64   // by which the last block was late
	every   int64   // blocks a point
	blocks  int64   // heard so far
	points  []point // never more than mostPoints
}

// point says that after so many samples the sound was so many samples late.
type point struct{ samples, late float64 }

const mostPoints = 1024

// line takes what the filter ashowinfo says of a block.
func (c *SoundClock) line(s string) {
	_, s, ok := strings.Cut(s, "] n:")
	if !ok {
		return
	}
	at, ok1 := field(s, " pts:")
	rate, ok2 := field(s, " rate:")
	n, ok3 := field(s, " nb_samples:")
	if ok1 && ok2 && ok3 && rate > 0 && rate < 1<<20 && n > 0 && n < 1<<24 && at > -1<<50 && at < 1<<50 {
		c.add(at, n, int(rate))
	}
}

func field(s, name string) (int64, bool) {
	_, s, ok := strings.Cut(s, name)
	if !ok {
		return 0, false
	}
	s, _, _ = strings.Cut(s, " ")
	v, err := strconv.ParseInt(s, 10, 64)
	return v, err == nil
}

func (c *SoundClock) add(at, n int64, rate int) {
	if !c.begun {
		c.begun, c.first, c.rate, c.every = true, at, rate, 1
	}
	late := at - c.first - c.samples - c.filled
	if jump := late - c.last; jump > int64(rate/10) || jump < -int64(rate/10) { // as FillGaps takes it
		c.filled += jump
		late -= jump
	}
	c.last = late
	if c.blocks%c.every == 0 {
		if len(c.points) == mostPoints {
			for i := range mostPoints / 2 {
				c.points[i] = c.points[2*i]
			}
			c.points, c.every = c.points[:mostPoints/2], 2*c.every
		}
		if c.blocks%c.every == 0 {
			c.points = append(c.points, point{float64(c.samples), float64(late)})
		}
	}
	c.blocks++
	c.samples += n
}

// Rate is the rate of the sound that was heard, in samples a second.
func (c *SoundClock) Rate() int { return c.rate }

// Drift is how a sound's clock runs against the file's.
type Drift struct {
	Rate  float64 // seconds a second that the sound is too short (above 0) or too long
	Total float64 // seconds, over the whole of it
	Off   float64 // seconds, the most that a moment is away from that line
}

// What is taken for a drift: it is worth mending, more than uncertain, and one that two clocks can have.
const (
	driftLeast  = 0.004 // seconds in all
	driftMost   = 0.005 // seconds a second
	driftSpan   = 15.0  // seconds of sound that it takes to tell
	driftPoints = 16
)

// Drift is the line of least squares through what was heard. known is false where too little was heard.
func (c *SoundClock) Drift() (d Drift, known bool) {
	if len(c.points) < driftPoints || float64(c.samples) < driftSpan*float64(c.rate) {
		return Drift{}, false
	}
	var sx, sy, sxx, sxy float64
	n := float64(len(c.points))
	for _, p := range c.points {
		sx, sy = sx+p.samples, sy+p.late
	}
	mx, my := sx/n, sy/n
	for _, p := range c.points {
		sxx, sxy = sxx+(p.samples-mx)*(p.samples-mx), sxy+(p.samples-mx)*(p.late-my)
	}
	if sxx == 0 {
		return Drift{}, false
	}
	d.Rate = sxy / sxx
	for _, p := range c.points {
		d.Off = max(d.Off, math.Abs(p.late-my-d.Rate*(p.samples-mx))/float64(c.rate))
	}
	d.Total = d.Rate * float64(c.samples) / float64(c.rate)
	return d, true
}

// Steady tells whether a drift is to be taken back: it is one line, and comes to something.
func (d Drift) Steady() bool {
	total := math.Abs(d.Total)
	return total >= driftLeast && math.Abs(d.Rate) <= driftMost && d.Off < 0.004+total/8
}

// Wanders tells whether the clock is away from any line by so much that one can see it, and it can't be taken back.
func (d Drift) Wanders() bool { return !d.Steady() && d.Off+math.Abs(d.Total) > 0.04 }

// Stretch is by how much a sound is made longer, By times; the zero value leaves it alone.
type Stretch struct {
	By   float64 `json:"by"`
	Rate int     `json:"rate"` // samples a second, before and after
}

// StretchOf is the stretch that takes a drift back. rate is the sound's, in samples a second.
func StretchOf(d Drift, rate int) Stretch { return Stretch{By: 1 + d.Rate, Rate: rate} }

// steps are two ratios of whole numbers near Rate whose product is By, to less than a hundredth of a second a day. One alone could not be nearer to 1 than
// 1/Rate, which is far too coarse; so the first leads away from 1 by a thousandth, and the second back and to where it is to be.
func (s Stretch) steps() (steps [2][2]int) {
	away := max(1, s.Rate/1000)
	if s.By > 1 {
		away = -away
	}
	steps[0] = [2]int{s.Rate + away, s.Rate}
	rest := s.By * float64(s.Rate) / float64(s.Rate+away)
	least := math.Inf(1)
	for den := s.Rate; den < s.Rate+4096; den++ {
		num := int(math.Round(float64(den) * rest))
		if off := math.Abs(float64(num)/float64(den) - rest); off < least {
			least, steps[1] = off, [2]int{num, den}
		}
	}
	return steps
}

// filters stretch sound on the capture's clock: its times stay what they are.
func (s Stretch) filters() []Filter {
	if !(s.By > 0.9 && s.By < 1.1) || s.By == 1 || s.Rate < 1000 {
		return nil
	}
	exact := func(rate int) Filter {
		return F("aresample", "osr", rate, "filter_size", 64, "phase_shift", 12, "cutoff", "0.98")
	}
	chain := []Filter{Resample(s.Rate), F("aformat", "sample_fmts", "fltp")}
	for _, step := range s.steps() { // so many samples are made of it, and then taken to be of another clock
		chain = append(chain, exact(step[0]), F("asetrate", "sample_rate", step[1]), F("asetpts", "expr", fmt.Sprintf("PTS*%d/%d", step[1], step[0])))
	}
	return append(chain, exact(s.Rate))
}
