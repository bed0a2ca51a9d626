package masknet

// A row is what there is of one window: channels beside each other, each with a zero before and behind its points, so that a convolution needs no edges.
type row []float32

// channel is one channel's points with their zeros.
func (r row) channel(c, width int) []float32 { return r[c*(width+2) : (c+1)*(width+2)] }

func newRow(channels, width int) row { return make(row, channels*(width+2)) }

// add3 adds three taps over frequency to acc: x has two points more than acc.
func add3(acc, x []float32, w []float32) {
	n := len(acc)
	a, b, c := x[:n], x[1:][:n], x[2:][:n]
	u, v, w2 := w[0], w[1], w[2]
	for i := range acc {
		acc[i] += u*a[i] + v*b[i] + w2*c[i]
	}
}

// addAcross adds four channels at once.
func addAcross(acc, a, b, c, d []float32, w []float32) {
	n := len(acc)
	a, b, c, d = a[:n], b[:n], c[:n], d[:n]
	s, t, u, v := w[0], w[1], w[2], w[3]
	for i := range acc {
		acc[i] += s*a[i] + t*b[i] + u*c[i] + v*d[i]
	}
}

// addDown adds four points of x for one of acc.
func addDown(acc, x []float32, w []float32) {
	s, t, u, v := w[0], w[1], w[2], w[3]
	for i := range acc {
		y := x[4*i:][:4]
		acc[i] += s*y[0] + t*y[1] + u*y[2] + v*y[3]
	}
}

// across is a layer over the channels at each point, added to out's channels; 4 divides the number of channels.
func (l *conv) across(out, in row, width int) {
	for o := range l.to {
		acc := out.channel(o, width)[1:][:width]
		w := l.w[o*l.from:]
		for i := range acc {
			acc[i] += l.bias[o]
		}
		for c := 0; c < l.from; c += 4 {
			addAcross(acc, in.channel(c, width)[1:], in.channel(c+1, width)[1:], in.channel(c+2, width)[1:], in.channel(c+3, width)[1:], w[c:])
		}
	}
}

// over is a convolution over windows and points, to out's channels; rows are the windows, nil where there is none.
func (l *conv) over(out row, rows []row, width int) {
	each := l.from // input channels of an output channel
	for o := range l.to {
		acc := out.channel(o, width)[1:][:width]
		for i := range acc {
			acc[i] = l.bias[o]
		}
		for c := range each {
			at := c
			if each == 1 {
				at = o
			}
			for r, x := range rows {
				if x != nil {
					add3(acc, x.channel(at, width), l.w[((o*each+c)*l.rows+r)*3:])
				}
			}
		}
	}
}

// down takes every fourth point only, and all of its rows.
func (l *conv) down(out row, rows []row, width int) {
	for o := range l.to {
		acc := out.channel(o, width/4)[1:][:width/4]
		for i := range acc {
			acc[i] = l.bias[o]
		}
		for c := range l.from {
			for r, x := range rows {
				addDown(acc, x.channel(c, width)[1:], l.w[((o*l.from+c)*l.rows+r)*4:])
			}
		}
	}
}

// leaky is LeakyReLU with a slope of 0.1, over the points and not the zeros beside them (which it would leave alone, too).
func leaky(x row) {
	for i, v := range x {
		if v < 0 {
			x[i] = 0.1 * v
		}
	}
}

// addPlace adds a value for each channel and point.
func addPlace(x row, place []float32, channels, width int) {
	for c := range channels {
		p := place[c*width:][:width]
		y := x.channel(c, width)[1:][:width]
		for i, v := range p {
			y[i] += v
		}
	}
}

// addSpread adds each point of in to four of out.
func addSpread(out, in row, channels, width int) {
	for c := range channels {
		y := out.channel(c, width)[1:]
		for i, v := range in.channel(c, width/4)[1:][:width/4] {
			z := y[4*i:][:4]
			z[0] += v
			z[1] += v
			z[2] += v
			z[3] += v
		}
	}
}
