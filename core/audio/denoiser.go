package audio

import (
	"math"

	"github.com/tapelight/tapelight/core/audio/masknet"
)

// Denoise lowers steady broadband noise.
type Denoise struct {
	Reduction float64 `json:"reduction"`         // dB at most
	Print     []Point `json:"print"`             // of each channel; of two, of their sum (over the root of 2)
	Side      []Point `json:"side,omitempty"`    // of the difference of two; nil: as Print
	Window    int     `json:"window"`            // samples, a power of 2: short for speech, long for music
	Long      int     `json:"long,omitempty"`    // a second, longer window; the result is the mean of both; 0: none. Beside a network always masknet.Long
	Steady    float64 `json:"steady,omitempty"`  // 0.9 to 0.99: the weight of the neighbour in time; 0: 0.96; beside a network always that
	Network   bool    `json:"network,omitempty"` // the network that comes with the program corrects the gains of Window, which is masknet.Window, and weighs both windows
	Dry       float64 `json:"dry,omitempty"`     // share of the sound that stays as it was, 0..1
}

// denoiser estimates for each bin of each window how far the sound stands over the noise, looking forward and backward in time, and takes the gain
// from that. The estimate is the decision-directed one of Ephraim and Malah (1984), run from both ends and averaged: what begins or ends abruptly is
// seen from one side at least. Two channels are worked on as sum and difference: sound recorded in mono has no difference but noise.
//
// Further channels are the same sound as a denoiser with a longer window leaves it: held notes stand out of that one, what is short is smeared by it. Both
// are mixed bin by bin, half and half or as the network says.
type denoiser struct {
	mixture
	steady  float32 // weight of the neighbour in time
	gain    *expint
	signals []*noisy
	beside  bool // a longer window's result comes as further channels
	block   int  // windows worked on at once
	hold    int  // windows that wait for the network
}

// noisy is what is remembered of one signal.
type noisy struct {
	noise []float32 // |N|² expected
	prev  []float32 // |S|²/|N|² of the last window, as estimated forward
	last  []float32 // the same from both sides
	state []float32

	queue    []*noisyWindow // the first of them the next to be given back
	known    int            // of them have their gains
	free     []*noisyWindow
	fwd, bwd [][]float32 // the signal to noise ratio expected, from either side
	power    [][]float32 // |S|²/|N|² from both sides

	refined, gains []float32 // of the window at hand

	stream      *masknet.Stream // nil: no network
	long, cross []float32       // what it sees of the longer window
	odds, share []float32       // what it says
}

// noisyWindow is one window of a signal.
type noisyWindow struct {
	x, long []complex64 // the sound, in the end as it is given back; what the longer window makes of it
	gamma   []float32   // |X|²/|N|², later the gain
}

const (
	denoiseBlock     = 32    // windows worked on at once,
	denoiseLongBlock = 16    // if they are longer than
	denoiseLong      = 4096  // samples
	denoiseAhead     = 8     // more that are looked at
	directed         = 0.96  // weight of the neighbour in time, where it isn't given
	leastXi          = 0.003 // -25 dB
	mostGamma        = 1e6
	refined          = 0.98
	leastLong        = 0.1 // least gain of the longer window beside a network, which was trained so
)

func newDenoiser(rate, channels int, spec Denoise, net *masknet.Network) stage {
	if net != nil {
		spec.Long, spec.Steady = masknet.Long, 0
	}
	d := &denoiser{mixture: newMixture(spec, net != nil), gain: newExpint(), steady: float32(spec.Steady), block: denoiseBlock, beside: spec.Long > spec.Window}
	if d.steady == 0 {
		d.steady = directed
	}
	if spec.Window > denoiseLong {
		d.block = denoiseLongBlock
	}
	if net != nil {
		d.hold = masknet.Delay
	}
	for c := range channels {
		print := spec.Print
		if channels == 2 && c == 1 && spec.Side != nil {
			print = spec.Side
		}
		d.signals = append(d.signals, newNoisy(printOver(print, rate, spec.Window), d.block, net))
	}
	if !d.beside {
		return newOverlap(spec.Window, channels, channels, d)
	}
	long := spec
	long.Window, long.Long, long.Dry = spec.Long, 0, 0
	long.Reduction = -20 * math.Log10(float64(d.leastLong))
	return newBeside(channels, newDenoiser(rate, channels, long, nil), newOverlap(spec.Window, 2*channels, channels, d))
}

func newNoisy(noise []float32, block int, net *masknet.Network) *noisy {
	row := func() []float32 { return make([]float32, len(noise)) }
	s := &noisy{noise: noise, prev: row(), last: row(), state: row(), refined: row(), gains: row()}
	for range block + 1 {
		s.fwd, s.bwd, s.power = append(s.fwd, row()), append(s.bwd, row()), append(s.power, row())
	}
	if net != nil {
		s.stream, s.long, s.cross, s.odds, s.share = net.Stream(), row(), row(), row(), row()
	}
	return s
}

func (d *denoiser) frame(in [][]complex128) [][]complex128 {
	n := len(d.signals)
	for c := 0; n == 2 && c < len(in); c += 2 {
		turnSides(in[c:])
	}
	for c, s := range d.signals {
		w := s.room(d.beside)
		for k, v := range in[c] {
			w.x[k] = complex64(v)
			w.gamma[k] = min(power(w.x[k])/s.noise[k], mostGamma)
		}
		if d.beside {
			for k, v := range in[n+c] {
				w.long[k] = complex64(v)
			}
		}
		s.queue = append(s.queue, w)
		if len(s.queue)-s.known == d.block+denoiseAhead {
			d.estimate(s)
		}
	}
	if d.signals[0].known <= d.hold {
		return nil
	}
	out := in[:n]
	for c, s := range d.signals {
		w := s.queue[0]
		for k, v := range w.x {
			out[c][k] = complex128(v)
		}
		s.free = append(s.free, w)
		s.queue = s.queue[:copy(s.queue, s.queue[1:])]
		s.known--
	}
	if n == 2 {
		turnSides(out)
	}
	return out
}

// room is a window to fill.
func (s *noisy) room(beside bool) *noisyWindow {
	if k := len(s.free); k > 0 {
		w := s.free[k-1]
		s.free = s.free[:k-1]
		return w
	}
	n := len(s.noise)
	w := &noisyWindow{x: make([]complex64, n), gamma: make([]float32, n)}
	if beside {
		w.long = make([]complex64, n)
	}
	return w
}

func power(v complex64) float32 { return real(v)*real(v) + imag(v)*imag(v) }

// turnSides makes sum and difference of left and right, and the other way round.
func turnSides(in [][]complex128) {
	l, r := in[0], in[1]
	for k, a := range l {
		b := r[k]
		l[k], r[k] = (a+b)*complex(math.Sqrt2/2, 0), (a-b)*complex(math.Sqrt2/2, 0)
	}
}

// step is one of the decision-directed recursion: what is expected goes to xi, what is estimated stays in state.
func (d *denoiser) step(state, gamma, xi []float32) {
	for k, g := range gamma {
		x := max(d.steady*state[k]+(1-d.steady)*max(g-1, 0), leastXi)
		xi[k] = x
		w := d.gain.logAmplitude(x, g)
		state[k] = min(w*w*g, g)
	}
}

// estimate finds the gains of the next block of windows, and with them what they become.
func (d *denoiser) estimate(s *noisy) {
	n := d.block
	open := s.queue[s.known:]
	for t := range n {
		d.step(s.prev, open[t].gamma, s.fwd[t])
	}
	copy(s.state, s.prev) // the window after the block is looked at only
	d.step(s.state, open[n].gamma, s.fwd[n])
	clear(s.state)
	for t := len(open) - 1; t >= 0; t-- {
		d.step(s.state, open[t].gamma, s.bwd[min(t, n)])
	}
	for t := range n + 1 {
		fwd, bwd, to := s.fwd[t], s.bwd[t], s.power[t]
		for k, g := range open[t].gamma {
			w := d.gain.logAmplitude(float32(math.Sqrt(float64(fwd[k]*bwd[k]))), g)
			to[k] = min(w*w*g, g)
		}
	}
	before := s.last
	for t, w := range open[:n] {
		now, after := s.power[t], s.power[t+1]
		for k, g := range w.gamma {
			xi := max(refined*(before[k]+now[k]+after[k])/3+(1-refined)*max(g-1, 0), leastXi)
			s.refined[k], s.gains[k] = xi, min(1, d.gain.logAmplitude(xi, g))
		}
		if s.stream != nil {
			d.ask(s, t)
		}
		w.gamma, s.gains = s.gains, w.gamma
		if s.stream == nil {
			d.finish(w.x, w.long, w.gamma, nil)
		}
		before = now
	}
	copy(s.last, s.power[n-1])
	s.known += n
}

// ask shows the network window t of the block, which corrects the one that it then knows enough of.
func (d *denoiser) ask(s *noisy, t int) {
	w := s.queue[s.known+t]
	for k, x := range w.x {
		l := w.long[k]
		scale := w.gamma[k] / (power(x) + 1e-30)
		s.long[k], s.cross[k] = scale*power(l), scale*(real(l)*real(x)+imag(l)*imag(x))
	}
	if !s.stream.Push(masknet.Seen{Gamma: w.gamma, Forward: s.fwd[t], Backward: s.bwd[t], Refined: s.refined, Long: s.long, Cross: s.cross}, s.odds, s.share) {
		return
	}
	first := s.queue[s.known+t-masknet.Delay]
	gain := first.gamma
	for k, g := range gain {
		gain[k] = masknet.Corrected(g, s.odds[k])
	}
	d.finish(first.x, first.long, gain, s.share)
}
