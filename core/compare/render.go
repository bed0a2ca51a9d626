package compare

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/temporal"
)

// Renderer makes pictures of plans of whole captures (Start and Length 0).
type Renderer struct {
	Tools *ffmpeg.Tools
	// Engine and Network are the plan's; nil where it uses none.
	Engine  neural.Engine
	Network *neural.Network
}

// errPart is a plan of a part of a capture, whose pictures can't be numbered by the capture's clock.
var errPart = errors.New("pictures are made of plans of whole captures only")

// Before is picture n of p without its treatment: the same moment, deinterlaced by yadif where the plan deinterlaces (film is put together as the plan does),
// scaled bicubically to the output's size, colours by the capture's matrix.
func (r *Renderer) Before(ctx context.Context, p *plan.Plan, n int64) (*image.RGBA, error) {
	d := plain(p.Decode)
	return attempts(ctx, p, func(margin float64) (*image.RGBA, float64, error) {
		return r.Tools.PlainPicture(ctx, windowOf(d, -p.Encode.Shift, n, 1, margin), p.Encode.From.Matrix, p.Encode.Width, p.Encode.Height)
	})
}

// plain is d without treatment.
func plain(d ffmpeg.DecodeSpec) ffmpeg.DecodeSpec {
	if d.Companion != "" {
		d.Out.Height /= 2
	}
	d.Plain, d.Companion, d.Denoise, d.Deblock, d.MaskBottom = true, "", "", false, 0
	return d
}

// attempts makes something of a moment of p, anew with a larger margin while the seek lands too late.
func attempts[T any](ctx context.Context, p *plan.Plan, make func(margin float64) (made *T, late float64, err error)) (*T, error) {
	if p.Decode.Seek != 0 || p.Decode.Duration != 0 {
		return nil, errPart
	}
	for _, margin := range margins(p) {
		made, late, err := make(margin)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if again(p, late, err, margin) {
			continue
		}
		if err != nil {
			return nil, none(err)
		}
		return made, nil
	}
	return nil, none(io.EOF)
}

// again tells whether an attempt has to be made anew with a larger margin: the seek landed after the first picture it was to find, or behind the end.
func again(p *plan.Plan, late float64, err error, margin float64) bool {
	if math.IsInf(margin, 1) { // from the beginning
		return false
	}
	if errors.Is(err, io.EOF) {
		return true
	}
	return err == nil && late > tooLate(p)
}

// none words the lack of a picture.
func none(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("there is no picture that can be decoded at this moment")
	}
	return err
}

// Restored is picture n of p as it goes to the encoder's chain, in p.Encode.In's format. It is what a run of the plan makes, up to the lead-in of the
// temporal denoiser and of the filter behind the network: see leadIn and temporal.Settled.
func (r *Renderer) Restored(ctx context.Context, p *plan.Plan, n int64) (*frame.Frame, error) {
	return attempts(ctx, p, func(margin float64) (*frame.Frame, float64, error) { return r.restored(ctx, p, n, margin) })
}

func (r *Renderer) restored(ctx context.Context, p *plan.Plan, n int64, margin float64) (_ *frame.Frame, late float64, err error) {
	if p.Network.Name == recipe.NetworkNone {
		d, err := r.Tools.Decode(ctx, windowOf(p.Decode, -p.Encode.Shift, n, 1, margin))
		if err != nil {
			return nil, 0, err
		}
		defer d.Close()
		f := frame.New(p.Decode.Out)
		if err := d.Read(f); err != nil {
			return nil, 0, err
		}
		return f, d.Late(ctx), nil
	}
	if r.Engine == nil || r.Network == nil {
		return nil, 0, fmt.Errorf("the network %s is not loaded", p.Network.Name)
	}
	// The network sees the same neighbours as in a run: what lies beyond the capture's ends is repeated by the session.
	before, after := r.Network.Window()
	batch := 1
	if !p.Network.Still.Off() {
		before, batch = before+temporal.Settled, 4
	}
	first := max(0, n-int64(before))
	decode := windowOf(p.Decode, -p.Encode.Shift, first, n-first+1+int64(after), margin)
	d, err := r.Tools.Decode(ctx, decode)
	if err != nil {
		return nil, 0, err
	}
	defer d.Close()
	s, err := temporal.Open(ctx, r.Engine, r.Network.AtStrength(p.Network.Strength), p.Decode.Out,
		neural.Options{Device: p.Network.Device, Batch: batch, Threads: p.Network.Threads}, p.Network.Still)
	if err != nil {
		return nil, 0, err
	}
	defer s.Close()
	if s.Output() != p.Encode.In {
		return nil, 0, fmt.Errorf("the network makes pictures of %v where %v are planned", s.Output(), p.Encode.In)
	}
	return feed(ctx, p, d, s, first, n, n+int64(after))
}

// feed gives pictures first to last to the session and returns what it makes of n.
func feed(ctx context.Context, p *plan.Plan, d *ffmpeg.Decoder, s neural.Session, first, n, last int64) (*frame.Frame, float64, error) {
	pushed := make(chan error, 1)
	inner, cancel := context.WithCancel(ctx)
	go func() { pushed <- push(inner, p, d, s, first, last) }()
	fed := false
	wait := func() error { // for the goroutine, once
		if fed {
			return nil
		}
		fed = true
		return <-pushed
	}
	defer wait()
	defer cancel()
	for i := first; ; i++ {
		f, err := s.Next(inner)
		if err != nil {
			d.Close() // a read that waits ends
			cancel()
			return nil, 0, errors.Join(wait(), err)
		}
		if i < n {
			s.Put(f)
			continue
		}
		out := frame.New(f.Format)
		copy(out.Data, f.Data)
		s.Put(f)
		late := d.Late(inner)
		return out, late, wait()
	}
}

func push(ctx context.Context, p *plan.Plan, d *ffmpeg.Decoder, s neural.Session, first, last int64) (err error) {
	defer s.Finish() // also where nothing came: Next must not wait
	for i := first; i <= last; i++ {
		f, err := s.Get(ctx)
		if err != nil {
			return err
		}
		if err = d.Read(f); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		f.Parity = d.ParityOf(i) // of the whole capture's count: the window may begin with a second field
		if err := s.Push(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// After is what the output file shows of picture f, which Restored made.
func (r *Renderer) After(ctx context.Context, p *plan.Plan, f func(context.Context) (*frame.Frame, error)) (*image.RGBA, error) {
	d, err := r.Tools.Show(ctx, p.Encode) // starts while the picture is being made
	if err != nil {
		return nil, err
	}
	defer d.Close()
	pic, err := f(ctx)
	if err != nil {
		return nil, err
	}
	m, err := d.Picture(pic)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return m, err
}
