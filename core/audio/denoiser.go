package audio

import (
	"math"
	"slices"

	"github.com/tapelight/tapelight/core/audio/masknet"
)

// Denoise lowers steady broadband noise.
type Denoise struct {
	Reduction float64 `json:"reduction"`         // dB at most
	Print     []Point `json:"print"`             // of each channel; of two, of their sum (over the root of 2)
	Side      []Point `json:"side,omitempty"`    // of the difference of two; nil: as Print
	Window    int     `json:"window"`            // samples, a power of 2: short for speech, long for music
	Long      int     `json:"long,omitempty"`    // a second, longer window; the result is the mean of both; 0: none
	Steady    float64 `json:"steady,omitempty"`  // 0.9 to 0.99: the weight of the neighbour in time; 0: 0.96; beside a network always that
	Network   bool    `json:"network,omitempty"` // the network that comes with the program corrects the gains of Window, which is masknet.Window
	Dry       float64 `json:"dry,omitempty"`     // share of the sound that stays as it was, 0..1
}

// Point is a level of noise at a frequency: mean power density times half the rate, as a level.
type Point struct {
	Hz   float64 `json:"hz"`
	DBFS float64 `json:"dbfs"`
}

// denoiser estimates for each bin of each window how far the sound stands over the noise, looking forward and backward in time, and takes the gain
// from that. The estimate is the decision-directed one of Ephraim and Malah (1984), run from both ends and averaged: what begins or ends abruptly is
// seen from one side at least. Two channels are worked on as sum and difference: sound recorded in mono has no difference but noise.
type denoiser struct {
	floor   float64 // the least gain
	dry     float64
	steady  float64 // weight of the neighbour in time
	gain    *expint
	signals []*noisy
	queue   [][][]complex128 // windows, the first of them the next to be given back
	wait    [][][]complex128 // windows that wait for the network's corrections
	ready   int              // of them are done
}

// noisy is what is remembered of one signal.
type noisy struct {
	noise []float64 // |N|² expected
	prev  []float64 // |S|²/|N|² of the last window, as estimated forward
	last  []float64 // the same from both sides

	gamma    [][]float64 // |X|²/|N|² of the windows in the queue
	fwd, bwd [][]float64 // the signal to noise ratio expected, from either side
	power    [][]float64 // |S|²/|N|² from both sides
	state    []float64

	stream  *masknet.Stream // nil: no network
	refined []float64
	gains   [][]float64 // of windows whose correction is still to come
	spare   [][]float64
	change  []float32
}

const (
	denoiseBlock = 32    // windows worked on at once
	denoiseAhead = 8     // more that are looked at
	directed     = 0.96  // weight of the neighbour in time, where it isn't given
	leastXi      = 0.003 // -25 dB
	refined      = 0.98
)

func newDenoiser(rate, channels int, spec Denoise, net *masknet.Network) stage {
	if spec.Long > spec.Window {
		long := spec
		long.Window, long.Long, spec.Long = spec.Long, 0, 0
		return newMeanStage(channels, newDenoiser(rate, channels, spec, net), newDenoiser(rate, channels, long, nil))
	}
	d := &denoiser{floor: math.Pow(10, -spec.Reduction/20), gain: newExpint(), dry: spec.Dry, steady: spec.Steady}
	if d.steady == 0 || net != nil {
		d.steady = directed
	}
	bins := spec.Window/2 + 1
	for c := range channels {
		print := spec.Print
		if channels == 2 && c == 1 && spec.Side != nil {
			print = spec.Side
		}
		s := &noisy{noise: make([]float64, bins), prev: make([]float64, bins), last: make([]float64, bins), state: make([]float64, bins)}
		for k := range s.noise {
			s.noise[k] = math.Pow(10, levelAt(print, float64(k)*float64(rate)/float64(spec.Window))/10)*float64(spec.Window)/2 + 1e-20
		}
		for range denoiseBlock + 1 {
			s.fwd, s.bwd, s.power = append(s.fwd, make([]float64, bins)), append(s.bwd, make([]float64, bins)), append(s.power, make([]float64, bins))
		}
		if net != nil {
			s.stream, s.refined = net.Stream(), make([]float64, bins)
		}
		d.signals = append(d.signals, s)
	}
	return newOverlap(spec.Window, channels, d)
}

// levelAt is a print's level at hz, straight between its points over the logarithm of frequency.
func levelAt(p []Point, hz float64) float64 {
	i, _ := slices.BinarySearchFunc(p, hz, func(q Point, hz float64) int {
		if q.Hz <= hz {
			return -1
		}
		return 1
	})
	switch i {
	case 0:
		return p[0].DBFS
	case len(p):
		return p[len(p)-1].DBFS
	}
	a, b := p[i-1], p[i]
	return a.DBFS + math.Log(hz/a.Hz)/math.Log(b.Hz/a.Hz)*(b.DBFS-a.DBFS)
}

func (d *denoiser) frame(in [][]complex128) [][]complex128 {
	if len(in) == 2 {
		turnSides(in)
	}
	d.queue = append(d.queue, in)
	for c, x := range in {
		s := d.signals[c]
		var g []float64
		if n := len(s.gamma); n < cap(s.gamma) && s.gamma[:n+1][n] != nil {
			g = s.gamma[:n+1][n]
		} else {
			g = make([]float64, len(x))
		}
		for k, v := range x {
			g[k] = min((real(v)*real(v)+imag(v)*imag(v))/s.noise[k], 1e6)
		}
		s.gamma = append(s.gamma, g)
	}
	if d.ready == 0 && len(d.queue) == denoiseBlock+denoiseAhead {
		for c, s := range d.signals {
			d.block(s, c)
		}
		d.ready = denoiseBlock
	}
	if d.ready == 0 {
		return nil
	}
	d.ready--
	out := d.queue[0]
	d.queue = slices.Delete(d.queue, 0, 1)
	if d.signals[0].stream != nil {
		d.wait = append(d.wait, out)
		if len(d.wait) <= masknet.Delay {
			return nil
		}
		out = d.wait[0]
		d.wait = slices.Delete(d.wait, 0, 1)
		for c, s := range d.signals {
			s.correct(out[c], d)
		}
	}
	if len(out) == 2 {
		turnSides(out)
	}
	return out
}

// turnSides makes sum and difference of left and right, and the other way round.
func turnSides(in [][]complex128) {
	l, r := in[0], in[1]
	for k, a := range l {
		b := r[k]
		l[k], r[k] = (a+b)*complex(math.Sqrt2/2, 0), (a-b)*complex(math.Sqrt2/2, 0)
	}
}

// step is one of the decision-directed recursion: what is expected goes to xi, what is estimated stays in state.
func (d *denoiser) step(state, gamma, xi []float64) {
	for k, g := range gamma {
		x := max(d.steady*state[k]+(1-d.steady)*max(g-1, 0), leastXi)
		xi[k] = x
		w := d.gain.logAmplitude(x, g)
		state[k] = min(w*w*g, g)
	}
}

func (d *denoiser) block(s *noisy, c int) {
	const n = denoiseBlock
	for t := range n {
		d.step(s.prev, s.gamma[t], s.fwd[t])
	}
	copy(s.state, s.prev) // the window after the block is looked at only
	d.step(s.state, s.gamma[n], s.fwd[n])
	clear(s.state)
	for t := len(s.gamma) - 1; t >= 0; t-- {
		d.step(s.state, s.gamma[t], s.bwd[min(t, n)])
	}
	for t := range n + 1 {
		for k, g := range s.gamma[t] {
			w := d.gain.logAmplitude(math.Sqrt(s.fwd[t][k]*s.bwd[t][k]), g)
			s.power[t][k] = min(w*w*g, g)
		}
	}
	before := s.last
	for t := range n {
		x := d.queue[t][c]
		now, after := s.power[t], s.power[t+1]
		gains := s.room()
		for k, g := range s.gamma[t] {
			xi := max(refined*(before[k]+now[k]+after[k])/3+(1-refined)*max(g-1, 0), leastXi)
			w := min(1, d.gain.logAmplitude(xi, g))
			if s.stream != nil {
				s.refined[k], gains[k] = xi, w
				continue
			}
			x[k] *= d.wet(w)
		}
		if s.stream != nil {
			s.push(gains, t)
		}
		before = now
	}
	copy(s.last, s.power[n-1])
	// The windows looked at become the first of the next block; the room of the others is used again.
	rest := len(s.gamma) - n
	for t := range rest {
		s.gamma[t], s.gamma[n+t] = s.gamma[n+t], s.gamma[t]
	}
	s.gamma = s.gamma[:rest]
}

// wet is a gain between its limits, as a factor.
func (d *denoiser) wet(gain float64) complex128 {
	return complex(d.dry+(1-d.dry)*max(d.floor, gain), 0)
}

// room is for the gains of a window that wait for the network.
func (s *noisy) room() []float64 {
	if s.stream == nil {
		return nil
	}
	if k := len(s.spare); k > 0 {
		r := s.spare[k-1]
		s.spare = s.spare[:k-1]
		return r
	}
	return make([]float64, len(s.noise))
}

// push shows the network window t of the block, and corrects the gains of the one that it then knows enough of.
func (s *noisy) push(gains []float64, t int) {
	s.gains = append(s.gains, gains)
	c := s.stream.Push(s.change[:0], s.gamma[t], s.fwd[t], s.bwd[t], s.refined)
	if c == nil {
		return
	}
	s.change = c
	first := s.gains[len(s.gains)-1-masknet.Delay]
	for k, v := range c {
		first[k] = masknet.Corrected(first[k], v)
	}
}

// correct applies the gains of the window that has waited longest.
func (s *noisy) correct(x []complex128, d *denoiser) {
	for k, g := range s.gains[0] {
		x[k] *= d.wet(g)
	}
	s.spare = append(s.spare, s.gains[0])
	s.gains = slices.Delete(s.gains, 0, 1)
}
