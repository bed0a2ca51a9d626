package audio

import (
	"math"
	"slices"
)

// Align takes the delay between the two sides back, which it follows along the tape.
type Align struct {
	Microseconds float64 `json:"microseconds"` // by which the right side is late where nothing else tells
}

// alignStage brings the two sides together in time: it follows the delay between them and turns half of it back on each, so that neither leads.
type alignStage struct {
	meter  *delayMeter
	usual  float64   // delay where nothing tells, samples
	delays []float64 // by segment: the last one known
	in     planes
	base   int64 // of in
	gave   int64
	taps   [][]float64 // by phase
}

const (
	alignTaps   = 32
	alignPhases = 512
	alignSmooth = 2 // segments to each side over which the median is taken
)

// newAlignStage is for two channels; usual is the delay in samples of the right channel against the left that the track has for most of its time.
func newAlignStage(rate int, usual float64) stage {
	s := &alignStage{usual: usual, in: newPlanes(2)}
	s.meter = newDelayMeter(rate, func(delay float64, known bool) {
		if !known {
			delay = usual
			if n := len(s.delays); n > 0 {
				delay = s.delays[n-1]
			}
		}
		s.delays = append(s.delays, delay)
	})
	for p := range alignPhases + 1 {
		taps := make([]float64, alignTaps)
		sum := 0.0
		for i := range taps { // a sinc under a Blackman window, around the middle between taps 15 and 16
			x := float64(i) - float64(alignTaps/2-1) - float64(p)/alignPhases
			v := 1.0
			if math.Abs(x) > 1e-12 {
				v = math.Sin(math.Pi*x) / (math.Pi * x)
			}
			u := math.Pi * x / (alignTaps / 2)
			taps[i] = v * max(0, 0.42+0.5*math.Cos(u)+0.08*math.Cos(2*u))
			sum += taps[i]
		}
		for i := range taps {
			taps[i] /= sum
		}
		s.taps = append(s.taps, taps)
	}
	s.in.zeros(alignTaps) // what lies before the first sample
	s.base = -alignTaps
	return s
}

// margin is how far a sample may move, and the filter's half.
func (s *alignStage) margin() int64 {
	return int64(math.Ceil(azimuthMost*s.meter.rate)) + alignTaps
}

func (s *alignStage) add(in, out planes) planes {
	s.in.add(in)
	s.meter.add(in[0], in[1])
	ready := int64(len(s.delays)-alignSmooth-1)*int64(s.meter.segment()) - int64(s.meter.segment()/2)
	return s.give(min(ready, s.base+int64(s.in.len())-s.margin()), out)
}

func (s *alignStage) end(out planes) planes {
	end := s.base + int64(s.in.len())
	s.in.zeros(int(s.margin()) + 1)
	return s.give(end, out)
}

// delay of segment i: the median around it, so that one that was misheard doesn't count.
func (s *alignStage) delay(i int) float64 {
	i = max(0, min(i, len(s.delays)-1))
	near := slices.Clone(s.delays[max(0, i-alignSmooth):min(len(s.delays), i+alignSmooth+1)])
	if len(near) == 0 {
		return s.usual
	}
	slices.Sort(near)
	return near[len(near)/2]
}

func (s *alignStage) give(upto int64, out planes) planes {
	seg := int64(s.meter.segment())
	for s.gave < upto {
		// Between the middles of two segments the delay goes straight from the one's to the other's.
		i := (s.gave+seg/2)/seg - 1
		n := min(upto, (i+2)*seg-seg/2) - s.gave
		a, b := s.delay(int(i)), s.delay(int(i)+1)
		for j := range n {
			t := float64(s.gave+j-i*seg-seg/2) / float64(seg)
			half := (a + (b-a)*t) / 2
			out[0] = append(out[0], s.at(0, s.gave+j, -half))
			out[1] = append(out[1], s.at(1, s.gave+j, half))
		}
		s.gave += n
	}
	if drop := s.gave - s.margin() - s.base; drop > 0 {
		s.in.drop(int(drop))
		s.base += drop
	}
	return out
}

// at is channel c's sound at a moment: sample pos and a fraction, which may be several samples.
func (s *alignStage) at(c int, pos int64, fraction float64) float64 {
	whole := math.Floor(fraction)
	p := (fraction - whole) * alignPhases
	k := int(p)
	u := p - float64(k)
	first := int(pos-s.base) + int(whole) - (alignTaps/2 - 1)
	x := s.in[c]
	var sum float64
	for i, v := range s.taps[k] {
		if j := first + i; j >= 0 && j < len(x) {
			sum += x[j] * (v + (s.taps[k+1][i]-v)*u)
		}
	}
	return sum
}
