package plan

import (
	"errors"
	"fmt"
	"math"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/source"
)

// span cuts the wanted part out on picture boundaries and counts what comes out.
func (p *Plan) span(in Input) error {
	v, d, e := in.Source.Video, &p.Decode, &p.Encode
	coded := v.Rate.Float()
	if p.Source.Video.Fields.Scan == source.SoftTelecine && v.ContentRate.Den != 0 {
		coded = v.ContentRate.Float()
	}
	if !(coded > 0) {
		return errors.New("the rate of its pictures is not known")
	}
	frames := v.Frames
	if frames == 0 || v.Variable && v.Duration > 0 { // gaps are filled
		frames = int64(math.Round(v.Duration * coded))
	}
	first := int64(0)
	fileStart := p.fileStart()
	offset := v.Start - fileStart
	if in.Start < 0 || in.Length < 0 || math.IsNaN(in.Start+in.Length) || math.IsInf(in.Start+in.Length, 0) {
		return fmt.Errorf("a part of it can't start at %g s and last %g s", in.Start, in.Length)
	}
	if in.Start > 0 || in.Length > 0 {
		if in.Start*coded >= float64(frames)-0.5 {
			return fmt.Errorf("it ends at %.2f s, before the start at %.2f s", float64(frames)/coded, in.Start)
		}
		first = int64(math.Round(in.Start * coded))
		frames -= first
		if in.Length > 0 {
			frames = max(1, int64(math.Round(min(float64(frames), in.Length*coded))))
			d.Duration = (float64(frames) + 0.5) / coded
			if first == 0 {
				d.Duration = float64(frames)/coded + offset - 0.25/coded
			}
		}
		if first > 0 {
			d.Seek = offset + (float64(first)-0.5)/coded
			e.Seek = offset + float64(first)/coded
		}
	}
	if e.Seek == 0 && offset > 1e-6 {
		e.Shift = -offset
	}
	*d = d.Early(p.Source.SeekMargin())
	switch {
	case d.Constant:
		p.Frames = int64(math.Round(float64(frames) / coded * float64(d.RateNum) / float64(d.RateDen)))
	case d.Deinterlace == ffmpeg.ToFields:
		p.Frames = 2 * frames
	case d.Deinterlace == ffmpeg.ToFilm:
		p.Frames = frames - frames/5
	default:
		p.Frames = frames
	}
	if p.Frames < 1 {
		return fmt.Errorf("there is not a single picture in it")
	}
	e.RateNum, e.RateDen, e.Frames = d.RateNum, d.RateDen, p.Frames
	return nil
}

// fileStart is what ffmpeg takes for the file's beginning: the earliest of all streams.
func (p *Plan) fileStart() float64 {
	start := p.Source.Video.Start - p.Source.Video.Lead
	for _, a := range p.Source.Audio {
		start = min(start, a.Start)
	}
	return start
}
