package masknet

// A row is what there is of one window: channels beside each other, each with a zero before and behind its points, so that a convolution needs no edges.
type row []float32

// channel is one channel's points with their zeros.
func (r row) channel(c, width int) []float32 { return r[c*(width+2) : (c+1)*(width+2)] }

func newRow(channels, width int) row { return make(row, channels*(width+2)) }

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

// down takes every fourth point only, and all of its rows; apart is room for four channels of width/4 points.
func (l *conv) down(out row, rows []row, width int, apart row) {
	to := width / 4
	for o := range l.to {
		acc := out.channel(o, to)[1:][:to]
		for i := range acc {
			acc[i] = l.bias[o]
		}
	}
	a, b, c, d := apart.channel(0, to)[1:][:to], apart.channel(1, to)[1:][:to], apart.channel(2, to)[1:][:to], apart.channel(3, to)[1:][:to]
	for i := range l.from {
		for r, x := range rows {
			points := x.channel(i, width)[1:]
			for j := range a {
				p := points[4*j:][:4]
				a[j], b[j], c[j], d[j] = p[0], p[1], p[2], p[3]
			}
			for o := range l.to {
				addAcross(out.channel(o, to)[1:][:to], a, b, c, d, l.w[((o*l.from+i)*l.rows+r)*4:])
			}
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
