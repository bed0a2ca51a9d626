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
	apart     row         // room for down
	ready     [][]float32 // what it says by grid point
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
	s.mid1, s.up, s.last = newRow(c1, grid/16), newRow(c0, grid/4), newRow(2, grid)
	s.apart = newRow(4, grid/4)
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

// Seen is what is known of a window, Bins values each.
type Seen struct {
	Gamma                      []float32 // power over the noise expected, 0 to 1e6
	Forward, Backward, Refined []float32 // estimates of the power of the signal over that of the noise, 0.001 to 1e6: forward in time, backward, from both
	Long, Cross                []float32 // of what the longer window makes of the sound, over the noise expected: power; real part of the product with the sound's conjugate
}

// Push takes the next window. From the window after the first Delay ones on it tells true and sets, for the window Delay before this one, odds: what the odds
// of each bin's gain are to be multiplied by (see Corrected); and share: how much of the longer window's result is to be taken, 0 to 1.
func (s *Stream) Push(w Seen, odds, share []float32) bool {
	s.push(s.features(w))
	if s.taken <= Delay {
		return false
	}
	said := s.ready[0]
	s.ready = append(s.ready[:0], s.ready[1:]...)
	spread(odds, said[:grid])
	spread(share, said[grid:])
	s.used = append(s.used, said)
	return true
}

// spread gives each bin the value of its grid point.
func spread(to, from []float32) {
	copy(to, from[:fine])
	for i, v := range from[fine:grid] {
		z := to[fine+wide*i:][:wide]
		z[0], z[1], z[2], z[3] = v, v, v, v
	}
	to[Bins-1] = from[grid-1]
}

const (
	leastGamma              = 0.02 // keeps the logarithm from what is silent
	leastLongGain, mostLong = -0.5, 1.5
)

func (s *Stream) features(w Seen) row {
	x := s.room(features, grid)
	var to [features][]float32
	for c := range to {
		to[c] = x.channel(c, grid)[1:]
	}
	for i := range grid {
		from, upto := group(i)
		var gamma, long, cross float32
		for k := from; k < upto; k++ {
			gamma, long, cross = gamma+w.Gamma[k], long+w.Long[k], cross+w.Cross[k]
		}
		n := float32(upto - from)
		to[0][i], to[4][i] = scaled(math.Log(float64(gamma/n+leastGamma))), scaled(math.Log(float64(long/n+leastGamma)))
		to[5][i] = 2*min(mostLong, max(leastLongGain, cross/(gamma+n*1e-6))) - 1
	}
	for c, v := range [][]float32{w.Forward, w.Backward, w.Refined} {
		for i := range grid {
			from, upto := group(i)
			product := 1.0 // each within 1e-3 and 1e6, so that the logarithm can wait
			for _, e := range v[from:upto] {
				product *= float64(e)
			}
			to[c+1][i] = scaled(math.Log(product) / float64(upto-from))
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
	n.down1.down(x1, s.rows, grid, s.apart)
	leaky(x1)
	for _, b := range s.blocks1 {
		if x1 = s.through(b, x1); x1 == nil {
			return
		}
	}
	s.mid = append(s.mid, x1)
	x2 := s.room(c2, grid/16)
	s.rows = append(s.rows[:0], x1)
	n.down2.down(x2, s.rows, grid/4, s.apart)
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

// mostLogit is far beyond what a gain can tell.
const mostLogit = 30

// give queues what the network says of a window: odds and shares.
func (s *Stream) give() {
	var said []float32
	if k := len(s.used); k > 0 {
		said, s.used = s.used[k-1][:0], s.used[:k-1]
	}
	for _, v := range s.last.channel(0, grid)[1:][:grid] {
		said = append(said, float32(math.Exp(float64(min(mostLogit, max(-mostLogit, v))))))
	}
	for _, v := range s.last.channel(1, grid)[1:][:grid] {
		said = append(said, float32(1/(1+math.Exp(-float64(v)))))
	}
	s.ready = append(s.ready, said)
}
