package recipe

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// FieldError is one value outside its range. Key is the TOML path ("upscale.height"); Allowed says what may stand there.
type FieldError struct {
	File    string // empty for recipes that are not from a file
	Line    int    // 1-based, 0 where unknown
	Key     string
	Value   string
	Allowed string
}

func (e *FieldError) Error() string {
	where := ""
	if e.File != "" {
		where = e.File
		if e.Line > 0 {
			where += fmt.Sprintf(":%d", e.Line)
		}
		where += ": "
	}
	if e.Value == "" && e.Allowed == "" {
		return fmt.Sprintf("%sthere is no setting %q", where, e.Key)
	}
	return fmt.Sprintf("%s%s = %s is not allowed; it may be %s", where, e.Key, e.Value, e.Allowed)
}

// Field describes one setting, for validation, for help texts and for the window.
type Field struct {
	Key      string
	Choices  []Choice // a fixed set, or
	Min, Max float64  // a range
	Zero     bool     // 0 is allowed besides the range; of choices: saying nothing means the first
	get      func(*Recipe) any
}

// Allowed is the range in words.
func (f Field) Allowed() string {
	if f.Choices != nil {
		var s []string
		for _, c := range f.Choices {
			s = append(s, fmt.Sprintf("%q", string(c)))
		}
		return strings.Join(s, ", ")
	}
	r := fmt.Sprintf("%g to %g", f.Min, f.Max)
	if f.Zero {
		r = "0 or " + r
	}
	return r
}

// Fields lists all settings with a closed range, in the order of the file.
func Fields() []Field {
	choice := func(key string, get func(*Recipe) Choice, c ...Choice) Field {
		return Field{Key: key, Choices: c, get: func(r *Recipe) any { return get(r) }}
	}
	choiceOrNone := func(key string, get func(*Recipe) Choice, c ...Choice) Field {
		return Field{Key: key, Choices: c, Zero: true, get: func(r *Recipe) any { return get(r) }}
	}
	number := func(key string, lo, hi float64, zero bool, get func(*Recipe) any) Field {
		return Field{Key: key, Min: lo, Max: hi, Zero: zero, get: get}
	}
	return []Field{
		choice("picture.scan", func(r *Recipe) Choice { return r.Picture.Scan }, ScanAuto, ScanInterlaced, ScanProgressive, ScanTelecine),
		choice("picture.field_order", func(r *Recipe) Choice { return r.Picture.FieldOrder }, OrderAuto, OrderTop, OrderBottom),
		choice("picture.rate", func(r *Recipe) Choice { return r.Picture.Rate }, RateFields, RateFrames),
		number("picture.denoise", 0, 100, false, func(r *Recipe) any { return r.Picture.Denoise }),
		number("picture.sharpen", 0, 100, false, func(r *Recipe) any { return r.Picture.Sharpen }),
		number("picture.mask_bottom", 0, 32, false, func(r *Recipe) any { return r.Picture.MaskBottom }),
		number("upscale.strength", 0, 100, false, func(r *Recipe) any { return r.Upscale.Strength }),
		number("upscale.height", 240, 4320, true, func(r *Recipe) any { return r.Upscale.Height }),
		choice("sound.mode", func(r *Recipe) Choice { return r.Sound.Mode }, SoundAuto, SoundOff, SoundLight, SoundVoice, SoundMusic, SoundStrong),
		number("sound.loudness", -36, -9, true, func(r *Recipe) any { return r.Sound.Loudness }),
		choice("sound.codec", func(r *Recipe) Choice { return r.Sound.Codec }, CodecAuto, CodecAAC, CodecOpus, CodecFLAC, CodecPCM, CodecAC3, CodecEAC3),
		number("sound.bitrate", 64, 640, true, func(r *Recipe) any { return r.Sound.Bitrate }),
		choiceOrNone("sound.layout", func(r *Recipe) Choice { return r.Sound.Layout }, LayoutFound, LayoutAuto, LayoutMono, LayoutStereo, Layout51, Layout71),
		choiceOrNone("sound.tracks", func(r *Recipe) Choice { return r.Sound.Tracks }, TracksAll, TracksFirst, TracksCopy),
		number("sound.treble", 0, 100, false, func(r *Recipe) any { return r.Sound.Treble }),
		choice("output.container", func(r *Recipe) Choice { return r.Output.Container }, ContainerMKV, ContainerMP4, ContainerMOV),
		number("output.quality", 0, 100, false, func(r *Recipe) any { return r.Output.Quality }),
		choice("output.speed", func(r *Recipe) Choice { return r.Output.Speed }, SpeedFast, SpeedMedium, SpeedSlow),
	}
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// Validate returns a *FieldError for the first setting outside its range.
func (r *Recipe) Validate() error {
	if !nameForm.MatchString(r.Name) {
		return &FieldError{File: r.File, Key: "name", Value: fmt.Sprintf("%q", r.Name), Allowed: "1 to 64 small letters, digits, - and _"}
	}
	for _, f := range Fields() {
		bad := false
		var shown string
		switch v := f.get(r).(type) {
		case Choice:
			bad, shown = !slices.Contains(f.Choices, v) && !(f.Zero && v == ""), fmt.Sprintf("%q", string(v))
		case int:
			bad, shown = !f.holds(float64(v)), fmt.Sprint(v)
		case float64:
			bad, shown = !f.holds(v), fmt.Sprint(v)
		}
		if bad {
			return &FieldError{File: r.File, Key: f.Key, Value: shown, Allowed: f.Allowed()}
		}
	}
	if _, err := ParseSteps(string(r.Sound.Steps)); err != nil {
		if fe, ok := errors.AsType[*FieldError](err); ok {
			fe.File = r.File
		}
		return err
	}
	for _, s := range []struct{ key, value string }{{"upscale.network", r.Upscale.Network}, {"output.encoder", r.Output.Encoder}} {
		if strings.TrimSpace(s.value) == "" {
			return &FieldError{File: r.File, Key: s.key, Value: `""`, Allowed: "a name"}
		}
	}
	return nil
}

func (f Field) holds(v float64) bool { return v >= f.Min && v <= f.Max || f.Zero && v == 0 }
