package core

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
)

// treat measures every track of the wanted part and plans its restoration. Results are cached by content and wish.
func (s *Service) treat(ctx context.Context, id string, src *source.Source, req Request, progress func(string)) ([]plan.Treatment, error) {
	r := req.Recipe.Sound
	if len(src.Audio) == 0 || r.Mode == recipe.SoundOff {
		return nil, nil
	}
	wish, err := json.Marshal(struct {
		recipe.Sound
		Start, Length float64
	}{r, req.Start, req.Length})
	if err != nil {
		return nil, err
	}
	key := id + "\x00" + string(wish)
	if t, ok := s.sounds.Get(key); ok {
		return t, nil
	}
	t, err := s.findTools(ctx)
	if err != nil {
		return nil, err
	}
	var out []plan.Treatment
	for i, a := range src.Audio {
		if len(src.Audio) == 1 {
			progress("Measuring the sound")
		} else {
			progress(fmt.Sprintf("Measuring sound track %d of %d", i+1, len(src.Audio)))
		}
		one, err := treatTrack(ctx, t, src, a, req)
		if err != nil {
			return nil, fmt.Errorf("measure sound track %d: %w", i+1, err)
		}
		out = append(out, one)
	}
	s.sounds.Add(key, out)
	return out, nil
}

func treatTrack(ctx context.Context, t *ffmpeg.Tools, src *source.Source, a source.Audio, req Request) (plan.Treatment, error) {
	r := req.Recipe.Sound
	none := plan.Treatment{}
	if a.Channels < 1 || a.Rate < 1 {
		return none, nil
	}
	span := func(sec float64) time.Duration { return time.Duration(sec * float64(time.Second)) }
	// The file's clock starts with its earliest stream.
	begin := src.Video.Start - src.Video.Lead
	for _, other := range src.Audio {
		begin = min(begin, other.Start)
	}
	start := time.Duration(0)
	if req.Start > 0 {
		start = span(src.Video.Start - begin + req.Start)
	}
	report, err := measureTrack(ctx, t, src.Path, a, start, span(req.Length))
	if err != nil {
		return none, err
	}
	settings := audio.Settings{Mode: audio.Mode(r.Mode), TargetLUFS: r.Loudness, KeepLoudness: r.Loudness == 0}
	repair := audio.Chain(report, settings, nil)
	if !settings.KeepLoudness && repair.Program == nil {
		loud, err := t.Loudness(ctx, src.Path, a.Index, start, span(req.Length), repair.Filters)
		if err != nil {
			return none, err
		}
		repair = audio.Chain(report, settings, &loud)
	}
	out := plan.Treatment{Filters: repair.Filters, Found: report.Words(), Program: repair.Program}
	if repair.Level {
		out.Level = &settings
	}
	for _, st := range repair.Steps {
		out.Steps = append(out.Steps, plan.SoundStep{Name: string(st.Name), Why: st.Why})
	}
	return out, nil
}

func measureTrack(ctx context.Context, t *ffmpeg.Tools, path string, a source.Audio, start, length time.Duration) (*audio.Report, error) {
	pcm, err := t.PCM(ctx, path, a.Index, ffmpeg.PCMSpec{Rate: a.Rate, Start: start, Duration: length})
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
		if one.Measured, err = measureTrack(ctx, t, src.Path, a, 0, 0); err != nil {
			return nil, named(path, fmt.Errorf("measure sound track %d: %w", i+1, err))
		}
		loud, err := t.Loudness(ctx, src.Path, a.Index, 0, 0, nil)
		if err != nil {
			return nil, named(path, fmt.Errorf("measure sound track %d: %w", i+1, err))
		}
		if !loud.Silent() {
			one.Loudness = &SoundLoudness{loud.Integrated, loud.TruePeak, loud.Range}
		}
		one.Found = one.Measured.Words()
		one.Repairs = audio.Chain(one.Measured, audio.Settings{Mode: audio.Auto, KeepLoudness: true}, nil).Steps
		out = append(out, one)
	}
	return out, nil
}
