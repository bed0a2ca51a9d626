package playback

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"github.com/tapelight/tapelight/core/process"
)

// players are programs that play what comes on their input, the best first: those of PulseAudio and PipeWire mix with what else sounds, ALSA's may not.
func players(f Format) [][]string {
	rate, channels := strconv.Itoa(f.Rate), strconv.Itoa(f.Channels)
	return [][]string{
		{"pacat", "--playback", "--raw", "--format=s16le", "--rate=" + rate, "--channels=" + channels, "--latency-msec=" + strconv.Itoa(latency), "--client-name=Tapelight", "--stream-name=Preview"},
		{"aplay", "-q", "-t", "raw", "-f", "S16_LE", "-r", rate, "-c", channels, "--buffer-time=" + strconv.Itoa(latency*1000), "-"},
	}
}

// open starts the first player that is installed. One that finds no sound server ends at once, which the first Write or Drain tells.
func open(ctx context.Context, f Format) (Output, error) {
	for _, p := range players(f) {
		path, err := exec.LookPath(p[0])
		if err != nil {
			continue
		}
		child, err := process.Start(ctx, process.Spec{Label: "sound player", Path: path, Args: p[1:], Stdin: true})
		if err != nil {
			return nil, fmt.Errorf("play sound: %w", err)
		}
		return &piped{child}, nil
	}
	return nil, ErrNoSound
}

// piped plays through a program.
type piped struct{ child *process.Child }

// chunk bounds one write into the pipe, which holds 64 kB of its own: a third of a second of stereo.
const chunk = 4096

func (p *piped) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = p.child.Stdin.Write(b[n:min(len(b), n+chunk)])
		n += m
	}
	return n, p.why(err)
}

// why is what the player says of its end.
func (p *piped) why(err error) error {
	if err == nil {
		return nil
	}
	if failed, ok := errors.AsType[*process.ExitError](p.child.Wait()); ok {
		return fmt.Errorf("%w: %w", ErrNoSound, failed)
	}
	if errors.Is(err, os.ErrClosed) {
		return os.ErrClosed
	}
	return err
}

func (p *piped) Drain() error {
	if err := p.child.Stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return p.why(err)
	}
	return p.why(p.child.Wait())
}

func (p *piped) Close() error {
	p.child.Stop()
	return nil
}
