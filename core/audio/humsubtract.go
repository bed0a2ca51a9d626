package audio

import "math"

// subtract takes the hum out between the amplitudes m-1 and m and gives the samples out.
func (d *dehummer) subtract(m int, out planes) planes {
	half := d.hop / 2
	first := (m - 1) * half
	n := int(min(int64(half), d.took-int64(first)))
	if n <= 0 {
		return out
	}
	at := int(int64(first) - d.base)
	from := (m - 1) / 2
	start, step := d.even.at(from), d.even.at(from+1)-d.even.at(from)
	a, b := d.amp.at(m-1), d.amp.at(m)
	for c := range out {
		for _, v := range d.in[c][at : at+n] {
			out[c] = append(out[c], float64(v))
		}
	}
	for i := range n {
		t := float64(i) / float64(half)
		s, co := math.Sincos(d.omega*float64(first+i) + start + step*float64(first+i-from*d.hop)/float64(d.hop))
		z := complex(co, s)
		for c := range out {
			var sum float64
			p := z
			for k := 1; k <= d.high; k++ {
				v := a[c][k]*complex(1-t, 0) + b[c][k]*complex(t, 0)
				sum += real(v)*real(p) - imag(v)*imag(p)
				p *= z
			}
			out[c][len(out[c])-n+i] -= sum
		}
	}
	return out
}

// trim lets go of what no later window needs.
func (d *dehummer) trim() {
	half := d.hop / 2
	done := d.gave // up to this amplitude all is given out
	if drop := min(int(int64(done)*int64(half)-d.base), len(d.in[0])); drop > 0 {
		for c, x := range d.in {
			d.in[c] = x[:copy(x, x[drop:])]
		}
		d.base += int64(drop)
	}
	// The next window against the moving phase begins here.
	if drop := (d.moving.len()-1)*half/d.factor - int(d.lowAt); drop > 0 {
		d.low.drop(drop)
		d.lowAt += int64(drop)
	}
	d.steady.trim(d.frame - 2)
	d.score.trim(d.frame - 2*humSpeedSpan - 2)
	d.step.trim(d.step.len() - 1)
	d.phase.trim(d.even.len() - humEven)
	d.even.trim(done / 2)
	d.moving.trim(d.amp.len() - humBehind)
	d.amp.trim(done)
}
