package plan

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

// Input is everything a plan is made from.
type Input struct {
	Source *source.Source
	Recipe recipe.Recipe

	Output string  // path of the finished file
	Start  float64 // seconds of the capture, from its first picture
	Length float64 // seconds; 0 is to the end

	Network *neural.Network // nil: the resampler alone
	Noise   float64         // the capture's, standard deviation in codes of 255; 0 says nothing. A network chosen by itself does no more than that calls for
	Engine  string
	Device  string
	Batch   int
	Threads int

	// Sound has one entry for each of Source.Audio, or is nil where the sound was not measured (then it is only held to the picture).
	Sound []Treatment
}

// Treatment is what core/audio decided for one track.
type Treatment struct {
	Filters []ffmpeg.Filter
	Rate    int // of what comes out, Hz
	Steps   []SoundStep
	Found   []string
	Program *audio.Program  // nil: Filters alone
	Level   *audio.Settings // nil: the loudness is in Filters, or left alone
	Layout  ffmpeg.Layout   // as SoundLayout says of this track
	Stretch ffmpeg.Stretch  // takes a drift of its clock back
}

// ErrNoVideo is a source without a picture.
var ErrNoVideo = errors.New("there is no picture in it")

// Make resolves all choices. Its errors are worded for people.
func Make(in Input) (*Plan, error) {
	if in.Source == nil || in.Source.Video == nil {
		return nil, ErrNoVideo
	}
	if !sensible(in.Source) {
		return nil, errors.New("the times in it make no sense: it is damaged, or no recording")
	}
	if err := in.Recipe.Validate(); err != nil {
		return nil, err
	}
	p := &Plan{Source: in.Source, Recipe: in.Recipe, Output: in.Output, Partial: Partial(in.Output)}
	if err := p.apart(); err != nil {
		return nil, err
	}
	v, r := in.Source.Video, in.Recipe
	p.note("%s", in.Source.Notes...)
	if err := p.fields(v, r); err != nil {
		return nil, err
	}
	p.picture(in)
	if err := p.size(in); err != nil {
		return nil, err
	}
	if err := p.span(in); err != nil {
		return nil, err
	}
	if err := p.output(in); err != nil {
		return nil, err
	}
	if err := p.streams(in); err != nil {
		return nil, err
	}
	p.estimate(in)
	return p, nil
}

// sensible tells whether all times are numbers, within 30 years.
func sensible(s *source.Source) bool {
	times := []float64{s.Duration, s.Video.Start, s.Video.Duration}
	for _, a := range s.Audio {
		times = append(times, a.Start, a.Duration)
	}
	return !slices.ContainsFunc(times, func(t float64) bool { return !(math.Abs(t) < 1e9) })
}

// apart makes sure that nothing is written over the capture: a person may restore what is named like a partial file.
func (p *Plan) apart() error {
	source, err := filepath.Abs(p.Source.Path)
	if err != nil {
		return err
	}
	for _, name := range []string{p.Output, p.Partial} {
		if name, err := filepath.Abs(name); err != nil || name == source {
			return errors.Join(err, fmt.Errorf("making %s would write over the capture; give the output another name", p.Output))
		}
	}
	return nil
}

func (p *Plan) note(format string, args ...string) {
	if format == "%s" {
		p.Notes = append(p.Notes, args...)
		return
	}
	a := make([]any, len(args))
	for i := range args {
		a[i] = args[i]
	}
	p.Notes = append(p.Notes, fmt.Sprintf(format, a...))
}

func (p *Plan) warn(format string, args ...any) {
	p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
}

// Partial is the name a file has until it is complete: beside it, same extension, so that players and ffmpeg know what it is.
func Partial(output string) string {
	ext := filepath.Ext(output)
	return strings.TrimSuffix(output, ext) + ".partial" + ext
}

// scans are those that a recipe can say.
var scans = map[recipe.Choice]source.Scan{recipe.ScanInterlaced: source.Interlaced, recipe.ScanProgressive: source.Progressive, recipe.ScanTelecine: source.HardTelecine}

// ScanOf is the scan that a capture is treated as: what was measured, unless the recipe sets another.
func ScanOf(r recipe.Recipe, v *source.Video) (scan source.Scan, set bool) {
	if scan, set = scans[r.Picture.Scan]; set {
		return scan, true
	}
	return v.Fields.Scan, false
}

// fields decides between field rate, frame rate and film.
func (p *Plan) fields(v *source.Video, r recipe.Recipe) error {
	d := &p.Decode
	d.Path, d.Stream, d.PixFmt, d.FullRange = p.Source.Path, v.Index, v.PixFmt, v.Color.Range == "pc"
	scan, set := ScanOf(r, v)
	if !set {
		if v.Fields.Ambiguous {
			p.warn("The order of this tape's fields could not be measured safely. If motion judders, set the field order by hand.")
		}
		if v.Fields.Mixed {
			p.warn("Parts of this file are of different kinds; all of it is treated as %s.", scan)
		}
		if v.Fields.Note != "" {
			p.note("%s", v.Fields.Note)
		}
	}
	order := v.Fields.Order
	switch r.Picture.FieldOrder {
	case recipe.OrderTop:
		order = source.TopFirst
	case recipe.OrderBottom:
		order = source.BottomFirst
	}
	if order == source.NoOrder && (scan == source.Interlaced || scan == source.HardTelecine) {
		if order = v.Fields.ContainerOrder; order == source.NoOrder {
			order = source.TopFirst
		}
		p.warn("The order of its fields is not known: %s is taken. If motion judders, set the field order by hand.", order)
	}
	d.BottomFirst = order == source.BottomFirst
	rate := v.Rate
	switch scan {
	case source.Interlaced:
		d.Deinterlace = ffmpeg.ToFields
		rate = rate.Times(2, 1)
		if r.Picture.Rate == recipe.RateFrames {
			d.Deinterlace, rate = ffmpeg.ToFrames, v.Rate
		}
		p.note("Interlaced, %s: deinterlaced to %s pictures a second.", string(order), rateWords(rate))
	case source.HardTelecine:
		d.Deinterlace = ffmpeg.ToFilm
		rate = rate.Times(4, 5)
		p.note("Film spread over fields (telecine): its %s pictures a second are put together again.", rateWords(rate))
	case source.SoftTelecine:
		d.Deinterlace = ffmpeg.KeepFrames
		if v.ContentRate.Den != 0 {
			rate = v.ContentRate
		}
		p.note("Film with repeat flags (soft telecine): left at its own %s pictures a second.", rateWords(rate))
	default:
		d.Deinterlace = ffmpeg.KeepFrames
		p.note("Progressive: left at its own %s pictures a second.", rateWords(rate))
	}
	if rate.Den <= 0 || rate.Num <= 0 {
		return errors.New("the rate of its pictures is not known")
	}
	d.RateNum, d.RateDen = rate.Num, rate.Den
	if v.Variable {
		d.Constant = true
		p.note("Its pictures come at uneven times: they are brought to a steady %s a second, in step with the sound.", rateWords(rate))
	}
	return nil
}

func rateWords(r source.Rational) string {
	s := fmt.Sprintf("%.3f", r.Float())
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// hqdn3dBase are hqdn3d's luma and chroma strengths, in space and time, at denoise = 50: a restrained setting for a usual tape.
var hqdn3dBase = [4]float64{4, 3, 6, 4.5}

func denoiseStrengths(denoise int) string {
	if denoise == 0 {
		return ""
	}
	var s []string
	for _, b := range hqdn3dBase {
		s = append(s, trimFloat(b*float64(denoise)/50))
	}
	return strings.Join(s, ":")
}

func trimFloat(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", f), "0"), ".")
}
