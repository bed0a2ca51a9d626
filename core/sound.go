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
	pcm, err := t.PCM(ctx, src.Path, a.Index, ffmpeg.PCMSpec{Rate: a.Rate, Start: start, Duration: span(req.Length)})
	if err != nil {
		return none, err
	}
	report, err := audio.Measure(ctx, pcm, a.Rate, a.Channels)
	pcm.Close()
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
