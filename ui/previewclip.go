package ui

import (
	"context"
	"errors"
	"image"
	"sync"
	"time"

	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// clipState is the preview's short clip: being rendered, being played, or neither.
type clipState struct {
	stop    func()  // ends what goes on; nil when nothing does
	reel    reel    // rendered, for what is in the way below
	subject subject // it is of
	at      float64
	side    core.Side
}

// toggleClip renders and plays a clip from the present moment, or stops it.
func (p *previewPanel) toggleClip() {
	if p.clip.stop != nil {
		p.stopClip()
		return
	}
	if p.subject.path == "" || !p.subject.read {
		return
	}
	if p.clip.reel != nil && p.clip.at == p.at && p.clip.subject == p.subject {
		p.roll()
		return
	}
	p.dropReel()
	p.clip.subject, p.clip.at = p.subject, p.at
	stopped := p.begin()
	req := core.PreviewRequest{Path: p.subject.path, Recipe: p.subject.recipe, Time: p.at, View: previewView + " clip"}
	p.state.SetText(tr("Rendering 5 seconds") + ellipsis)
	p.doors.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer whenClosed(stopped, cancel)()
		var halves halves
		r, err := p.on.clip(ctx, req, func(w core.Progress) {
			if done, news := halves.add(percentOf(w)); news {
				p.doors.enter(func() { p.tellClip(stopped, done) })
			}
		})
		p.doors.enter(func() {
			select {
			case <-stopped:
				if r != nil {
					p.close(r)
				}
				return
			default:
			}
			if err != nil {
				wanted := ctx.Err() == nil && !errors.Is(err, core.ErrSuperseded)
				p.stopClip()
				if wanted {
					p.on.failed(tr("The five seconds can't be rendered"), err)
				}
				return
			}
			p.clip.reel = r
			p.roll()
		})
	})
}

func percentOf(w core.Progress) int {
	if w.Total <= 0 {
		return 0
	}
	return int(100 * w.Frames / w.Total)
}

// halves makes one progress of two that follow each other: the moments as they are, and as they become.
type halves struct {
	mu     sync.Mutex
	last   int
	second bool
}

// add takes a percentage and tells the whole's, and whether that is news.
func (h *halves) add(done int) (whole int, news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if done < h.last-20 {
		h.second = true
	}
	news, h.last = done != h.last, done
	if whole = done / 2; h.second {
		whole += 50
	}
	return whole, news
}

func (p *previewPanel) tellClip(stopped <-chan struct{}, done int) {
	select {
	case <-stopped:
	default:
		p.state.SetText(trf("Rendering 5 seconds: %d %%", done))
	}
}

// begin marks that something goes on; the channel is closed when it is to end.
func (p *previewPanel) begin() <-chan struct{} {
	if p.clip.stop != nil {
		p.clip.stop()
	}
	stopped := make(chan struct{})
	p.clip.stop = func() { close(stopped) }
	p.play.Set(tr("Stop"), p.play.tip, theme.MediaStopIcon(), p.toggleClip)
	return stopped
}

// roll plays the reel.
func (p *previewPanel) roll() {
	p.clip.side = core.SideAfter
	words := tr("Playing: after")
	if p.view.mode == compareBefore {
		p.clip.side, words = core.SideBefore, tr("Playing: before")
	}
	p.state.SetText(words)
	stopped := p.begin()
	pr := &projector{reel: p.clip.reel, side: p.clip.side, size: p.clipSize(), sound: p.on.sound, wait: byClock, now: time.Now,
		show: func(m *image.RGBA, shown func()) {
			p.doors.enter(func() {
				select {
				case <-stopped:
				default:
					p.view.Loop(m)
				}
				shown()
			})
		}}
	p.doors.spawn(func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer whenClosed(stopped, cancel)()
		if err := pr.Run(ctx); err != nil {
			p.doors.enter(func() {
				select {
				case <-stopped:
				default:
					p.stopClip()
					p.on.failed(tr("The clip can't be played"), err)
				}
			})
		}
	})
}

// clipSize is how large the clip's pictures are on the screen, in pixels, both even.
func (p *previewPanel) clipSize() image.Point {
	full, v, s := p.clip.reel.Size(), p.view.Size(), p.view.scale()
	f := min(float64(v.Width*s)/float64(max(full.X, 1)), float64(v.Height*s)/float64(max(full.Y, 1)), 1)
	return image.Pt(max(int(float64(full.X)*f)&^1, 2), max(int(float64(full.Y)*f)&^1, 2))
}

// stopClip ends rendering or playing. What was rendered is kept until one looks at something else.
func (p *previewPanel) stopClip() {
	if p.clip.stop == nil {
		return
	}
	p.clip.stop()
	p.clip.stop = nil
	p.view.Loop(nil)
	p.play.Set(tr("5 seconds"), p.play.tip, theme.MediaPlayIcon(), p.toggleClip)
	p.state.SetText(p.subject.name)
}

// dropReel lets go of a clip that isn't wanted any more.
func (p *previewPanel) dropReel() {
	if r := p.clip.reel; r != nil {
		p.clip.reel = nil
		p.close(r)
	}
}

func (p *previewPanel) close(r reel) { p.doors.aside(func() { _ = r.Close() }) } // its files go with the program's folder at the latest

// modeChanged plays the other side where a clip is being played.
func (p *previewPanel) modeChanged() {
	p.mark()
	before := p.view.mode == compareBefore
	if p.clip.stop != nil && p.clip.reel != nil && before != (p.clip.side == core.SideBefore) {
		p.roll()
	}
}

// whenClosed calls f when c is closed, until the returned func is called.
func whenClosed(c <-chan struct{}, f func()) (forget func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-c:
			f()
		case <-done:
		}
	}()
	return func() { close(done) }
}
