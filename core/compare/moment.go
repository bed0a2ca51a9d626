// Package compare makes single pictures of a plan, before and after, so that people can judge it before a tape runs.
package compare

import (
	"math"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
)

// leadIn is how many coded frames are decoded before the first that is wanted, so that the temporal denoiser has settled. It forgets fast: after 8 frames
// a worn tape differs from an uninterrupted run by 1 code of 1023 in one sample of 4,000, at twice the usual strength by 2 codes, and longer leads bring
// no more (its rounding has more than one resting place).
const leadIn = 12

// margins are how many seconds earlier than needed to seek, one after the other while a seek lands too late. Program and transport streams have no index:
// seeks land on the next group of pictures, which is half a second on DVDs, and longer elsewhere. Other containers do as they are told.
func margins(p *plan.Plan) []float64 {
	if strings.HasPrefix(p.Source.Format, "mpeg") {
		return []float64{0.8, 3, 12, math.Inf(1)}
	}
	return []float64{0.1, 3, 12, math.Inf(1)}
}

// tooLate is how many seconds after the time that was asked for the first picture lies where the seek landed too late: it is half a coded frame's time
// where it did not, because half a frame before it is where the cut is made.
func tooLate(p *plan.Plan) float64 {
	coded, pictures := cycles(p.Decode)
	return float64(pictures) / float64(coded) / Rate(p)
}

// Number is the number of the plan's picture that is on show at seconds after the first picture; the last where the capture has ended by then.
func Number(p *plan.Plan, seconds float64) int64 {
	n := int64(math.Floor(seconds*Rate(p) + 1e-6))
	return max(0, min(n, p.Frames-1))
}

// Rate is the plan's pictures a second.
func Rate(p *plan.Plan) float64 { return float64(p.Encode.RateNum) / float64(p.Encode.RateDen) }

// cycles tells how pictures and coded frames go together: of every coded frames come pictures.
func cycles(d ffmpeg.DecodeSpec) (coded, pictures int64) {
	switch d.Deinterlace {
	case ffmpeg.ToFields:
		return 1, 2
	case ffmpeg.ToFilm:
		return 5, 4
	}
	return 1, 1
}

// windowOf is d decoding from picture first of an uncut capture, whose first picture lies offset seconds after the file's beginning, and count pictures on. The
// seek is margin seconds early.
func windowOf(d ffmpeg.DecodeSpec, offset float64, first, count int64, margin float64) ffmpeg.DecodeSpec {
	coded, pictures := cycles(d)
	cycle := max(0, first/pictures-(leadIn+coded-1)/coded)
	d.Skip, d.Most = first-cycle*pictures, count
	if cycle == 0 || math.IsInf(margin, 1) {
		d.Skip = first
		return d
	}
	rate := float64(d.RateNum) / float64(d.RateDen) // of pictures
	if d.Constant {
		// The steady rate's grid begins with the file's clock, to which the first picture is rounded: times must stay on it.
		grid := math.Round(offset * rate)
		at := (grid + float64(cycle*pictures)) / rate
		early := math.Ceil(margin*rate) / rate
		if at > early {
			d.Seek, d.From = at-early, early
		} else {
			d.Skip = first
		}
		return d
	}
	d.Seek = offset + (float64(cycle*pictures)-0.5*float64(pictures)/float64(coded))/rate
	return d.Early(margin)
}
