package main

import (
	"context"
	"errors"
	"time"

	"github.com/tapelight/tapelight/core"
)

// handOver is how long a second start waits for the first to take its files.
const handOver = 10 * time.Second

// alone makes this the one program that works with the data folder. Where another does, that is given the files and shows its window, and the answer is
// no door and no error: there is nothing left to do here.
func alone(data string, paths []string) (*core.Door, error) {
	door, err := core.OpenDoor(data)
	if _, running := errors.AsType[*core.RunningError](err); !running {
		return door, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), handOver)
	defer cancel()
	return nil, core.HandOver(ctx, data, paths)
}
