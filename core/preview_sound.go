package core

import (
	"context"

	"github.com/tapelight/tapelight/core/playback"
)

// SoundOutput takes what ClipPlayer.Samples gives and plays it.
type SoundOutput = playback.Output

// ErrNoSound says that this machine has no way to play sound.
var ErrNoSound = playback.ErrNoSound

// OpenSound opens the loudspeakers for a clip's sound. The error is ErrNoSound where there are none. The output ends with ctx.
func (s *Service) OpenSound(ctx context.Context) (SoundOutput, error) {
	return playback.Open(ctx, playback.Format{Rate: clipRate, Channels: 2})
}
