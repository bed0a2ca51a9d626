package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

var speeds = map[recipe.Choice]ffmpeg.Speed{recipe.SpeedFast: ffmpeg.Fast, recipe.SpeedMedium: ffmpeg.Medium, recipe.SpeedSlow: ffmpeg.Slow}

// output sets encoder, container and colours.
func (p *Plan) output(in Input) error {
	r, e := in.Recipe, &p.Encode
	enc, err := ffmpeg.LookupEncoder(r.Output.Encoder)
	if err != nil {
		return err
	}
	e.Encoder, e.Quality, e.Speed, e.Container = enc.Name, r.Output.Quality, speeds[r.Output.Speed], string(r.Output.Container)
	if !slices.Contains(enc.Containers, e.Container) {
		return fmt.Errorf("%s can't go into a .%s file; choose %s", enc.Title, e.Container, strings.Join(enc.Containers, " or "))
	}
	e.Sharpen, e.Path, e.Source = r.Picture.Sharpen, p.Partial, p.Source.Path
	e.From, e.To = colors(p.Source.Video.Color, p.Source.Standard)
	if ffmpeg.IsRGB(p.Source.Video.PixFmt) {
		e.From.Matrix = ffmpeg.RGBMatrix // the decoder's doing
		if e.To != ffmpeg.HD {
			e.To.Matrix = "bt2020nc"
		}
	}
	if p.Source.Video.Color.Assumed {
		p.note("The file does not name its colours; those of %s are assumed.", standardWords(p.Source.Standard))
	}
	e.Comment = p.comment()
	return nil
}

func standardWords(s source.Standard) string {
	if s == source.Other {
		return "HD video (BT.709)"
	}
	return string(s) + " video (BT.601)"
}

func (p *Plan) comment() string {
	how := "resampled"
	if p.Network.Name != recipe.NetworkNone {
		how = fmt.Sprintf("network %s %d %%", p.Network.Name, p.Network.Strength)
	}
	return fmt.Sprintf("Restored by Tapelight: preset %s, %s", p.Recipe.Name, how)
}

// colors resolves what comes in and what goes out: BT.709, but for high dynamic range and wide gamut, which stay what they are.
func colors(c source.Color, s source.Standard) (from, to ffmpeg.ColorSpace) {
	from = ffmpeg.ColorSpace{Matrix: c.Matrix, Primaries: c.Primaries, Transfer: c.Transfer}
	def := ffmpeg.HD
	switch s {
	case source.NTSC:
		def = ffmpeg.ColorSpace{Matrix: "smpte170m", Primaries: "smpte170m", Transfer: "smpte170m"}
	case source.PAL:
		def = ffmpeg.ColorSpace{Matrix: "bt470bg", Primaries: "bt470bg", Transfer: "smpte170m"}
	}
	pick := func(v *string, fallback string, known ...string) {
		if !slices.Contains(known, *v) {
			*v = fallback
		}
	}
	pick(&from.Matrix, def.Matrix, "bt709", "smpte170m", "bt470bg", "smpte240m", "fcc", "bt2020nc")
	pick(&from.Primaries, def.Primaries, "bt709", "smpte170m", "bt470bg", "bt470m", "smpte240m", "bt2020")
	// Gamma 2.2 and 2.8 in the tags of old captures are nominal: the cameras followed BT.601's curve.
	pick(&from.Transfer, def.Transfer, "bt709", "smpte170m", "iec61966-2-1", "smpte2084", "arib-std-b67", "bt2020-10")
	if from.Transfer == "smpte2084" || from.Transfer == "arib-std-b67" || from.Primaries == "bt2020" {
		return from, from
	}
	return from, ffmpeg.HD
}

// streams decides what becomes of sound, subtitles and the rest.
func (p *Plan) streams(in Input) error {
	e := &p.Encode
	for i, a := range p.Source.Audio {
		t := Treatment{Rate: outputRate(a.Rate), Layout: SoundLayout(in.Recipe, a, false)}
		if i < len(in.Sound) {
			t = in.Sound[i]
			if t.Rate == 0 {
				t.Rate = outputRate(a.Rate)
			}
		}
		track, err := p.track(i, a, t, in)
		if err != nil {
			return err
		}
		e.Audio = append(e.Audio, track)
		if in.Recipe.Sound.Keeps(i) {
			t = Treatment{}
		}
		p.Sound = append(p.Sound, SoundTrack{Stream: a.Index, Steps: t.Steps, Found: t.Found, Program: t.Program, Level: t.Level})
	}
	for _, s := range p.Source.Subtitles {
		codec := ""
		switch {
		case e.Container == "mkv" && s.Codec == "mov_text":
			codec = "srt"
		case e.Container == "mkv" && s.Codec != "eia_608" && s.Codec != "dvb_teletext":
			codec = "copy"
		case e.Container != "mkv" && s.Text:
			codec = "mov_text"
		}
		if codec == "" {
			p.warn("A .%s file can't hold the subtitle of kind %s: it is left out.", e.Container, s.Codec)
			continue
		}
		e.Subtitles = append(e.Subtitles, ffmpeg.SubtitleTrack{Stream: s.Index, Codec: codec, Language: s.Language, Title: s.Title})
	}
	for _, o := range p.Source.Other {
		p.warn("Left out: %s.", o)
	}
	return nil
}

// estimate foresees size and memory. Bits a pixel are from the encoders' table; memory was fitted to measured runs.
func (p *Plan) estimate(in Input) {
	e := &p.Encode
	enc, _ := ffmpeg.LookupEncoder(e.Encoder)
	bits := enc.Bits * float64(e.Width*e.Height) * float64(p.Frames)
	if !enc.Lossless {
		bits *= math.Exp2(float64(e.Quality-60) / 25)
	}
	for _, a := range e.Audio {
		kbits := a.Bitrate
		if kbits == 0 {
			kbits = 700 * max(a.Channels, 1) / 2
		}
		bits += float64(kbits) * 1000 * e.Duration()
	}
	p.Estimate.Size = int64(bits / 8)
	frameBytes := uint64(e.Width*e.Height) * 3
	p.Estimate.Memory = 150<<20 + uint64(e.In.Bytes())*20 + frameBytes*40
}
