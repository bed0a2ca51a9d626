package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/process"
)

// Decoder is an ffmpeg that writes a capture's pictures to a pipe.
type Decoder struct {
	spec     DecodeSpec
	child    *process.Child
	count    int64
	blocked  atomic.Int64 // nanoseconds spent waiting for ffmpeg
	problems atomic.Int64

	landed  chan struct{} // closed when at is known
	at      float64
	landing sync.Once
}

// Decode starts decoding. End it by Close, whatever happened.
func (t *Tools) Decode(ctx context.Context, spec DecodeSpec) (*Decoder, error) {
	args, err := spec.Args()
	if err != nil {
		return nil, err
	}
	d := &Decoder{spec: spec, landed: make(chan struct{})}
	d.child, err = process.Start(ctx, process.Spec{Label: "decoder", Path: t.FFmpeg, Args: args, Stdout: true, Line: func(line string) {
		if strings.Contains(line, "[error]") || strings.Contains(line, "[fatal]") {
			d.problems.Add(1)
		}
		if spec.From > 0 {
			d.land(line)
		}
	}})
	if err != nil {
		return nil, err
	}
	return d, nil
}

var showinfoTime = regexp.MustCompile(`\bn: *0 .*\bpts_time: *(-?[0-9]+(?:\.[0-9]+)?)`)

// land reads the time of the first picture from showinfo's first line.
func (d *Decoder) land(line string) {
	m := showinfoTime.FindStringSubmatch(line)
	if m == nil {
		return
	}
	if at, err := strconv.ParseFloat(m[1], 64); err == nil {
		d.landing.Do(func() { d.at = at; close(d.landed) })
	}
}

// Late waits for the first picture and tells how many seconds after the spec's From it lies: more than a picture's time means that the seek landed
// too late. It is 0 without From, and where nothing was decoded.
func (d *Decoder) Late(ctx context.Context) float64 {
	if d.spec.From <= 0 {
		return 0
	}
	select {
	case <-d.landed:
		return d.at - d.spec.From
	case <-d.child.Done():
	case <-ctx.Done():
	}
	select {
	case <-d.landed:
		return d.at - d.spec.From
	default:
		return 0
	}
}

// Read fills f with the next picture and sets its Index and Parity. io.EOF means that all pictures were read and the decoder ended well.
func (d *Decoder) Read(f *frame.Frame) error {
	start := time.Now()
	n, err := io.ReadFull(d.child.Stdout, f.Data)
	d.blocked.Add(int64(time.Since(start)))
	if err != nil {
		if failed := d.child.Wait(); failed != nil {
			return failed
		}
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return fmt.Errorf("decoder: picture %d ended after %d of %d bytes", d.count, n, len(f.Data))
	}
	f.Index, f.Parity = d.count, d.ParityOf(d.count)
	d.count++
	return nil
}

// ParityOf tells which lines of picture i, counted from one that begins a coded frame, came from the tape.
func (d *Decoder) ParityOf(i int64) frame.Parity {
	first, second := frame.Top, frame.Bottom
	if d.spec.BottomFirst {
		first, second = second, first
	}
	switch {
	case d.spec.Deinterlace == ToFrames, d.spec.Deinterlace == ToFields && i%2 == 0:
		return first
	case d.spec.Deinterlace == ToFields:
		return second
	}
	return frame.Progressive
}

// Blocked is how long Read has waited for ffmpeg so far.
func (d *Decoder) Blocked() time.Duration { return time.Duration(d.blocked.Load()) }

// Problems is the number of errors ffmpeg reported and got over (damaged parts of the capture).
func (d *Decoder) Problems() int64 { return d.problems.Load() }

// CPU is the processor time used; known after the end.
func (d *Decoder) CPU() time.Duration { return d.child.CPU() }

// Close ends the decoder at once if it still runs, and frees everything.
func (d *Decoder) Close() { d.child.Stop() }
