package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
)

func newWorker() *cobra.Command {
	var f queueFlags
	var tuning tuningFlags
	var name string
	var asJSON, untilDone bool
	c := &cobra.Command{
		Use:   "worker",
		Short: "Run the queue's jobs, until interrupted",
		Long: `Runs jobs of the queue while it is started ("tapelight-cli queue start"), as far as this machine has room for them, until interrupted. What runs then is
put back, and goes on where it was at the next start, or on another machine where the queue is shared.
Without --queue it is this person's own queue, which the window must not have open at the same time.`,
		Example: `  tapelight-cli worker --until-done
  tapelight-cli worker --queue nats://attic:4222 --root tapes=/mnt/tapes`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o, err := f.options()
			if err != nil {
				return err
			}
			o.Name = name
			t, err := tuning.tuning()
			if err == nil {
				err = t.Check()
			}
			if err != nil {
				return usageError{err}
			}
			return work(c, core.Options{Queue: o, Tuning: t}, &tuning, newWatcher(c.OutOrStdout(), asJSON), untilDone)
		},
	}
	f.register(c)
	tuning.register(c)
	tuning.registerEngine(c)
	c.Flags().StringVar(&name, "name", "", "this machine's name in the list; default: its host name")
	c.Flags().BoolVar(&untilDone, "until-done", false, "start the queue, and end when nothing is left to do; exit code 1 if a job failed meanwhile")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of text")
	return c
}

// errDone ends the following of a queue that is done.
var errDone = errors.New("the queue is done")

func work(c *cobra.Command, o core.Options, tuning *tuningFlags, w *watcher, untilDone bool) (err error) {
	var door *core.Door
	if o.Queue.URL == "" {
		var data string
		if data, err = core.DataDir(); err != nil {
			return err
		}
		door, err = core.OpenDoor(data)
		if running, ok := errors.AsType[*core.RunningError](err); ok {
			return fmt.Errorf("%w; it works on the queue already", running)
		}
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, door.Close()) }()
	}
	ctx, quit := context.WithCancelCause(c.Context())
	defer quit(nil)
	o.Quit = func() { quit(errDone) }
	s, err := core.New(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := tuning.apply(s); err != nil { // the folder and the engine are checked only now
		return err
	}
	if door != nil {
		door.Serve(s, nil)
	}
	if untilDone {
		if err := s.Start(); err != nil {
			return err
		}
	}
	before := map[string]bool{} // what had failed before
	begun := false
	var failed int
	err = s.Control().Follow(ctx, func(snap core.Snapshot) error {
		if err := w.see(snap); err != nil {
			return err
		}
		failed = 0
		open := 0
		for _, j := range snap.Jobs {
			switch {
			case j.State == core.Failed && !begun:
				before[j.ID] = true
			case j.State == core.Failed && !before[j.ID]:
				failed++
			case !j.State.Finished() && j.State != core.Paused:
				open++
				delete(before, j.ID)
			}
		}
		begun = true
		if untilDone && open == 0 && snap.Mode == core.Started {
			return errDone
		}
		return nil
	})
	switch {
	case errors.Is(err, errDone) || errors.Is(context.Cause(ctx), errDone):
		if untilDone {
			if err := s.Stop(); err != nil {
				return err
			}
		}
		if failed > 0 {
			return silentError{fmt.Errorf("%s failed", count(failed, "job"))}
		}
		return nil
	case c.Context().Err() != nil:
		return pausedError{c.Context().Err()}
	}
	return err
}
