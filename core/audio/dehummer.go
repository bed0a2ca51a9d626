package audio

import (
	"math"
	"math/cmplx"
	"slices"
)

// Dehum takes hum out.
type Dehum struct {
	Hz        float64 `json:"hz"`        // fundamental, mean over the track
	Harmonics []int   `json:"harmonics"` // that were found
	Levels    []Point `json:"levels"`    // of those, RMS dBFS
	Depth     float64 `json:"depth"`     // share that is taken away, 0..1
}

// dehummer takes hum out by subtracting what it would sound like alone. The phase of the fundamental is followed along the tape by all strong
// harmonics together. Seen from that moving phase each harmonic stands nearly still, so that half a minute of it can be taken together: see humFit. Windows in
// which voice or music covers a harmonic hardly count, and a harmonic that isn't surely there is left alone. Nothing but the hum's own lines is
// touched, and nothing rings.
type dehummer struct {
	hop    int     // samples from window to window of those that show the speed; half of it of those that show the amplitudes
	omega  float64 // of the fundamental where the tape runs at its mean speed, radians a sample
	depth  float64
	window []float64 // Hann, two hops
	short  []float64 // Hann, one hop
	leads  []lead    // harmonics that show the phase
	high   int       // the highest harmonic taken out
	wanted []int     // harmonics

	factor int // the analysis runs on one sample of factor
	thin   []*decimator
	low    planes // thinned, from sample lowBase·factor on
	lowAt  int64

	in    [][]float32 // from sample base on, half a minute
	base  int64
	took  int64
	frame int // windows seen; window m stands around sample m·hop

	steady track[[][]line]  // by window: leading harmonics against the mean speed, channel by harmonic
	score  track[[]float64] // of each advance of the phase from the window before
	step   track[float64]   // advance chosen, radians a hop over the mean speed's
	phase  track[float64]   // their sum
	even   track[float64]   // the same without its jitter

	moving track[moment]         // by half hop: harmonics against the moving phase
	amp    track[[][]complex128] // by half hop: what is subtracted
	gave   int                   // up to this one

	nothing planes // a hop of silence, behind the end
}

type lead struct {
	harmonic int
	power    float64 // of its amplitude
}

// track is a list of which only the end is kept; its first kept entry is number from.
type track[T any] struct {
	from int
	list []T
}

func (t *track[T]) at(i int) T     { return t.list[i-t.from] }
func (t *track[T]) len() int       { return t.from + len(t.list) }
func (t *track[T]) has(i int) bool { return i >= t.from && i < t.len() }
func (t *track[T]) push(v T)       { t.list = append(t.list, v) }
func (t *track[T]) trim(before int) {
	if n := min(before-t.from, len(t.list)); n > 0 {
		t.list = slices.Delete(t.list, 0, n)
		t.from += n
	}
}

const (
	humHop       = 0.25 // s; the zeros of a Hann window of two hops lie where other tones would be taken for standing still
	humWander    = 0.6  // Hz, the most that the fundamental leaves its mean
	humSteps     = 241  // advances tried
	humSpeedSpan = 3    // windows to each side that decide on the speed
	humEven      = 6    // windows to each side over which the phase is evened
	humLeads     = 10   // harmonics that lead, at most
	humInertia   = 0.02 // how dear a change of speed is
)

func newDehummer(rate, channels int, spec Dehum) stage {
	d := &dehummer{factor: max(1, rate/5500), depth: spec.Depth, in: make([][]float32, channels), low: newPlanes(channels)}
	d.hop = 2 * d.factor * int(math.Round(humHop/2*float64(rate)/float64(d.factor)))
	d.omega = 2 * math.Pi * spec.Hz / float64(rate)
	d.window, d.short = hann(2*d.hop/d.factor), hann(d.hop/d.factor)
	for range channels {
		d.thin = append(d.thin, newDecimator(d.factor))
	}
	for i, k := range spec.Harmonics {
		d.leads = append(d.leads, lead{k, 2 * math.Pow(10, spec.Levels[i].DBFS/10)})
		d.high = max(d.high, k)
	}
	slices.SortFunc(d.leads, func(a, b lead) int { return int(math.Copysign(1, b.power-a.power)) })
	d.leads = d.leads[:min(len(d.leads), humLeads)]
	d.high = max(d.high, 10)
	d.high = min(d.high, int(0.45*float64(rate)/spec.Hz))
	for k := 1; k <= d.high; k++ {
		if k <= 10 || slices.Contains(spec.Harmonics, k) {
			d.wanted = append(d.wanted, k)
		}
	}
	d.feed(newPlanes(channels).zeros(d.thin[0].before())) // a thinned sample then stands for the middle of what it was made of
	return d
}

func (d *dehummer) feed(in planes) {
	for c, x := range in {
		d.low[c] = d.thin[c].add(d.low[c], x)
	}
}

func (d *dehummer) add(in, out planes) planes {
	for c, x := range in {
		for _, v := range x {
			d.in[c] = append(d.in[c], float32(v))
		}
	}
	d.feed(in)
	d.took += int64(in.len())
	return d.goOn(out)
}

func (d *dehummer) goOn(out planes) planes {
	for (d.lowAt+int64(d.low.len()))*int64(d.factor) >= int64(d.frame+1)*int64(d.hop) {
		out = d.next(out)
	}
	return out
}

func (d *dehummer) end(out planes) planes {
	for more := true; more; {
		out, more = d.endPart(out)
	}
	return out
}

// endPart appends some of the rest.
func (d *dehummer) endPart(out planes) (planes, bool) {
	if int64(d.moving.len()-1)*int64(d.hop/2) < d.took {
		if d.nothing == nil {
			d.nothing = newPlanes(len(d.in)).zeros(d.hop)
		}
		d.feed(d.nothing)
		return d.goOn(out), true
	}
	if d.gave+1 >= d.amp.len() {
		if int64(d.amp.len()-1)*int64(d.hop/2) >= d.took {
			return out, false
		}
		d.settle()
	}
	out = d.give(out)
	d.trim()
	return out, true
}

// give takes the hum out of the next half hop whose amplitudes are known.
func (d *dehummer) give(out planes) planes {
	if d.gave+1 >= d.amp.len() {
		return out
	}
	d.gave++
	return d.subtract(d.gave, out)
}

// next takes window d.frame in, which is there whole, and goes on with all that waited for it.
func (d *dehummer) next(out planes) planes {
	m := d.frame
	d.frame++
	if int64(m-1)*int64(d.hop) < d.took { // a window that holds something
		low := 0
		for _, l := range d.leads {
			low = max(low, l.harmonic)
		}
		d.steady.push(d.demodulate(m*d.hop, d.window, low, func(i int) float64 { return d.omega * float64(i) }))
		d.score.push(d.scores(m))
	}
	if m -= humSpeedSpan; m < 0 {
		return out
	}
	d.chooseStep(m)
	if m -= humEven; m < 0 {
		return out
	}
	d.even.push(d.evenPhase(m))
	if m == 0 {
		return out
	}
	for range 2 { // up to where the phase is known
		at := d.moving.len() * d.hop / 2
		d.moving.push(moment{d.demodulate(at, d.short, d.high, d.phaseAt), d.phaseAt(at) - d.omega*float64(at)})
	}
	if d.moving.len() >= d.amp.len()+humBlock+humAhead {
		d.settle()
	}
	for range 2 { // not a block at once, for that would fill what comes behind
		out = d.give(out)
	}
	d.trim()
	return out
}

// phaseAt is the fundamental's phase at a sample of the last windows, followed as far as the speed shows it.
func (d *dehummer) phaseAt(sample int) float64 {
	m := min(sample/d.hop, d.even.len()-2)
	share := float64(sample)/float64(d.hop) - float64(m)
	return d.omega*float64(sample) + d.even.at(m)*(1-share) + d.even.at(m+1)*share
}

// evenPhase is the mean phase around window m.
func (d *dehummer) evenPhase(m int) float64 {
	var sum, weights float64
	for j := -min(m, humEven); j <= min(m, humEven); j++ {
		w := 0.5 + 0.5*math.Cos(math.Pi*float64(j)/(humEven+1))
		sum += w * d.phase.at(m+j)
		weights += w
	}
	return sum / weights
}

// settle decides on a block of amplitudes.
func (d *dehummer) settle() {
	from := d.amp.len()
	seen := d.moving
	for int64(seen.len()-2)*int64(d.hop/2) >= d.took { // the last ones hold nothing
		seen.list = seen.list[:len(seen.list)-1]
	}
	for _, a := range d.fit(&seen, from) {
		d.amp.push(a)
	}
}

func (d *dehummer) advance(i int) float64 {
	return 2 * math.Pi * humWander * humHop * (2*float64(i)/(humSteps-1) - 1)
}

// scores tells for each advance of the fundamental's phase from window m-1 to m how well it suits the leading harmonics. One that is far louder than
// hum is covered, and counts as much less.
func (d *dehummer) scores(m int) []float64 {
	out := make([]float64, humSteps)
	if m == 0 {
		return out
	}
	a, b := d.steady.at(m-1), d.steady.at(m)
	for c := range b {
		for _, l := range d.leads {
			x, y := a[c][l.harmonic].z, b[c][l.harmonic].z
			turned := y * cmplx.Conj(x)
			size := cmplx.Abs(turned)
			if size < 1e-14 {
				continue
			}
			near := max(a[c][l.harmonic].near, b[c][l.harmonic].near)
			weight := min(1, l.power/size) * min(1, size/l.power) * l.power / (l.power + 4*near)
			angle := cmplx.Phase(turned)
			for i := range out {
				out[i] += weight * math.Cos(angle-float64(l.harmonic)*d.advance(i))
			}
		}
	}
	return out
}

// chooseStep decides on the advance to window m from the windows around it.
func (d *dehummer) chooseStep(m int) {
	if m == 0 {
		d.step.push(0)
		d.phase.push(0)
		return
	}
	before := d.step.at(m - 1)
	best, at := math.Inf(-1), before
	sum := make([]float64, humSteps)
	for j := m - humSpeedSpan; j <= m+humSpeedSpan; j++ {
		if !d.score.has(j) {
			continue
		}
		weight := 0.5 + 0.5*math.Cos(math.Pi*float64(j-m)/(humSpeedSpan+1))
		for i, s := range d.score.at(j) {
			sum[i] += weight * s
		}
	}
	for i, s := range sum {
		if m > 1 {
			off := (d.advance(i) - before) / d.advance(humSteps-1)
			s -= humInertia * off * off
		}
		if s > best {
			best, at = s, d.advance(i)
			if i > 0 && i < humSteps-1 {
				if curve := sum[i-1] - 2*sum[i] + sum[i+1]; curve < 0 {
					at += 0.5 * (sum[i-1] - sum[i+1]) / curve * (d.advance(1) - d.advance(0))
				}
			}
		}
	}
	d.step.push(at)
	d.phase.push(d.phase.at(m-1) + at)
}
