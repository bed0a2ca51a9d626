package masknet

import "math"

// Delay is how many windows a Stream looks ahead.
const Delay = 39

// Stream runs the network over the windows of one signal. What comes out depends on nothing but what went in, in order.
type Stream struct {
	net *Network

	in        history // of windows
	blocks1   [2]*running
	blocks2   [3]*running
	tail1     *running
	tail0     *running
	fine, mid []row // waiting for what the coarser scales make of them
	pair      row   // the first of two windows
	rows      []row
	mid1, up  row
	last      row
	ready     [][]float32 // corrections by grid point
	used      [][]float32 // room for more of them
	spare     map[int][]row
	taken     int
}

// history is the last rows that a convolution sees; nil before the first.
type history struct {
	rows []row
	n    int
}

// push keeps r, whose place is the newest, and gives back the row that falls out.
func (h *history) push(r row) row {
	old := h.rows[0]
	copy(h.rows, h.rows[1:])
	h.rows[len(h.rows)-1] = r
	h.n++
	return old
}

// running is a block over a stream of rows.
type running struct {
	b        *block
	channels int
	width    int
	h        history
	behind   int // rows by which its output is late
	inner    row
	at       []row
}

func newRunning(b *block, width int) *running {
	span := (b.around.rows-1)*b.dilation + 1
	return &running{b: b, channels: b.around.to, width: width, h: history{rows: make([]row, span)}, behind: span / 2, inner: newRow(b.around.to, width), at: make([]row, b.around.rows)}
}

// push takes a row and gives the one that is ready (nil at the beginning), which is the caller's, and one that is free.
func (r *running) push(x row, room row) (out, free row) {
	free = r.h.push(x)
	if r.h.n <= r.behind {
		return nil, room
	}
	for i := range r.at {
		r.at[i] = r.h.rows[i*r.b.dilation]
	}
	r.b.around.over(r.inner, r.at, r.width)
	leaky(r.inner)
	copy(room, r.h.rows[r.behind])
	r.b.across.across(room, r.inner, r.width)
	return room, free
}

// Stream begins a signal.
func (n *Network) Stream() *Stream {
	s := &Stream{net: n, in: history{rows: make([]row, 3)}, spare: map[int][]row{}}
	for i := range s.blocks1 {
		s.blocks1[i] = newRunning(&n.body1[i], grid/4)
	}
	for i := range s.blocks2 {
		s.blocks2[i] = newRunning(&n.body2[i], grid/16)
	}
	s.tail1, s.tail0 = newRunning(&n.tail1, grid/4), newRunning(&n.tail0, grid)
	s.mid1, s.up, s.last = newRow(c1, grid/16), newRow(c0, grid/4), newRow(1, grid)
	return s
}

// room is a row for so many channels and points, what is in it undefined but for the zeros at the edges of each channel.
func (s *Stream) room(channels, width int) row {
	size := channels * (width + 2)
	if k := len(s.spare[size]); k > 0 {
		r := s.spare[size][k-1]
		s.spare[size] = s.spare[size][:k-1]
		return r
	}
	return newRow(channels, width)
}

func (s *Stream) done(r row) {
	if r != nil {
		s.spare[len(r)] = append(s.spare[len(r)], r)
	}
}

// through pushes a row through a block; what is not needed any more is used again.
func (s *Stream) through(b *running, x row) row {
	out, free := b.push(x, s.room(b.channels, b.width))
	s.done(free)
	return out
}

// Push takes what is known of the next window, Bins values each: gamma, the power over the noise expected; and three estimates of the power of the
// signal over that of the noise: forward in time, backward, and refined from both. It appends to correction, and returns, what is to be added to the
// logit of each bin's gain in the window Delay before this one; before there is one it returns nil.
func (s *Stream) Push(correction []float32, gamma, forward, backward, refined []float64) []float32 {
	s.push(s.features(gamma, forward, backward, refined))
	if s.taken <= Delay {
		return nil
	}
	c := s.ready[0]
	s.ready = append(s.ready[:0], s.ready[1:]...)
	correction = append(correction, c[:fine]...)
	for _, v := range c[fine:] {
		correction = append(correction, v, v, v, v)
	}
	s.used = append(s.used, c)
	return append(correction, c[grid-1])
}

// leastGamma keeps the logarithm from what is silent.
const leastGamma = 0.02

func (s *Stream) features(gamma, forward, backward, refined []float64) row {
	x := s.room(features, grid)
	to := x.channel(0, grid)[1:]
	for i := range grid {
		from, upto := group(i)
		sum := 0.0
		for _, v := range gamma[from:upto] {
			sum += v
		}
		to[i] = scaled(math.Log(sum/float64(upto-from) + leastGamma))
	}
	for c, v := range [][]float64{forward, backward, refined} {
		to := x.channel(c+1, grid)[1:]
		for i := range grid {
			from, upto := group(i)
			product := 1.0 // each within 1e-3 and 1e6, so that the logarithm can wait
			for _, e := range v[from:upto] {
				product *= e
			}
			to[i] = scaled(math.Log(product) / float64(upto-from))
		}
	}
	return x
}

func scaled(v float64) float32 { return float32((v + 1) / 3) }

// group is the bins of a grid point.
func group(i int) (from, upto int) {
	if i < fine {
		return i, i + 1
	}
	from = fine + (i-fine)*wide
	return from, from + wide
}

func (s *Stream) push(x row) {
	n := s.net
	s.taken++
	s.done(s.in.push(x))
	if s.in.n < 2 {
		return
	}
	x0 := s.room(c0, grid)
	n.first.over(x0, s.in.rows, grid)
	addPlace(x0, n.place, c0, grid)
	leaky(x0)
	s.fine = append(s.fine, x0)
	if s.pair == nil {
		s.pair = x0
		return
	}
	x1 := s.room(c1, grid/4)
	s.rows = append(s.rows[:0], s.pair, x0)
	s.pair = nil
	n.down1.down(x1, s.rows, grid)
	leaky(x1)
	for _, b := range s.blocks1 {
		if x1 = s.through(b, x1); x1 == nil {
			return
		}
	}
	s.mid = append(s.mid, x1)
	x2 := s.room(c2, grid/16)
	s.rows = append(s.rows[:0], x1)
	n.down2.down(x2, s.rows, grid/4)
	addPlace(x2, n.place2, c2, grid/16)
	leaky(x2)
	for _, b := range s.blocks2 {
		if x2 = s.through(b, x2); x2 == nil {
			return
		}
	}
	clear(s.mid1)
	n.up2.across(s.mid1, x2, grid/16)
	s.done(x2)
	x1 = s.mid[0]
	s.mid = append(s.mid[:0], s.mid[1:]...)
	addSpread(x1, s.mid1, c1, grid/4)
	leaky(x1)
	if x1 = s.through(s.tail1, x1); x1 == nil {
		return
	}
	clear(s.up)
	n.up1.across(s.up, x1, grid/4)
	s.done(x1)
	for _, x0 := range s.fine[:2] {
		addSpread(x0, s.up, c0, grid)
		leaky(x0)
		if out := s.through(s.tail0, x0); out != nil {
			clear(s.last)
			n.last.across(s.last, out, grid)
			s.done(out)
			s.give()
		}
	}
	s.fine = append(s.fine[:0], s.fine[2:]...)
}

// give queues the corrections of a window.
func (s *Stream) give() {
	var c []float32
	if k := len(s.used); k > 0 {
		c, s.used = s.used[k-1][:0], s.used[:k-1]
	}
	s.ready = append(s.ready, append(c, s.last.channel(0, grid)[1:][:grid]...))
}
