package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/process"
)

// Encoder is an ffmpeg that reads pictures from a pipe and writes the output file.
type Encoder struct {
	child    *process.Child
	progress atomic.Pointer[Progress]
	read     chan struct{} // closed when the progress pipe has ended
	written  atomic.Int64
	blocked  atomic.Int64
}

// Encode starts an encoder. End it by Finish, or by Close.
func (t *Tools) Encode(ctx context.Context, spec EncodeSpec) (*Encoder, error) {
	if err := t.settle(ctx, &spec); err != nil {
		return nil, err
	}
	args, err := spec.Args()
	if err != nil {
		return nil, err
	}
	e := &Encoder{read: make(chan struct{})}
	e.progress.Store(&Progress{})
	e.child, err = process.Start(ctx, process.Spec{Label: "encoder", Path: t.FFmpeg, Args: args, Stdin: true, Stdout: true})
	if err != nil {
		return nil, err
	}
	go func() {
		defer close(e.read)
		_ = ParseProgress(e.child.Stdout, func(p Progress) { e.progress.Store(&p) })
		_, _ = io.Copy(io.Discard, e.child.Stdout)
	}()
	return e, nil
}

// Write hands one picture over. When the encoder has ended, the error is the encoder's own.
func (e *Encoder) Write(f *frame.Frame) error {
	start := time.Now()
	_, err := e.child.Stdin.Write(f.Data)
	e.blocked.Add(int64(time.Since(start)))
	if err == nil {
		e.written.Add(1)
		return nil
	}
	if broken(err) {
		if failed := e.child.Wait(); failed != nil {
			return e.explain(failed)
		}
		return fmt.Errorf("encoder: it ended after %d pictures, before all were written", e.written.Load())
	}
	return fmt.Errorf("encoder: %w", err)
}

// Finish says that all pictures are written and waits until the file is complete.
func (e *Encoder) Finish() error {
	if err := e.child.Stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("encoder: %w", err)
	}
	err := e.child.Wait()
	<-e.read
	return e.explain(err)
}

// Ended is closed when the encoder has ended, by itself or not; Err then says why, nil where it ended well.
func (e *Encoder) Ended() <-chan struct{} { return e.child.Done() }

// Err waits for the encoder's end and gives its reason.
func (e *Encoder) Err() error { return e.explain(e.child.Wait()) }

// Progress is the encoder's latest report.
func (e *Encoder) Progress() Progress { return *e.progress.Load() }

// Written is the number of pictures handed over.
func (e *Encoder) Written() int64 { return e.written.Load() }

// Blocked is how long Write has waited for the encoder so far.
func (e *Encoder) Blocked() time.Duration { return time.Duration(e.blocked.Load()) }

// CPU is the processor time used; known after the end.
func (e *Encoder) CPU() time.Duration { return e.child.CPU() }

// Close ends the encoder at once if it still runs, and frees everything.
func (e *Encoder) Close() {
	e.child.Stop()
	<-e.read
}

// ErrDiskFull is what the encoder's complaint is turned into when there is no room left for the output.
var ErrDiskFull = errors.New("the disk is full")

func (e *Encoder) explain(err error) error {
	exit, ok := errors.AsType[*process.ExitError](err)
	for _, full := range []string{"No space left on device", "Disk quota exceeded", "not enough space on the disk"} {
		if ok && strings.Contains(exit.Tail, full) {
			return fmt.Errorf("encoder: %w", ErrDiskFull)
		}
	}
	return err
}

func broken(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, os.ErrClosed) || strings.Contains(err.Error(), "pipe is being closed")
}
