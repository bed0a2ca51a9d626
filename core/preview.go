package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"time"

	"github.com/tapelight/tapelight/core/compare"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
)

// PreviewRequest asks to look at a moment of a capture as a recipe would make it.
type PreviewRequest struct {
	Path   string
	Recipe recipe.Recipe
	Time   float64 // seconds from the capture's first picture; beyond the end is the last picture
	Length float64 // seconds, for PreviewClip alone; 0 is 5, the most is 30

	Engine  string // as in Request
	Device  string
	Threads int

	// View names the place where the picture will be shown. A newer request of the same view ends the older one, which then gives ErrSuperseded. Empty is no
	// place: such requests leave each other alone.
	View string
}

// PreviewFrame is one moment before and after. Both pictures have the output's size in square pixels and belong to whoever reads them together: they are
// shared with the cache and must not be written to.
type PreviewFrame struct {
	// Before is the capture as a plain player shows it: deinterlaced by yadif with the measured field order where the plan deinterlaces (film hidden in
	// fields is put together as in the plan, or the moments would differ), scaled bicubically, colours by the capture's own matrix.
	Before *image.RGBA
	// After is what a run of the plan hands to its encoder, brought to 8-bit RGB: same filters, network, engine and resampler. What the encoder itself loses
	// is not in it. High dynamic range is shown without tone mapping. It differs from an uninterrupted run by at most 2 codes of 1023 before
	// the resampler, where the recipe removes noise over time, and else not at all.
	After *image.RGBA

	Time  float64 // seconds from the first picture to the one shown
	Index int64   // its number among the output's pictures, from 0
	Total int64   // how many pictures the output has
	Rate  float64 // the output's pictures a second

	Notes, Warnings []string      // the plan's, in words
	Took            time.Duration // until both pictures were there; next to nothing where they were cached
}

// ErrSuperseded is the end of a preview that a newer request of the same view took the place of.
var ErrSuperseded = errors.New("a newer preview was asked for")

// PreviewFrame renders req.Recipe at req.Time. It runs ffmpeg and the network unless the pictures are cached: call it from a goroutine that may wait, and
// end ctx when the result is not wanted any more. At most two are rendered at once, others wait their turn. The first call for a capture
// measures it (see Probe), which may take seconds to a minute.
//
// Step from picture to picture by asking for Time = (Index ± 1 + 0.5) / Rate.
func (s *Service) PreviewFrame(ctx context.Context, req PreviewRequest) (shown *PreviewFrame, err error) {
	defer s.guard(req.Path, &err)
	start := time.Now()
	v := s.previews()
	ctx, done := v.begin(ctx, s.ctx, req.View)
	defer done()
	p, id, err := s.previewPlan(ctx, req.request())
	if err != nil {
		return nil, ended(ctx, named(req.Path, err))
	}
	if !(req.Time >= 0) || math.IsInf(req.Time, 0) {
		return nil, fmt.Errorf("%s: there is no picture at %g seconds", req.Path, req.Time)
	}
	n := compare.Number(p, req.Time)
	shown = &PreviewFrame{Time: float64(n) / compare.Rate(p), Index: n, Total: p.Frames, Rate: compare.Rate(p), Notes: p.Notes, Warnings: p.Warnings}
	r := &previewer{service: s, views: v, plan: p, id: id, n: n}
	if shown.Before, shown.After, err = r.both(ctx); err != nil {
		return nil, ended(ctx, named(req.Path, err))
	}
	shown.Took = time.Since(start)
	return shown, nil
}

// ended is the reason why ctx ended, if it did, and else err.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (r PreviewRequest) request() Request {
	return Request{Path: r.Path, Recipe: r.Recipe, Engine: r.Engine, Device: r.Device, Threads: r.Threads, Quick: true}
}

// previewPlan is Plan without what takes long and does not show: the sound is not measured, and the encoder is not tried. It returns the capture's
// identity besides.
func (s *Service) previewPlan(ctx context.Context, req Request) (*plan.Plan, string, error) {
	req = s.tuned(ctx, req)
	id, err := identity(req.Path)
	if err != nil {
		return nil, "", err
	}
	if err := s.Check(req); err != nil {
		return nil, "", err
	}
	src, err := s.Probe(ctx, req.Path, nil)
	if err != nil {
		return nil, "", err
	}
	in, err := s.input(ctx, req, src)
	if err != nil {
		return nil, "", err
	}
	p, err := plan.Make(in)
	return p, id, err
}

// previewer renders one picture of a plan.
type previewer struct {
	service *Service
	views   *previews
	plan    *plan.Plan
	id      string // of the capture's content
	n       int64
}

// key is what a cached thing depends on: the capture, the picture's number and whatever else is given.
func (r *previewer) key(what string, parts ...any) (string, error) {
	text, err := json.Marshal(append(parts, r.n))
	return what + "\x00" + r.id + "\x00" + string(text), err
}

// both finds the two pictures in the cache, or renders what is missing, side by side.
func (r *previewer) both(ctx context.Context) (before, after *image.RGBA, err error) {
	e := r.plan.Encode
	beforeKey, err := r.key("before", r.plan.Decode.Deinterlace, r.plan.Decode.BottomFirst, r.plan.Decode.RateNum, r.plan.Decode.RateDen, e.Width, e.Height)
	if err != nil {
		return nil, nil, err
	}
	display, err := r.displayKey()
	if err != nil {
		return nil, nil, err
	}
	raw, err := r.rawKey()
	if err != nil {
		return nil, nil, err
	}
	afterKey := "after\x00" + raw + "\x00" + display
	before, hasBefore := cached[*image.RGBA](r.views, beforeKey)
	after, hasAfter := cached[*image.RGBA](r.views, afterKey)
	if hasBefore && hasAfter {
		return before, after, nil
	}
	release, err := r.views.work(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	run, err := r.service.runner(ctx, r.plan)
	if err != nil {
		return nil, nil, err
	}
	render := &compare.Renderer{Tools: run.Tools, Engine: run.Engine, Network: run.Network}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		var err error
		defer func() { failed <- err }()
		defer r.service.guard(r.plan.Source.Path, &err)
		if !hasBefore {
			if before, err = render.Before(inner, r.plan, r.n); err == nil {
				r.views.add(beforeKey, before, len(before.Pix))
			} else {
				cancel()
			}
		}
	}()
	if !hasAfter {
		if after, err = render.After(inner, r.plan, func(ctx context.Context) (*frame.Frame, error) { return r.restored(ctx, render, raw) }); err == nil {
			r.views.add(afterKey, after, len(after.Pix))
		} else {
			cancel()
		}
	}
	other := <-failed
	if err == nil || cancelled(err) && other != nil {
		err = other
	}
	return before, after, err
}

// restored is the picture before the encoder's chain, kept so that a change of size or sharpness need not run the network again.
func (r *previewer) restored(ctx context.Context, render *compare.Renderer, key string) (*frame.Frame, error) {
	if f, ok := cached[*frame.Frame](r.views, key); ok {
		return f, nil
	}
	f, err := render.Restored(ctx, r.plan, r.n)
	if err == nil {
		r.views.add(key, f, len(f.Data))
	}
	return f, err
}

// rawKey holds what decoder and network depend on.
func (r *previewer) rawKey() (string, error) {
	n := r.plan.Network
	n.Threads, n.Batch, n.Device = 0, 0, "" // which show in no picture
	return r.key("raw", r.plan.Decode, n, r.service.networkStamp(n.Name))
}

// displayKey holds what the encoder's chain depends on: sound, tags and the file make no picture.
func (r *previewer) displayKey() (string, error) {
	e := r.plan.Encode
	return r.key("display", ffmpeg.Chain(e.Filters()), e.In, e.From, e.To)
}
