package core

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

func commas(s []string) string { return strings.Join(s, ", ") }

// Facts is what a capture is, in a line for people: "NTSC, interlaced, 0:58:12, stereo".
func Facts(s *source.Source) string {
	var parts []string
	if s.Standard != source.Other && s.Standard != "" {
		parts = append(parts, string(s.Standard))
	}
	if v := s.Video; v != nil {
		scan := string(v.Fields.Scan)
		if v.Fields.Scan == source.HardTelecine || v.Fields.Scan == source.SoftTelecine {
			scan = "film"
		}
		parts = append(parts, fmt.Sprintf("%dx%d", v.Width, v.Height), scan)
	}
	parts = append(parts, Clock(time.Duration(s.Duration*float64(time.Second))))
	switch n := len(s.Audio); {
	case n == 0:
		parts = append(parts, "no sound")
	case n > 1:
		parts = append(parts, fmt.Sprintf("%d sound tracks", n))
	case s.Audio[0].Channels == 1:
		parts = append(parts, "mono")
	case s.Audio[0].Channels == 2:
		parts = append(parts, "stereo")
	default:
		parts = append(parts, fmt.Sprintf("%d channels", s.Audio[0].Channels))
	}
	return commas(parts)
}

// Summary is what a plan does, in a line for people.
func Summary(p *plan.Plan) string {
	how := "resampled"
	if p.Network.Name != recipe.NetworkNone {
		how = p.Network.Name
	}
	rate := fmt.Sprintf("%.4g", float64(p.Encode.RateNum)/float64(p.Encode.RateDen))
	return fmt.Sprintf("%dx%d at %s pictures a second, %s, %s", p.Encode.Width, p.Encode.Height, rate, how, p.Encode.Encoder)
}

// sentence begins a stage's name with a capital.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// seconds is a number of seconds as a duration.
func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// Clock writes a duration as h:mm:ss; less than none is 0:00:00.
func Clock(d time.Duration) string {
	t := int64(math.Round(max(0, d).Seconds()))
	return fmt.Sprintf("%d:%02d:%02d", t/3600, t/60%60, t%60)
}

// Bytes writes a size for people, in powers of 1000 and three digits.
func Bytes(n int64) string {
	f, units := float64(n), []string{"B", "kB", "MB", "GB", "TB"}
	i := 0
	for math.Abs(f) >= 999.5 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	digits := 0
	switch {
	case i == 0 || math.Abs(f) >= 99.95:
	case math.Abs(f) >= 9.995:
		digits = 1
	default:
		digits = 2
	}
	return fmt.Sprintf("%.*f %s", digits, f, units[i])
}
