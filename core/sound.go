package core

import (
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

// mostRestored is how many channels a track may have to be restored: the file that restored sound waits in holds no more.
const mostRestored = 8

func treatTrack(ctx context.Context, t *ffmpeg.Tools, src *source.Source, a source.Audio, req Request) (plan.Treatment, error) {
	r := req.Recipe.Sound
	if a.Channels < 1 || a.Rate < 1 {
		return plan.Treatment{}, nil
	}
	if a.Channels > mostRestored {
		return plan.Treatment{Found: []string{fmt.Sprintf("The track has %d channels; what has more than %d is not restored.", a.Channels, mostRestored)}}, nil
	}
	span := func(sec float64) time.Duration { return time.Duration(sec * float64(time.Second)) }
	// The file's clock starts with its earliest stream.
	begin := src.Video.Start - src.Video.Lead
	for _, other := range src.Audio {
		begin = min(begin, other.Start)
	}
	one := soundTrack{tools: t, path: src.Path, track: a, length: span(req.Length), timed: timed(src)}
	if req.Start > 0 {
		one.start = span(src.Video.Start - begin + req.Start)
	}
	one.layout = func(same bool) ffmpeg.Layout { return plan.SoundLayout(req.Recipe, a, same) }
	if r.Mode == recipe.SoundOff {
		return one.mixed(ctx)
	}
	return one.restored(ctx, audio.Settings{Mode: audio.Mode(r.Mode), TargetLUFS: r.Loudness, KeepLoudness: r.Loudness == 0})
}

// soundTrack is a part of a track whose treatment is planned.
type soundTrack struct {
	tools         *ffmpeg.Tools
	path          string
	track         source.Audio
	start, length time.Duration
	timed         bool
	layout        func(same bool) ffmpeg.Layout // what its channels become, both sides the same or not
}

// restored plans the repair of what is found, then the layout, then the loudness of what comes of both.
func (o soundTrack) restored(ctx context.Context, settings audio.Settings) (plan.Treatment, error) {
	clock := &ffmpeg.SoundClock{}
	report, err := measureTrack(ctx, o.tools, o.path, o.track, o.start, o.length, clock)
	if err != nil {
		return plan.Treatment{}, err
	}
	out := plan.Treatment{Layout: o.layout(report.OneSound()), Found: report.Words()}
	drift, found := driftOf(clock, o.timed)
	out.Found = append(out.Found, found...)
	if drift.Steady() {
		out.Stretch = ffmpeg.StretchOf(drift, clock.Rate())
		report.Stretched(1 + drift.Rate)
	}
	mix := ffmpeg.Relayout(out.Layout, o.track.Channels)
	repair := audio.Chain(report, settings, nil)
	var gain *plan.SoundStep
	switch {
	case repair.Program != nil:
		out.Program = repair.Program
		if repair.Level || mix != nil {
			out.Level = &settings
		}
	case mix != nil:
		if gain, err = o.level(ctx, settings, &repair.Filters, mix); err != nil {
			return plan.Treatment{}, err
		}
	case !settings.KeepLoudness:
		loud, err := o.tools.Loudness(ctx, o.path, o.track.Index, o.start, o.length, repair.Filters)
		if err != nil {
			return plan.Treatment{}, err
		}
		repair = audio.Chain(report, settings, &loud)
	}
	out.Filters = repair.Filters
	if drift.Steady() {
		out.Steps = append(out.Steps, plan.SoundStep{Name: "resync", Why: fmt.Sprintf("It is played %+.3f %% longer, so that it stays with the picture.", 100*drift.Rate)})
	}
	for _, st := range repair.Steps {
		out.Steps = append(out.Steps, plan.SoundStep{Name: string(st.Name), Why: st.Why})
	}
	if mix != nil && o.layout(false) != out.Layout {
		out.Steps = append(out.Steps, oneSound(report))
	}
	if gain != nil {
		out.Steps = append(out.Steps, *gain)
	}
	return out, nil
}

// mixed plans a track of which nothing but the layout changes.
func (o soundTrack) mixed(ctx context.Context) (plan.Treatment, error) {
	out := plan.Treatment{Layout: o.layout(false)}
	if o.track.Channels == 2 && o.layout(true) == ffmpeg.Mono {
		report, err := measureTrack(ctx, o.tools, o.path, o.track, o.start, o.length, nil)
		if err != nil {
			return plan.Treatment{}, err
		}
		out.Found = report.Words()
		if same := report.OneSound(); same && out.Layout != ffmpeg.Mono {
			out.Layout = o.layout(true)
			out.Steps = append(out.Steps, oneSound(report))
		}
		if filters, why := report.BothSides(); filters != nil && out.Layout == ffmpeg.Mono {
			out.Filters = filters
			out.Steps = append(out.Steps, plan.SoundStep{Name: string(audio.StepChannels), Why: why})
		}
	}
	mix := ffmpeg.Relayout(out.Layout, o.track.Channels)
	if mix == nil {
		return out, nil
	}
	gain, err := o.level(ctx, audio.Settings{Mode: audio.Off}, &out.Filters, mix)
	if gain != nil {
		out.Steps = append(out.Steps, *gain)
	}
	return out, err
}

// level measures a track behind filters and mix, and adds the gain that it needs to filters.
func (o soundTrack) level(ctx context.Context, settings audio.Settings, filters *[]ffmpeg.Filter, mix []ffmpeg.Filter) (*plan.SoundStep, error) {
	loud, err := o.tools.Loudness(ctx, o.path, o.track.Index, o.start, o.length, append(slices.Clone(*filters), mix...))
	if err != nil {
		return nil, err
	}
	gain, why := settings.Mixed(loud)
	if gain == 0 {
		return nil, nil
	}
	*filters = append(slices.Clone(*filters), ffmpeg.Gain(gain))
	return &plan.SoundStep{Name: string(audio.StepLoudness), Why: why}, nil
}

func oneSound(r *audio.Report) plan.SoundStep {
	why := "Both sides carry the same: they become one channel."
	if r.DeadSide >= 0 {
		why = "Only one side carries sound: it becomes the one channel."
	}
	return plan.SoundStep{Name: "layout", Why: why}
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
