package plan

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/frame"
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
}

// ErrNoVideo is a source without a picture.
var ErrNoVideo = errors.New("there is no picture in it")

// Make resolves all choices. Its errors are worded for people.
func Make(in Input) (*Plan, error) {
	if in.Source == nil || in.Source.Video == nil {
		return nil, ErrNoVideo
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
	p.streams(in)
	p.estimate(in)
	return p, nil
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

// fields decides between field rate, frame rate and film.
func (p *Plan) fields(v *source.Video, r recipe.Recipe) error {
	d := &p.Decode
	d.Path, d.Stream, d.PixFmt, d.FullRange = p.Source.Path, v.Index, v.PixFmt, v.Color.Range == "pc"
	scan := v.Fields.Scan
	switch r.Picture.Scan {
	case recipe.ScanInterlaced:
		scan = source.Interlaced
	case recipe.ScanProgressive:
		scan = source.Progressive
	case recipe.ScanTelecine:
		scan = source.HardTelecine
	default:
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
	if rate.Den == 0 || rate.Num <= 0 {
		return fmt.Errorf("the rate of its pictures is not known")
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

// picture sets what happens at the capture's own size, and chooses the network.
func (p *Plan) picture(in Input) {
	d, r := &p.Decode, in.Recipe
	d.Deblock, d.MaskBottom = r.Picture.Deblock, r.Picture.MaskBottom
	p.Network = Network{Name: recipe.NetworkNone, Scale: 1}
	n := in.Network
	fits := n != nil && r.Upscale.Strength > 0
	if fits && n.FlipBottom && d.Deinterlace != ffmpeg.ToFields {
		fits = false
		p.note("The network %s is made for interlaced tape at field rate; this one is enlarged by the resampler.", n.Name)
	}
	if !fits {
		d.Denoise = denoiseStrengths(r.Picture.Denoise)
		return
	}
	p.Network = Network{Name: n.Name, Strength: r.Upscale.Strength, Engine: in.Engine, Device: in.Device, Batch: in.Batch, Threads: in.Threads, Scale: n.Scale}
	if n.Companion {
		d.Companion = n.Meta["companion"]
		if d.Companion == "" {
			d.Companion = denoiseStrengths(50)
		}
		p.note("The network %s removes the noise; the denoise setting is not used.", n.Name)
	} else {
		d.Denoise = denoiseStrengths(r.Picture.Denoise)
	}
}

// size resolves the geometry: sample aspect to square pixels, even sizes all the way.
func (p *Plan) size(in Input) error {
	v, d, r := in.Source.Video, &p.Decode, in.Recipe
	w, h := v.Width, v.Height
	sar := v.SAR
	if v.Rotation == 90 || v.Rotation == 270 {
		w, h = h, w
		sar = source.Rational{Num: sar.Den, Den: sar.Num}
	}
	if sar.Den == 0 || sar.Num <= 0 {
		sar = source.Rational{Num: 1, Den: 1}
	}
	if w < 16 || h < 16 {
		return fmt.Errorf("its picture of %dx%d is too small", w, h)
	}
	// ITU-R BT.601 sampling: 720 samples are wider than the 4:3 (or 16:9) picture, which is the middle 704; the rest is blanking.
	if w == 720 && slices.Contains([]source.Rational{{Num: 10, Den: 11}, {Num: 12, Den: 11}, {Num: 40, Den: 33}, {Num: 16, Den: 11}}, sar) {
		d.CropWidth, w = 704, 704
		p.note("Sampled by BT.601: the picture is the middle 704 of 720 columns.")
	}
	d.PadRight, d.PadBottom = w&1, h&1
	pw, ph := w+w&1, h+h&1
	d.Out = frame.Format{Width: pw, Height: ph, Chroma: frame.YUV420, Depth: 10}
	if d.Companion != "" {
		d.Out.Height *= 2
	}
	if err := d.Out.Validate(); err != nil {
		return err
	}
	e := &p.Encode
	e.In = frame.Format{Width: pw * p.Network.Scale, Height: ph * p.Network.Scale, Chroma: frame.YUV420, Depth: 10}
	e.SARNum, e.SARDen = 1, 1
	if err := e.In.Validate(); err != nil {
		return fmt.Errorf("the network %s would make it too large: %w", p.Network.Name, err)
	}
	height := r.Upscale.Height
	if height == 0 {
		height = ph
	}
	height += height & 1
	width := float64(pw) * float64(sar.Num) / float64(sar.Den) * float64(height) / float64(ph)
	e.Width, e.Height = 2*int(math.Round(width/2)), height
	if err := (frame.Format{Width: e.Width, Height: e.Height, Chroma: frame.YUV420, Depth: 10}).Validate(); err != nil {
		return fmt.Errorf("the output would be %dx%d: %w", e.Width, e.Height, err)
	}
	if n := in.Network; n != nil && p.Network.Name == n.Name {
		p.Network.MACs = n.MACs(pw, ph)
	}
	return nil
}

// span cuts the wanted part out on picture boundaries and counts what comes out.
func (p *Plan) span(in Input) error {
	v, d, e := in.Source.Video, &p.Decode, &p.Encode
	coded := v.Rate.Float()
	if p.Source.Video.Fields.Scan == source.SoftTelecine && v.ContentRate.Den != 0 {
		coded = v.ContentRate.Float()
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
