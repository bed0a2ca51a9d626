package source

import (
	"math"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

// commonRates are those cameras, recorders and broadcasters use.
var commonRates = []Rational{{24000, 1001}, {24, 1}, {25, 1}, {30000, 1001}, {30, 1}, {50, 1}, {60000, 1001}, {60, 1}, {15, 1}, {15000, 1001}, {10, 1}, {20, 1}, {12, 1}, {12500, 1000}, {120, 1}, {100, 1}, {5, 1}}

// timing is what packets say of a picture stream's clock.
type timing struct {
	rate     Rational
	variable bool
	gaps     int64 // intervals longer than one and a half frames
	first    float64
	duration float64 // seconds, last frame included
	frames   int64
}

// clockOf reads the frame rate from the packets rather than from the header, which gives soft telecine, field pairs and captures with
// dropped frames other rates than the frames come at. Soft says that frames of two and three fields take turns.
func clockOf(s *ffmpeg.ProbeStream, p *ffmpeg.PacketStats, perFrame int64, soft bool) timing {
	t := timing{frames: p.Packets / perFrame, first: s.Start}
	if p.Timed > 0 && (!s.HasStart || math.Abs(p.Start-s.Start) > 2e-3) {
		t.first = p.Start
	}
	span := p.Last - p.Start
	steps := p.Packets/perFrame - 1
	if steps < 1 || p.Timed < 2 || span <= 0 {
		t.rate = snap(0, 0, s)
		if t.rate.Den != 0 {
			t.duration = float64(t.frames) / t.rate.Float()
		}
		return t
	}
	if soft && t.film(s, p, span) {
		return t
	}
	mean := span / float64(p.Packets-1) * float64(perFrame)
	period, tick := mean, tickOf(s)
	if p.Timed < p.Packets && perFrame == 1 {
		period = onGrid(p, span, mean, snap(0, 0, s).Float())
		t.gaps, t.variable = irregular(p, period, tick)
	} else if perFrame == 1 {
		middle := p.Median()
		regular, n := around(p.Intervals, middle, max(0.08*middle, 2.1*tick))
		if 10*n < 9*steps { // a camera that jitters
			regular, n = around(p.Intervals, middle, 0.3*middle)
		}
		if n > 0 {
			// With gaps left out, the rest average to the recorder's own clock.
			if steady := steps - p.Off(middle, max(0.04*middle, 2.1*tick)); 10*n > 7*steps && 10*steady > 7*steps {
				period = regular
			}
			t.gaps, t.variable = irregular(p, period, tick)
		}
	}
	// The two ends are rounded to a tick each; that bounds what the packets can tell.
	t.rate = snap(1/period, min(tick/span+1e-4, 0.02), s)
	if t.variable && period == mean { // no clock to be exact about
		t.rate = nominal(1 / mean)
	}
	// Small shifts add up: a fixed clock must not end most of a frame away.
	if p.Timed == p.Packets && t.rate.Den != 0 && math.Abs(span-float64(steps)/t.rate.Float()) > 0.75*period+tick && perFrame == 1 {
		t.variable = true
	}
	t.duration = p.End - p.Start
	if last := p.End - p.Last; last <= 0 || last > 3*period {
		t.duration = span + period
	}
	// Packets without a time at the end leave the last ones out.
	untimed := p.Packets - p.Timed
	if whole := float64(t.frames) / t.rate.Float(); untimed > 0 && !t.variable && whole > t.duration && whole < t.duration+(float64(untimed)+0.5)*period {
		t.duration = whole
	}
	return t
}

// nominal is the rate a jittering camera is meant to have.
func nominal(rate float64) Rational {
	if whole := math.Round(rate); math.Abs(whole/rate-1) < 0.01 && math.Abs(rate-30000./1001) > 1e-3*rate {
		return Rational{int64(whole), 1}
	}
	return snap(rate, 5e-3, &ffmpeg.ProbeStream{})
}

// onGrid is the frame period where some packets have no time, so that intervals are of one frame or more: the header's rate tells of how many.
func onGrid(p *ffmpeg.PacketStats, span, mean, rate float64) float64 {
	if rate <= 0 {
		return mean
	}
	// The header may count fields.
	base := max(math.Round(mean*rate), 1) / rate
	var steps float64
	for _, i := range p.Intervals {
		steps += math.Round(i.Seconds/base) * float64(i.Count)
	}
	if steps < 1 {
		return mean
	}
	return span / steps
}

// irregular counts the intervals of a frame or more too long, and tells whether following a fixed clock would misplace frames.
func irregular(p *ffmpeg.PacketStats, period, tick float64) (gaps int64, variable bool) {
	untimed := p.Packets - p.Timed // a packet without a time leaves an interval that looks like a gap
	var off, holes, jitter, n int64
	for _, i := range p.Intervals {
		n += i.Count
		away := math.Abs(i.Seconds - period)
		if away > max(0.08*period, 2.1*tick) {
			jitter += i.Count
		}
		if away <= max(0.3*period, 1.5*tick) {
			continue
		}
		off += i.Count
		if k := int64(math.Round(i.Seconds / period)); k > 1 {
			gaps += i.Count
			if away = math.Abs(i.Seconds - float64(k)*period); away <= max(0.3*period, 1.5*tick) {
				holes += (k - 1) * i.Count
				off -= i.Count
			}
		}
	}
	if holes <= untimed {
		gaps -= min(gaps, holes)
		holes = 0
	}
	return gaps, off > 0 || holes > 0 || 20*jitter > n && holes == 0 && untimed == 0
}

// film reads the clock of soft telecine: frames of two and three fields take turns, so the length of a field tells the film's rate.
func (t *timing) film(s *ffmpeg.ProbeStream, p *ffmpeg.PacketStats, span float64) bool {
	field := 1001. / 60000
	var fields float64
	for _, i := range p.Intervals {
		fields += math.Round(i.Seconds/field) * float64(i.Count)
	}
	if fields < 1 {
		return false
	}
	field = span / fields
	t.rate = snap(1/(2.5*field), min(tickOf(s)/span+1e-4, 0.02), &ffmpeg.ProbeStream{BaseRate: ffmpeg.Ratio{Num: 24000, Den: 1001}, MeanRate: ffmpeg.Ratio{Num: 24, Den: 1}})
	t.duration = span + 2.5*field
	if whole := float64(t.frames) * 2.5 * field; math.Abs(whole-t.duration) <= 1.1*field { // the last frame's length is not always said
		t.duration = whole
	}
	return true
}

// tickOf is the coarsest rounding of a stream's times, seconds.
func tickOf(s *ffmpeg.ProbeStream) float64 {
	if s.TimeBase.Den == 0 {
		return 1e-3
	}
	// A time base of one frame (AVI) rounds nothing.
	if t := float64(s.TimeBase.Num) / float64(s.TimeBase.Den); t < 5e-3 {
		return t
	}
	return 1e-5
}

func around(all []ffmpeg.Interval, middle, width float64) (mean float64, n int64) {
	var sum float64
	for _, i := range all {
		if math.Abs(i.Seconds-middle) <= width {
			sum += i.Seconds * float64(i.Count)
			n += i.Count
		}
	}
	return sum / float64(max(n, 1)), n
}

// snap finds the exact rate that a measured one stands for: one the header names, a common one, or the plain fraction. Measured 0 is
// unknown: the header's word is taken.
func snap(measured, tolerance float64, s *ffmpeg.ProbeStream) Rational {
	named := []Rational{{s.BaseRate.Num, s.BaseRate.Den}, {s.MeanRate.Num, s.MeanRate.Den}}
	if measured <= 0 || math.IsInf(measured, 0) {
		for _, r := range named {
			if f := r.Float(); f >= 1 && f <= 240 {
				return tidy(r)
			}
		}
		return Rational{}
	}
	best, distance := Rational{}, tolerance
	for _, r := range named {
		if d := math.Abs(r.Float()/measured - 1); d <= tolerance {
			return tidy(r)
		}
	}
	for _, r := range commonRates {
		if d := math.Abs(r.Float()/measured - 1); d <= distance {
			best, distance = r, d
		}
	}
	if best.Den == 0 {
		best = Rational{int64(math.Round(measured * 1000)), 1000}.Times(1, 1)
	}
	return best
}

// tidy turns a header's approximation, 2997/100 or 19001/634, into the rate it means.
func tidy(r Rational) Rational {
	for _, c := range commonRates {
		if math.Abs(c.Float()/r.Float()-1) < 1e-4 {
			return c.Times(1, 1)
		}
	}
	return r.Times(1, 1)
}
