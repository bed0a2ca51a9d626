package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/instance"
)

// handOver is how long a second start waits for the first to take its files.
const handOver = 10 * time.Second

// alone makes this the one program that works with the data folder. Where another does, it is given the files and shows its window, and the answer
// is a nil server without an error: there is nothing left to do here.
func alone(data string, h *instance.Late, paths []string) (*instance.Server, error) {
	server, err := instance.Listen(data, h)
	if _, running := errors.AsType[*instance.RunningError](err); !running {
		return server, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), handOver)
	defer cancel()
	other, err := core.Dial(ctx, data)
	for err == nil {
		err = other.Open(ctx, paths)
		busy, ok := errors.AsType[*instance.RemoteError](err)
		if !ok || !busy.Closing() { // else it is only starting
			break
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("hand the files to the running Tapelight: %w", err)
	}
	return nil, nil
}
