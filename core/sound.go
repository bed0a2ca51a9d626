package core

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

// treat measures every track of the wanted part and plans its restoration, tracks that are kept as they are left out. Results are cached by content and wish.
func (s *Service) treat(ctx context.Context, id string, src *source.Source, req Request, progress func(string)) ([]plan.Treatment, error) {
	r := req.Recipe.Sound
	if len(src.Audio) == 0 || r.Keeps(0) || r.Mode == recipe.SoundOff && r.KeepsLayout() {
		return nil, nil
	}
	wish := soundWish{Sound: r, Start: req.Start, Length: req.Length}
	for _, a := range src.Audio { // the file has its say in the layout
		wish.Layouts = append(wish.Layouts, plan.SoundLayout(req.Recipe, a, false), plan.SoundLayout(req.Recipe, a, true))
	}
	key, err := wish.key(id)
	if err != nil {
		return nil, err
	}
	if t, ok := s.sounds.Get(key); ok {
		return t, nil
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]plan.Treatment, len(src.Audio))
	for i, a := range src.Audio {
		if r.Keeps(i) {
			continue
		}
		if len(src.Audio) == 1 {
			progress("Measuring the sound")
		} else {
			progress(fmt.Sprintf("Measuring sound track %d of %d", i+1, len(src.Audio)))
		}
		if out[i], err = treatTrack(ctx, t, src, a, req); err != nil {
			return nil, fmt.Errorf("measure sound track %d: %w", i+1, err)
		}
	}
	s.sounds.Add(key, out)
	return out, nil
}

// soundWish is all that a treatment depends on besides the capture.
type soundWish struct {
	Sound         recipe.Sound
	Start, Length float64
	Layouts       []ffmpeg.Layout // of each track, with two different sides and with equal ones
}

func (w soundWish) key(id string) (string, error) {
	text, err := json.Marshal(w)
	return id + "\x00" + string(text), err
}

// unrestored says why a track can't be restored; nothing where it can: the file that restored sound waits in holds eight channels, in the usual order.
func unrestored(a source.Audio) string {
	switch {
	case a.Channels > 8:
		return fmt.Sprintf("The track has %d channels; what has more than eight is not restored.", a.Channels)
	case a.Channels > 2 && !slices.Contains([]string{"5.0", "5.0(side)", "5.1", "5.1(side)", "6.1", "7.1"}, a.Layout) && (a.Layout != "" || a.Channels != 6 && a.Channels != 8):
		return fmt.Sprintf("The track's %d channels are arranged in a rare way (%s); such a track is not restored.", a.Channels, cmp.Or(a.Layout, "unknown"))
	}
	return ""
}

func treatTrack(ctx context.Context, t *ffmpeg.Tools, src *source.Source, a source.Audio, req Request) (plan.Treatment, error) {
	r := req.Recipe.Sound
	if a.Channels < 1 || a.Rate < 1 {
		return plan.Treatment{}, nil
	}
	one := soundTrack{tools: t, path: src.Path, track: a, start: onFileClock(src, req.Start), length: seconds(req.Length), timed: timed(src)}
	one.layout = func(same bool) ffmpeg.Layout { return plan.SoundLayout(req.Recipe, a, same) }
	if r.Mode == recipe.SoundOff {
		return one.mixed(ctx)
	}
	if why := unrestored(a); why != "" {
		out, err := one.mixed(ctx)
		out.Found = append(out.Found, why)
		return out, err
	}
	return one.restored(ctx, soundSettings(r))
}

// soundSettings are the wishes of a recipe as the repair takes them.
func soundSettings(r recipe.Sound) audio.Settings {
	s := audio.Settings{Mode: audio.Mode(r.Mode), TargetLUFS: r.Loudness, KeepLoudness: r.Loudness == 0, Treble: float64(r.Treble) / 100}
	for name, percent := range r.Steps.All() {
		if s.Strength == nil {
			s.Strength = map[audio.StepName]float64{}
		}
		s.Strength[audio.StepName(name)] = float64(percent) / 100
	}
	return s
}

// onFileClock is a time from the first picture on as the file's clock has it, which starts with its earliest stream. The beginning is the file's, whatever lies
// before the first picture.
func onFileClock(src *source.Source, start float64) time.Duration {
	if start <= 0 {
		return 0
	}
	begin := src.Video.Start - src.Video.Lead
	for _, a := range src.Audio {
		begin = min(begin, a.Start)
	}
	return seconds(src.Video.Start - begin + start)
}

// timed tells whether a capture's container has times of its own for its sound. AVI counts bytes, and what it makes of those is no clock.
func timed(src *source.Source) bool { return !strings.Contains(src.Format, "avi") }

// driftOf is the drift that a clock has heard, and what is to be said of it; none where there is nothing to mend.
func driftOf(clock *ffmpeg.SoundClock, timed bool) (d ffmpeg.Drift, found []string) {
	d, known := clock.Drift()
	switch {
	case !known || !timed:
		return ffmpeg.Drift{}, nil
	case d.Steady():
		return d, []string{fmt.Sprintf("The sound's clock runs %.0f ppm %s against the picture's: %.0f ms in all.", 1e6*math.Abs(d.Rate), map[bool]string{true: "slow", false: "fast"}[d.Rate > 0], 1000*math.Abs(d.Total))}
	case d.Wanders():
		return ffmpeg.Drift{}, []string{fmt.Sprintf("The sound's clock wanders against the picture's, by up to %.0f ms. It is only mended where 100 ms are missing or too many.", 1000*(d.Off+math.Abs(d.Total)))}
	}
	return ffmpeg.Drift{}, nil
}

// measureTrack measures a part of a track. clock, unless nil, hears how its times run.
func measureTrack(ctx context.Context, t *ffmpeg.Tools, path string, a source.Audio, start, length time.Duration, clock *ffmpeg.SoundClock) (*audio.Report, error) {
	pcm, err := t.PCM(ctx, path, a.Index, ffmpeg.PCMSpec{Rate: a.Rate, Start: start, Duration: length, Clock: clock})
	if err != nil {
		return nil, err
	}
	defer pcm.Close()
	return audio.Measure(ctx, pcm, a.Rate, a.Channels)
}

// SoundReport is what was measured on one sound track.
type SoundReport struct {
	Track    int            `json:"track"`  // from 1
	Stream   int            `json:"stream"` // the file's own number
	Language string         `json:"language,omitempty"`
	Codec    string         `json:"codec"`
	Found    []string       `json:"found"` // in words
	Repairs  []audio.Step   `json:"repairs"`
	Loudness *SoundLoudness `json:"loudness,omitempty"` // nil for silence
	Measured *audio.Report  `json:"measured,omitempty"`
}

// SoundLoudness is what EBU R128 says of a track.
type SoundLoudness struct {
	Integrated float64 `json:"integrated_lufs"`
	TruePeak   float64 `json:"true_peak_dbtp"`
	Range      float64 `json:"range_lu"`
}

// Sound measures all sound tracks of a capture from beginning to end, and says what repair "auto" would make of them.
func (s *Service) Sound(ctx context.Context, path string, progress func(string)) (out []SoundReport, err error) {
	defer s.guard(path, &err)
	src, err := s.Probe(ctx, path, progress)
	if err != nil {
		return nil, err
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	for i, a := range src.Audio {
		one := SoundReport{Track: i + 1, Stream: a.Index, Language: a.Language, Codec: a.Codec}
		if a.Channels < 1 || a.Rate < 1 {
			one.Found = []string{"The track can't be decoded: the file does not say what it holds."}
			out = append(out, one)
			continue
		}
		clock := &ffmpeg.SoundClock{}
		if one.Measured, err = measureTrack(ctx, t, src.Path, a, 0, 0, clock); err != nil {
			return nil, named(path, fmt.Errorf("measure sound track %d: %w", i+1, err))
		}
		loud, err := t.Loudness(ctx, src.Path, a.Index, 0, 0, nil)
		if err != nil {
			return nil, named(path, fmt.Errorf("measure sound track %d: %w", i+1, err))
		}
		if !loud.Silent() {
			one.Loudness = &SoundLoudness{loud.Integrated, loud.TruePeak, loud.Range}
		}
		_, drift := driftOf(clock, timed(src))
		one.Found = append(one.Measured.Words(), drift...)
		one.Repairs = audio.Chain(one.Measured, audio.Settings{Mode: audio.Auto, KeepLoudness: true}, nil).Steps
		out = append(out, one)
	}
	return out, nil
}
