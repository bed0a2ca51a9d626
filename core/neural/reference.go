package neural

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/tapelight/tapelight/core/frame"
)

// Reference computes the output frame for centre i of the stream in, in float64 and with no regard for speed: the yardstick for every
// engine. The output's Index is i. Errors are those of Validate and Formats.
func Reference(n *Network, in []*frame.Frame, i int) (*frame.Frame, error) {
	planes, err := ReferencePlanes(n, in, i)
	if err != nil {
		return nil, err
	}
	_, format, err := n.Formats(in[i].Format)
	if err != nil {
		return nil, err
	}
	out := frame.New(format)
	out.Index = int64(i)
	top := float64(int(1)<<format.Depth - 1)
	for p, values := range planes {
		data := out.Plane(p)
		for k, v := range values {
			code := math.Floor(v*top + 0.5)
			if format.Depth == 8 {
				data[k] = byte(code)
			} else {
				binary.LittleEndian.PutUint16(data[2*k:], uint16(code))
			}
		}
	}
	return out, nil
}

// Apart is the largest distance of a frame from values in 0..1, planes as of ReferencePlanes, as a share of the range and beyond half a code.
func Apart(f *frame.Frame, want [][]float64) (worst float64) {
	top := float64(int(1)<<f.Depth - 1)
	for p, values := range want {
		data := f.Plane(p)
		for k, v := range values {
			code := 0.0
			if f.Depth > 8 {
				code = float64(binary.LittleEndian.Uint16(data[2*k:]))
			} else {
				code = float64(data[k])
			}
			worst = max(worst, math.Abs(code/top-v)-0.5/top)
		}
	}
	return worst
}

// ReferencePlanes is Reference before rounding: per plane the samples row by row, scaled to 0..1 and clipped to it.
func ReferencePlanes(n *Network, in []*frame.Frame, i int) ([][]float64, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	if i < 0 || i >= len(in) {
		return nil, fmt.Errorf("frame %d of %d", i, len(in))
	}
	picture, out, err := n.Formats(in[i].Format)
	if err != nil {
		return nil, err
	}
	for k, f := range in {
		if f.Format != in[i].Format {
			return nil, fmt.Errorf("frame %d is %v, frame %d is %v", k, f.Format, i, in[i].Format)
		}
	}
	flip := n.FlipBottom && in[i].Parity == frame.Bottom
	gw, gh := n.GridSize(picture.Width, picture.Height)
	offset := 0.5
	if n.RGB {
		offset = 0
	}

	x := make([]grid, len(n.Inputs))
	for c, ch := range n.Inputs {
		src := readPlane(in[min(max(i+ch.T, 0), len(in)-1)], picture, ch.Picture, ch.Plane, flip)
		g := n.GridStep(ch.Plane)
		x[c] = newGrid(gw, gh)
		for gy := range gh {
			for gx := range gw {
				x[c].v[gy*gw+gx] = src.clamped(gy*g+ch.DY, gx*g+ch.DX) - offset
			}
		}
	}
	for k := range n.Layers {
		x = convolve(&n.Layers[k], x)
	}

	result := make([][]float64, n.Planes)
	first := 0
	for p := range n.Planes {
		w, h := out.PlaneSize(p)
		block := n.Scale * n.GridStep(p)
		base := readPlane(in[i], picture, n.BaseFrom, p, flip)
		values := make([]float64, w*h)
		for y := range h {
			for xx := range w {
				c := first + y%block*block + xx%block
				v := x[c].v[y/block*gw+xx/block] + offset
				if n.Base != NoBase {
					v += base.enlarged(n.Base, n.Scale, y, xx) - offset
				}
				to := y
				if flip {
					to = h - 1 - y
				}
				values[to*w+xx] = min(max(v, 0), 1)
			}
		}
		result[p] = values
		first += block * block
	}
	return result, nil
}

// grid is one channel or plane.
type grid struct {
	w, h int
	v    []float64
}

func newGrid(w, h int) grid { return grid{w, h, make([]float64, w*h)} }

// readPlane takes plane p of one of the two pictures in f, scaled to 0..1.
func readPlane(f *frame.Frame, picture frame.Format, which Picture, p int, flip bool) grid {
	w, h := picture.PlaneSize(p)
	g := newGrid(w, h)
	data := f.Plane(p)
	if which == Companion {
		data = data[w*h*f.SampleBytes():]
	}
	top := float64(int(1)<<f.Depth - 1)
	for y := range h {
		from := y
		if flip {
			from = h - 1 - y
		}
		for x := range w {
			k := from*w + x
			if f.Depth == 8 {
				g.v[y*w+x] = float64(data[k]) / top
			} else {
				g.v[y*w+x] = float64(binary.LittleEndian.Uint16(data[2*k:])) / top
			}
		}
	}
	return g
}

func (g grid) clamped(y, x int) float64 {
	return g.v[min(max(y, 0), g.h-1)*g.w+min(max(x, 0), g.w-1)]
}

// enlarged is the sample at row y, column x of the plane enlarged s times.
func (g grid) enlarged(how Upsampling, s, y, x int) float64 {
	if how == Nearest {
		return g.clamped(y/s, x/s)
	}
	first, weights := taps(how, s, y)
	firstX, weightsX := taps(how, s, x)
	sum := 0.0
	for j, wy := range weights {
		for k, wx := range weightsX {
			sum += wy * wx * g.clamped(first+j, firstX+k)
		}
	}
	return sum
}

// taps gives the first source position and the weights that make the sample at position pos of a line enlarged s times.
func taps(how Upsampling, s, pos int) (first int, weights []float64) {
	src := (float64(pos)+0.5)/float64(s) - 0.5
	floor := math.Floor(src)
	t := src - floor
	if how == Bilinear {
		return int(floor), []float64{1 - t, t}
	}
	return int(floor) - 1, []float64{cubic(1 + t), cubic(t), cubic(1 - t), cubic(2 - t)}
}

// cubic is the convolution kernel of Keys (1981) with a = -0.75, which PyTorch and ONNX use.
func cubic(d float64) float64 {
	const a = -0.75
	switch {
	case d <= 1:
		return ((a+2)*d-(a+3))*d*d + 1
	case d < 2:
		return ((a*d-5*a)*d+8*a)*d - 4*a
	}
	return 0
}

// convolve is a 3x3 convolution with stride 1 and one ring of zeros around, then bias and activation.
func convolve(l *Layer, in []grid) []grid {
	w, h := in[0].w, in[0].h
	slopes := l.Slopes()
	out := make([]grid, l.Out)
	for o := range out {
		out[o] = newGrid(w, h)
		for y := range h {
			for x := range w {
				sum := float64(l.Bias[o])
				for c := range in {
					kernel := l.Weight[(o*l.In+c)*9:]
					for ky := range 3 {
						for kx := range 3 {
							yy, xx := y+ky-1, x+kx-1
							if yy >= 0 && yy < h && xx >= 0 && xx < w {
								sum += float64(kernel[ky*3+kx]) * in[c].v[yy*w+xx]
							}
						}
					}
				}
				if sum < 0 {
					sum *= float64(slopes[o])
				}
				out[o].v[y*w+x] = sum
			}
		}
	}
	return out
}
