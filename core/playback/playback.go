// Package playback gives sound to the machine's loudspeakers: 16-bit samples, as they come.
package playback

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Format is what is played: samples of 16 bits, little-endian, channels interleaved.
type Format struct {
	Rate     int // samples a second and channel, 8,000 to 192,000
	Channels int // 1 or 2
}

func (f Format) check() error {
	if f.Rate < 8000 || f.Rate > 192000 || f.Channels < 1 || f.Channels > 2 {
		return fmt.Errorf("sound of %d Hz and %d channels can't be played", f.Rate, f.Channels)
	}
	return nil
}

// ErrNoSound says that there is nothing here to play sound with.
var ErrNoSound = errors.New("there is no way to play sound here")

// Output is an open way to the loudspeakers. Write blocks while enough is waiting to be played, a fifth of a second about, so that who writes keeps step with the
// sound. One goroutine writes; Close may be called by any, at any time and more than once: it ends the sound at once, and a Write that
// waits returns an error.
type Output interface {
	io.WriteCloser
	// Drain waits until all that was written has been played.
	Drain() error
}

// Open opens the system's usual sound output. The error is ErrNoSound where there is none. The output ends with ctx.
func Open(ctx context.Context, f Format) (Output, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return open(ctx, f)
}

// latency is how much may wait to be played, in milliseconds.
const latency = 200
