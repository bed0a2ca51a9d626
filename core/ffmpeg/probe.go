package ffmpeg

import (
	"context"
	"fmt"
	"time"

	"github.com/tapelight/tapelight/core/process"
)

// A hostile file must not hold the program up, nor fill its memory.
const (
	probeTime  = 60 * time.Second
	probeBytes = 16 << 20
)

// Probe reads what path's container says of itself. It takes at most a minute. The error wraps a *process.ExitError with ffmpeg's own
// words where ffmpeg could not read the file.
func (t *Tools) Probe(ctx context.Context, path string) (*Probe, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, probeTime, fmt.Errorf("no answer within %v", probeTime))
	defer cancel()
	args := append([]string{"-v", "error", "-hide_banner", "-print_format", "json", "-show_format", "-show_streams", "-show_chapters"}, inputArgs(path)...)
	out, err := process.Output(ctx, process.Spec{Label: "ffprobe", Path: t.FFprobe, Args: args}, probeBytes)
	if err != nil {
		return nil, fmt.Errorf("read the streams of %s: %w", path, err)
	}
	p, err := ParseProbe(out)
	if err != nil {
		return nil, fmt.Errorf("read the streams of %s: %w", path, err)
	}
	return p, nil
}
