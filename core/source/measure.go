package source

import (
	"context"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/tapelight/tapelight/core/ffmpeg"
)

const (
	wholeSeconds  = 30  // files up to this long are measured from end to end
	windowSeconds = 2.5 // else this much at a time, about as long as a shot
	windowCount   = 12
	chunkPairs    = 75 // pairs that get one verdict: a window's worth
	lumaWidth     = 360
	beside        = 2 // windows decoded at the same time
)

// sample is what one stretch of the file says.
type sample struct {
	readings []reading
	idet     ffmpeg.IdetStats
	err      error
}

// plan spreads windows over duration seconds. Round 1 lies between the windows of round 0.
func windows(duration float64, round int) (starts []float64, span float64) {
	if duration <= wholeSeconds {
		if round > 0 {
			return nil, 0
		}
		return []float64{0}, wholeSeconds + 5
	}
	step := duration / windowCount
	for i := range windowCount {
		at := step*(float64(i)+0.5+float64(round)/2) - windowSeconds/2
		if at+windowSeconds <= duration {
			starts = append(starts, at)
		}
	}
	return starts, windowSeconds
}

// look decodes windows of the picture stream and reads each. Windows that can't be decoded hold their error; only ctx's end is returned.
func look(ctx context.Context, tools *ffmpeg.Tools, path string, v *Video, starts []float64, span float64, progress func(string)) ([]sample, error) {
	crop := v.Height / 32 &^ 1 // even, so that the top field stays on even lines
	width, height := min(v.Width, lumaWidth), v.Height-2*crop
	samples := make([]sample, len(starts))
	var done atomic.Int32
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(beside)
	for i, at := range starts {
		group.Go(func() error {
			m := newMeter(width, height)
			w := ffmpeg.Window{Stream: v.Index, Start: at, Span: span, Width: width, Height: height, Crop: crop}
			samples[i].idet, samples[i].err = tools.Look(gctx, path, w, m.add)
			samples[i].readings = readAll(m.pairs)
			progress(fmt.Sprintf("measuring fields, %d of %d", done.Add(1), len(starts)))
			return gctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, context.Cause(ctx)
	}
	return samples, nil
}

// readAll cuts pairs into even parts of about chunkPairs and reads each.
func readAll(pairs []pair) (out []reading) {
	n := max((len(pairs)+chunkPairs/2)/chunkPairs, 1)
	for i := range n {
		if part := pairs[i*len(pairs)/n : (i+1)*len(pairs)/n]; len(part) > 0 {
			out = append(out, read(part))
		}
	}
	return out
}

// claim is what the file says of its fields.
type claim struct {
	scan  Scan
	order FieldOrder
	soft  float64 // share of frames with a repeated field, 0..1
}

// claimOf reads the container's word, and the frames' own flags: those of the codecs that can repeat fields, or of any where the container
// does not say.
func claimOf(ctx context.Context, tools *ffmpeg.Tools, path string, s *ffmpeg.ProbeStream, duration float64) (claim, []ffmpeg.FrameFlags, error) {
	c := claim{scan: Unknown}
	switch s.FieldOrder {
	case "progressive":
		c.scan = Progressive
	case "tt", "tb": // by ffmpeg's own writers and Matroska, "tb" is interleaved with the top field shown first
		c.scan, c.order = Interlaced, TopFirst
	case "bb", "bt":
		c.scan, c.order = Interlaced, BottomFirst
	}
	repeats := s.Codec == "mpeg2video" || s.Codec == "h264" || s.Codec == "vc1" || s.Codec == "hevc"
	at := []float64{0}
	if repeats && duration > 20 {
		at = append(at, duration*0.3, duration*0.5, duration*0.8)
	}
	var all, first []ffmpeg.FrameFlags
	for i, start := range at {
		f, err := tools.Flags(ctx, path, s.Index, start, 1.5)
		if ctx.Err() != nil {
			return c, nil, context.Cause(ctx)
		}
		if err != nil { // that part is damaged: others may not be
			continue
		}
		if i == 0 {
			first = f
		}
		all = append(all, f...)
	}
	var interlaced, top, repeated int
	for _, f := range all {
		if f.Interlaced {
			interlaced++
			if f.TopFirst {
				top++
			}
		}
		if f.Repeat == 1 {
			repeated++
		}
	}
	if n := len(all); n > 0 {
		c.soft = float64(repeated) / float64(n)
		if (c.scan == Unknown || c.scan == Progressive) && 2*interlaced > n {
			c.scan, c.order = Interlaced, BottomFirst
			if 2*top > interlaced {
				c.order = TopFirst
			}
		}
		if c.soft > 0.3 && c.soft < 0.7 {
			c.scan, c.order = SoftTelecine, NoOrder
		}
	}
	return c, first, nil
}
