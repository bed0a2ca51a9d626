package ui

import (
	"context"
	"errors"
	"image"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tapelight/tapelight/core"
)

// reel is a short part of a video, before and after, that can be played. *core.Clip is one, by clipReel.
type reel interface {
	Play(ctx context.Context, side core.Side, width, height int, mostRate float64) (film, error)
	Size() image.Point // of its pictures
	Sound() bool
	Close() error
}

// film is one pass through a side of a reel.
type film interface {
	Rate() float64 // pictures a second
	Next(m *image.RGBA) error
	Samples(b []byte) (int, error)
	Close()
}

type clipReel struct{ clip *core.Clip }

func (r clipReel) Play(ctx context.Context, side core.Side, width, height int, mostRate float64) (film, error) {
	p, err := r.clip.Play(ctx, side, width, height, mostRate)
	if err != nil {
		return nil, err
	}
	return clipFilm{p}, nil
}
func (r clipReel) Size() image.Point { return image.Pt(r.clip.Width, r.clip.Height) }
func (r clipReel) Sound() bool       { return r.clip.Sound }
func (r clipReel) Close() error      { return r.clip.Close() }

type clipFilm struct{ *core.ClipPlayer }

func (f clipFilm) Rate() float64 { return f.ClipPlayer.Rate }

// projector plays a side of a reel again and again.
type projector struct {
	reel  reel
	side  core.Side
	size  image.Point // of the pictures on the screen
	sound func(context.Context) (core.SoundOutput, error)
	show  func(*image.RGBA, func())                  // a picture to the screen; the func is to be called when it is there
	wait  func(ctx context.Context, d time.Duration) // until d has passed, or ctx ends
	now   func() time.Time
}

const (
	playRate     = 30                     // pictures a second at most: each paints the whole window
	playPatience = 200 * time.Millisecond // a picture is shown after so long even if it is late
	playBuffers  = 3                      // one on the screen, one on its way there, one being filled
	soundBlock   = 4096                   // bytes
)

// Run plays until ctx ends, which is no error.
func (p *projector) Run(ctx context.Context) error {
	var pics [playBuffers]*image.RGBA
	for i := range pics {
		pics[i] = image.NewRGBA(image.Rectangle{Max: p.size})
	}
	for ctx.Err() == nil {
		if err := p.once(ctx, &pics); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// once plays the side from its beginning to its end, with sound where there is a way to play it. A picture that comes too late, or while the last
// one is still on its way to the screen, is left out, so that picture and sound stay together as well as the machine can.
func (p *projector) once(ctx context.Context, pics *[playBuffers]*image.RGBA) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f, err := p.reel.Play(ctx, p.side, p.size.X, p.size.Y, playRate)
	if err != nil {
		return err
	}
	defer f.Close()
	var heard sync.WaitGroup
	defer heard.Wait()
	defer cancel()
	if p.reel.Sound() {
		if out, err := p.sound(ctx); err == nil { // else it is a silent film
			heard.Go(func() { pour(out, f) })
		}
	}
	var onTheWay atomic.Bool
	begin := p.now()
	last := begin // when a picture was last shown
	for n, at := 0, 0; ; n++ {
		if err := f.Next(pics[at]); err != nil {
			if errors.Is(err, io.EOF) {
				heard.Wait()
				if n == 0 {
					return errors.New("the clip has no pictures")
				}
				return nil
			}
			return err
		}
		due := begin.Add(time.Duration(float64(n) / f.Rate() * float64(time.Second)))
		early := due.Sub(p.now())
		if early > 0 {
			p.wait(ctx, early)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		late := early < -time.Second/playRate && p.now().Sub(last) < playPatience
		if late || !onTheWay.CompareAndSwap(false, true) {
			continue
		}
		last = p.now()
		p.show(pics[at], func() { onTheWay.Store(false) })
		at = (at + 1) % playBuffers
	}
}

// pour plays a film's sound to its end.
func pour(out core.SoundOutput, f film) {
	defer out.Close()
	b := make([]byte, soundBlock)
	for {
		n, err := f.Samples(b)
		if n > 0 {
			if _, err := out.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			break
		}
	}
	_ = out.Drain() // what can't be heard is no fault of the preview
}

// byClock is projector.wait by the clock.
func byClock(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
