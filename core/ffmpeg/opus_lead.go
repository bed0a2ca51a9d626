package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tapelight/tapelight/core/process"
)

// opusSkip is how many samples libopus leads in with, at 48 kHz: players leave them out.
const opusSkip = 312

// opusEarly is by how many samples (of 48,000 a second) Opus comes early in a Matroska file of this ffmpeg, found out by making a small one and reading its
// times. Releases before 6 write the sound as if nothing was to be left out, and players take that time off again.
func (t *Tools) opusEarly(ctx context.Context) (int, error) {
	t.opus.once.Lock()
	defer t.opus.once.Unlock()
	if t.opus.known {
		return t.opus.samples, nil
	}
	early, err := t.measureOpus(ctx)
	if err != nil {
		return 0, fmt.Errorf("find out when ffmpeg's Matroska lets Opus begin: %w", err)
	}
	t.opus.known, t.opus.samples = true, early
	return early, nil
}

func (t *Tools) measureOpus(ctx context.Context) (samples int, err error) {
	args := []string{"-hide_banner", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "color=size=16x16:rate=25:duration=0.2", "-f", "lavfi", "-i", "anullsrc=sample_rate=48000:duration=0.2",
		"-c:v", "ffv1", "-c:a", "libopus", "-f", "matroska", "pipe:1"}
	file, err := process.Output(ctx, process.Spec{Label: "ffmpeg", Path: t.FFmpeg, Args: args}, 1<<20)
	if err != nil {
		return 0, err
	}
	probe, err := process.Start(ctx, process.Spec{Label: "ffprobe", Path: t.FFprobe, Args: []string{"-v", "error", "-hide_banner", "-print_format", "json", "-show_format", "-show_streams", "-f", "matroska", "-i", "pipe:0"},
		Stdin: true, Stdout: true})
	if err != nil {
		return 0, err
	}
	defer probe.Stop()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = probe.Stdin.Write(file) // it may have read enough; what went wrong otherwise is in its answer
		_ = probe.Stdin.Close()
	}()
	text, err := io.ReadAll(io.LimitReader(probe.Stdout, probeBytes))
	<-sent
	if err = errors.Join(err, probe.Wait()); err != nil {
		return 0, err
	}
	p, err := ParseProbe(text)
	if err != nil {
		return 0, err
	}
	begin := func(kind string) (float64, bool) {
		i := slices.IndexFunc(p.Streams, func(s ProbeStream) bool { return s.Kind == kind && s.HasStart })
		if i < 0 {
			return 0, false
		}
		return p.Streams[i].Start, true
	}
	picture, ok1 := begin("video")
	sound, ok2 := begin("audio")
	if !ok1 || !ok2 {
		return 0, errors.New("its times can't be read")
	}
	// Times are whole milliseconds there: either all of the lead is missing, or none.
	if (picture-sound)*48000-opusSkip > opusSkip/2 {
		return opusSkip, nil
	}
	return 0, nil
}
