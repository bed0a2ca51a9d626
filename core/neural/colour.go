package neural

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
)

// Open opens a session of e for frames of format in, whatever colours n works on: networks of RGB are given limited-range YUV 4:2:0 pictures as RGB,
// and their output is brought back. The matrix is BT.601 for pictures of up to 576 lines, BT.709 for larger ones; both ways it is the same, so it moves no
// colours that the network leaves alone. What lies outside of RGB is clipped.
func Open(ctx context.Context, e Engine, n *Network, in frame.Format, o Options) (Session, error) {
	if !n.RGB || n.Companion || in.Chroma != frame.YUV420 {
		return e.Open(ctx, n, in, o)
	}
	if in.Width%2 != 0 || in.Height%2 != 0 {
		return nil, &FormatError{Network: n.Name, Format: in, Reason: "an odd size can't be brought back from RGB"}
	}
	rgb := in
	rgb.Chroma = frame.RGB
	inner, err := e.Open(ctx, n, rgb, o)
	if err != nil {
		return nil, err
	}
	out := inner.Output()
	out.Chroma = frame.YUV420
	const ahead = 2 // what comes in and goes out is copied, so few are held
	return &colourSession{Session: inner, matrix: matrixFor(in.Height), in: frame.NewPool(in, ahead), out: frame.NewPool(out, ahead), closed: make(chan struct{})}, nil
}

// colourSession stands before and after a session of RGB frames.
type colourSession struct {
	Session
	matrix  matrix
	in, out *frame.Pool
	closed  chan struct{}
	once    sync.Once
}

func (s *colourSession) take(ctx context.Context, p *frame.Pool) (*frame.Frame, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-s.closed:
			stop()
		case <-ctx.Done():
		}
	}()
	f, err := p.Get(ctx)
	select {
	case <-s.closed:
		if f != nil {
			p.Put(f)
		}
		return nil, ErrClosed
	default:
		return f, err
	}
}

func (s *colourSession) Get(ctx context.Context) (*frame.Frame, error) { return s.take(ctx, s.in) }

func (s *colourSession) Push(ctx context.Context, f *frame.Frame) error {
	defer s.in.Put(f)
	to, err := s.Session.Get(ctx)
	if err != nil {
		return err
	}
	s.matrix.toRGB(f, to)
	to.Parity = f.Parity
	return s.Session.Push(ctx, to)
}

func (s *colourSession) Next(ctx context.Context) (*frame.Frame, error) {
	from, err := s.Session.Next(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Session.Put(from)
	f, err := s.take(ctx, s.out)
	if err != nil {
		return nil, err
	}
	s.matrix.fromRGB(from, f)
	f.Index, f.Parity = from.Index, from.Parity
	return f, nil
}

func (s *colourSession) Put(f *frame.Frame) { s.out.Put(f) }

func (s *colourSession) Output() frame.Format { return s.out.Format() }

func (s *colourSession) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Session.Close()
}

// matrix is kr and kb of ITU-R BT.601 or BT.709.
type matrix struct{ kr, kb float32 }

func matrixFor(height int) matrix {
	if height > 576 {
		return matrix{0.2126, 0.0722}
	}
	return matrix{0.299, 0.114}
}

// ToRGB is a limited-range YUV 4:2:0 picture as Open gives it to networks of RGB: the reference for what they are fed.
func ToRGB(f *frame.Frame) (*frame.Frame, error) {
	if f.Chroma != frame.YUV420 || len(f.Data) != f.Bytes() {
		return nil, fmt.Errorf("a frame of %v and %d bytes is no 4:2:0 picture", f.Format, len(f.Data))
	}
	format := f.Format
	format.Chroma = frame.RGB
	to := frame.New(format)
	to.Index, to.Parity = f.Index, f.Parity
	matrixFor(f.Height).toRGB(f, to)
	return to, nil
}

// FromRGB is the way back, of a network's output for pictures of height lines.
func FromRGB(f *frame.Frame, height int) (*frame.Frame, error) {
	if f.Chroma != frame.RGB || len(f.Data) != f.Bytes() || f.Width%2 != 0 || f.Height%2 != 0 {
		return nil, fmt.Errorf("a frame of %v and %d bytes is no RGB picture of even size", f.Format, len(f.Data))
	}
	format := f.Format
	format.Chroma = frame.YUV420
	to := frame.New(format)
	to.Index, to.Parity = f.Index, f.Parity
	matrixFor(height).fromRGB(f, to)
	return to, nil
}

// samples reads and writes codes of either width.
type samples struct {
	data  []byte
	w     int
	bytes int
}

func plane(f *frame.Frame, p int) samples {
	w, _ := f.PlaneSize(p)
	return samples{f.Plane(p), w, f.SampleBytes()}
}

func (s samples) at(y, x int) float32 {
	if s.bytes == 1 {
		return float32(s.data[y*s.w+x])
	}
	return float32(binary.LittleEndian.Uint16(s.data[2*(y*s.w+x):]))
}

func (s samples) set(y, x int, v, top float32) {
	c := uint16(min(max(v+0.5, 0), top))
	if s.bytes == 1 {
		s.data[y*s.w+x] = byte(c)
		return
	}
	binary.LittleEndian.PutUint16(s.data[2*(y*s.w+x):], c)
}

// toRGB fills to from the YUV picture f of the same size. Chroma is sited on the left and between lines, and linear between its samples.
func (m matrix) toRGB(f, to *frame.Frame) {
	unit, top := float32(int(1)<<(f.Depth-8)), float32(int(1)<<f.Depth-1)
	y, u, v := plane(f, 0), plane(f, 1), plane(f, 2)
	r, g, b := plane(to, 0), plane(to, 1), plane(to, 2)
	w2, h2 := f.Width/2, f.Height/2
	kg := 1 - m.kr - m.kb
	rv, bu := 2*(1-m.kr), 2*(1-m.kb)
	gu, gv := -m.kb*bu/kg, -m.kr*rv/kg
	lines(f.Height, func(j int) {
		near := j / 2
		far := min(max(near+2*(j%2)-1, 0), h2-1)
		for i := range f.Width {
			k := i / 2
			n := k
			if i%2 == 1 {
				n = min(k+1, w2-1)
			}
			chroma := func(s samples) float32 {
				return ((3*(s.at(near, k)+s.at(near, n))+s.at(far, k)+s.at(far, n))/8 - 128*unit) / (224 * unit)
			}
			l, cb, cr := (y.at(j, i)-16*unit)/(219*unit)*top, chroma(u)*top, chroma(v)*top
			r.set(j, i, l+rv*cr, top)
			g.set(j, i, l+gu*cb+gv*cr, top)
			b.set(j, i, l+bu*cb, top)
		}
	})
}

// fromRGB fills the YUV picture to from f. A chroma sample is the mean of the two lines, of one, two and one parts of the columns about it.
func (m matrix) fromRGB(f, to *frame.Frame) {
	unit, top := float32(int(1)<<(f.Depth-8)), float32(int(1)<<f.Depth-1)
	r, g, b := plane(f, 0), plane(f, 1), plane(f, 2)
	y, u, v := plane(to, 0), plane(to, 1), plane(to, 2)
	kg := 1 - m.kr - m.kb
	lines(f.Height/2, func(j int) {
		for i := range f.Width / 2 {
			var cr, cb float32
			for dy := range 2 {
				for dx := -1; dx <= 1; dx++ {
					x, part := min(max(2*i+dx, 0), f.Width-1), float32(2-dx*dx)
					red, green, blue := r.at(2*j+dy, x), g.at(2*j+dy, x), b.at(2*j+dy, x)
					l := m.kr*red + kg*green + m.kb*blue
					cb, cr = cb+part*(blue-l), cr+part*(red-l)
					if dx >= 0 {
						y.set(2*j+dy, x, l/top*219*unit+16*unit, top)
					}
				}
			}
			u.set(j, i, cb/8/(2*(1-m.kb))/top*224*unit+128*unit, top)
			v.set(j, i, cr/8/(2*(1-m.kr))/top*224*unit+128*unit, top)
		}
	})
}

// lines does each of n lines, on all processors.
func lines(n int, do func(j int)) {
	parts := min(runtime.GOMAXPROCS(0), n)
	var wait sync.WaitGroup
	for p := range parts {
		wait.Go(func() {
			for j := p * n / parts; j < (p+1)*n/parts; j++ {
				do(j)
			}
		})
	}
	wait.Wait()
}
