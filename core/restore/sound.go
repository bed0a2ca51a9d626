package restore

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/plan"
)

// soundPath is where the restored sound of track i is kept during the run.
func soundPath(output string, i int) string {
	return fmt.Sprintf("%s.partial.sound%d.flac", strings.TrimSuffix(output, filepath.Ext(output)), i+1)
}

// soundMark is what a kept sound says of itself.
const soundMark = "sound"

// soundPaths are the names that a run of p may need for sound.
func soundPaths(p *plan.Plan) (paths []string) {
	for i, track := range p.Sound {
		if track.Program != nil {
			paths = append(paths, soundPath(p.Output, i))
		}
	}
	return paths
}

// ourSound tells whether a file may be replaced: it isn't there, or it was written by such a run.
func ourSound(path string) (bool, error) {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, headBytes))
	return len(head) == 0 || bytes.HasPrefix(head, []byte("fLaC")) && bytes.Contains(head, []byte(ffmpeg.MarkTag+"="+soundMark)), err
}

// restoreSound does the sound of p that has a program, in a pass before the pictures: decoded, repaired, kept without loss beside the output. The plan that
// comes back takes it from there. The files are removed by done, which is never nil.
func (r *Runner) restoreSound(ctx context.Context, p *plan.Plan) (with *plan.Plan, done func(), err error) {
	paths := soundPaths(p)
	if len(paths) == 0 {
		return p, func() {}, nil
	}
	for _, path := range paths {
		ours, err := ourSound(path)
		if err != nil {
			return nil, func() {}, &StepError{"restore the sound", path, err}
		}
		if !ours {
			return nil, func() {}, &ForeignError{path}
		}
	}
	done = func() {
		for _, path := range paths {
			os.Remove(path)
		}
	}
	out := *p
	out.Encode.Audio = slices.Clone(p.Encode.Audio)
	for i, track := range p.Sound {
		if track.Program == nil || p.Encode.Audio[i].Copy {
			continue
		}
		gain, err := r.soundTrack(ctx, p, i)
		if ctx.Err() != nil {
			return nil, done, context.Cause(ctx)
		}
		if err != nil {
			return nil, done, &StepError{"restore the sound", p.Source.Path, err}
		}
		a := &out.Encode.Audio[i]
		a.File = soundPath(p.Output, i)
		a.Filters = append([]ffmpeg.Filter{ffmpeg.RestoreHeadroom()}, a.Filters...)
		if gain != 0 {
			a.Filters = append(a.Filters, ffmpeg.Gain(gain))
		}
	}
	return &out, done, nil
}

// soundTrack restores track i into its file and tells by what gain its loudness is set. Its first sample belongs to the first picture.
func (r *Runner) soundTrack(ctx context.Context, p *plan.Plan, i int) (gain float64, err error) {
	track := p.Sound[i]
	begin := max(p.Encode.Seek, -p.Encode.Shift, 0)
	length := p.Encode.Duration() + 0.1
	span := func(sec float64) time.Duration { return time.Duration(math.Round(sec * float64(time.Second))) }
	// What little lies before the first picture of a whole file is cut to the sample here: a file's own times are coarser.
	lead := int64(0)
	if p.Encode.Seek == 0 {
		lead = int64(math.Round(begin * float64(track.Program.Rate)))
		begin, length = 0, length+begin
	}
	pcm, err := r.Tools.PCM(ctx, p.Source.Path, track.Stream, ffmpeg.PCMSpec{Rate: track.Program.Rate, Channels: track.Program.Channels, Start: span(begin), Duration: span(length), Filters: track.Program.Before, Stretch: p.Encode.Audio[i].Stretch})
	if err != nil {
		return 0, err
	}
	defer pcm.Close()
	if err := skip(pcm, lead*int64(track.Program.Channels)); err != nil {
		return 0, err
	}
	a := p.Encode.Audio[i]
	mixed := ffmpeg.Relayout(a.Layout, a.From)
	w, err := r.Tools.WriteSound(ctx, soundPath(p.Output, i), track.Program.Rate, track.Program.Channels, soundMark, track.Level != nil, mixed)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	start := time.Now()
	var samples, told int64
	err = track.Program.Process(ctx, pcm, func(x []float32) error {
		samples += int64(len(x) / track.Program.Channels)
		if r.Progress != nil && samples-told >= int64(10*track.Program.Rate) {
			told = samples
			r.Progress(Progress{Stage: fmt.Sprintf("Restoring the sound, %.0f %%", min(100, 100*float64(samples)/float64(track.Program.Rate)/length)), Elapsed: time.Since(start)})
		}
		return w.Write(x)
	})
	if err != nil {
		return 0, err
	}
	loudness, err := w.Finish()
	if err != nil || track.Level == nil {
		return 0, err
	}
	gain, why := track.Level.Loudness(loudness)
	if mixed != nil {
		gain, why = track.Level.Mixed(loudness)
	}
	if r.Note != nil && gain != 0 {
		r.Note("Loudness: " + why)
	}
	return gain, nil
}

// skip reads n samples and forgets them; a sound that is shorter is empty.
func skip(pcm *ffmpeg.PCMReader, n int64) error {
	buf := make([]float32, 4096)
	for n > 0 {
		got, err := pcm.Read(buf[:min(n, int64(len(buf)))])
		n -= int64(got)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
