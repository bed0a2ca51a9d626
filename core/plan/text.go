package plan

import (
	"fmt"
	"math"
	"strings"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/recipe"
)

// Text is the whole plan for people: what the capture is, every step, what comes out.
func (p *Plan) Text() string {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-10s %s\n", label, fmt.Sprintf(format, args...))
	}
	list := func(label string, lines []string) {
		for _, l := range lines {
			line(label, "%s", l)
			label = ""
		}
	}
	v := p.Source.Video
	line("Capture", "%s", p.Source.Path)
	line("", "%s, %s %dx%d, %s, %d frames at %s, sample aspect %s", p.Source.Standard, v.Codec, v.Width, v.Height, v.PixFmt, v.Frames, v.Rate, v.SAR)
	line("Preset", "%s", p.Recipe.Title)
	list("Decided", p.Notes)
	line("Decode", "%s", ffmpeg.Chain(p.Decode.Filters()))
	if p.Decode.Companion != "" {
		line("", "and beside it hqdn3d=%s", p.Decode.Companion)
	}
	if n := p.Network; n.Name == recipe.NetworkNone {
		line("Network", "none: enlarged by the resampler (Lanczos)")
	} else {
		line("Network", "%s at %d %%, %d times larger, %.2f billion multiply-adds a picture", n.Name, n.Strength, n.Scale, float64(n.MACs)/1e9)
		if !n.Still.Off() {
			line("", "what changes by less than %s of 255 levels is held still", trimFloat(math.Round(100*n.Still.Change)/100))
		}
		line("", "engine %s%s, %s", n.Engine, prefix(" on ", n.Device), batchWords(n.Batch))
	}
	e := p.Encode
	line("Encode", "%s", ffmpeg.Chain(e.Filters()))
	line("", "%s, quality %d, %s; %dx%d at %d/%d, %d pictures", e.Encoder, e.Quality, e.Container, e.Width, e.Height, e.RateNum, e.RateDen, e.Frames)
	for i, a := range e.Audio {
		what := "copied as it is"
		if !a.Copy {
			what = a.Codec
			if a.Bitrate > 0 {
				what += fmt.Sprintf(" %d kbit/s", a.Bitrate)
			}
			what += layoutWords(a)
			if len(a.Filters) > 0 {
				what += ": " + ffmpeg.Chain(a.Filters)
			}
		}
		line(fmt.Sprintf("Sound %d", i+1), "%s", what)
		if i < len(p.Sound) {
			list("", p.Sound[i].Found)
			for _, s := range p.Sound[i].Steps {
				line("", "%s: %s", s.Name, s.Why)
			}
			if words := askedWords(p.Recipe.Sound); words != "" && !a.Copy {
				line("", "as asked for, where they are needed: %s", words)
			}
		}
	}
	if len(p.Source.Audio) == 0 {
		line("Sound", "none in the capture")
	}
	if n := len(e.Subtitles); n > 0 {
		line("Subtitles", "%d kept", n)
	}
	if n := len(p.Source.Chapters); n > 0 {
		line("Chapters", "%d kept", n)
	}
	list("Warning", p.Warnings)
	line("Output", "%s", p.Output)
	line("Estimate", "%s on disk, %s of memory, no temporary files", megabytes(p.Estimate.Size), megabytes(int64(p.Estimate.Memory)))
	return b.String()
}

// askedWords says which steps of the sound's repair act in another way than usual; nothing where none does.
func askedWords(s recipe.Sound) string {
	if s.Mode == recipe.SoundOff {
		return ""
	}
	var words []string
	for name, percent := range s.Steps.All() {
		if percent == 0 {
			words = append(words, "no "+name)
		} else {
			words = append(words, fmt.Sprintf("%s at %d %%", name, percent))
		}
	}
	return strings.Join(words, ", ")
}

func prefix(p, s string) string {
	if s == "" {
		return ""
	}
	return p + s
}

func batchWords(n int) string {
	if n == 0 {
		return "batch size chosen by the engine"
	}
	return fmt.Sprintf("batches of %d", n)
}

func megabytes(n int64) string {
	if n >= 10e9 {
		return fmt.Sprintf("%.0f GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.0f MB", max(1, float64(n)/1e6))
}
