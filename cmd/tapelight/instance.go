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
// no door and no error: there is nothing left to do here. Where it can't, for it has no window or doesn't answer, core.HolderOf knows the error.
func alone(data string, paths []string) (*core.Door, error) {
	door, err := core.OpenDoor(data)
	running, held := errors.AsType[*core.RunningError](err)
	if !held {
		return door, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), handOver)
	defer cancel()
	if err := core.HandOver(ctx, data, paths); err != nil {
		return nil, errors.Join(running, err)
	}
	return nil, nil
}
