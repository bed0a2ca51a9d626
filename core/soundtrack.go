package core

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
	"github.com/tapelight/tapelight/core/source"
)

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
