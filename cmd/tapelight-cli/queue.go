package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/recipe"
)

// queueFlags say which queue is meant.
type queueFlags struct {
	url   string
	roots []string
}

func (f *queueFlags) register(c *cobra.Command) {
	fl := c.PersistentFlags()
	fl.StringVar(&f.url, "queue", "", `a queue that several machines share: "nats://user@host:4222"; default: this person's own`)
	fl.StringArrayVar(&f.roots, "root", nil, `with --queue: a shared folder by its common name, as NAME=FOLDER, so that machines may have it in different places; may be given several times`)
}

func (f *queueFlags) options() (*core.QueueOptions, error) {
	data, err := core.DataDir()
	if err != nil {
		return nil, err
	}
	o, err := core.QueueAt(data, f.url, f.roots)
	if err != nil {
		return nil, usageError{err}
	}
	return o, nil
}

// with gives do the queue: that of the program that has it open, or else the queue itself, which nobody works on then.
func (f *queueFlags) with(ctx context.Context, do func(core.Control) error) error {
	if f.url == "" {
		data, err := core.DataDir()
		if err != nil {
			return err
		}
		remote, err := core.Dial(ctx, data)
		if err == nil {
			return do(remote)
		}
		if _, none := errors.AsType[*core.NotRunningError](err); !none {
			return err
		}
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	o.Idle = true
	s, err := core.New(core.Options{Queue: o})
	if err != nil {
		return err
	}
	return errors.Join(do(s.Control()), s.Close())
}

func newQueue() *cobra.Command {
	var f queueFlags
	c := &cobra.Command{
		Use:   "queue",
		Short: "Add to the queue, look at it and change it",
		Long: `The queue is the same one that the window shows. It is on disk: nothing in it is lost when the program or the machine stops.
Its jobs are run by the window, or by "tapelight-cli worker".
JOB is a number in the list that "queue list" prints, or the end of a job's ID.`,
		Example: `  tapelight-cli queue add --preset video8 -o out/ tapes/
  tapelight-cli worker --until-done
  tapelight-cli queue move 12 top`,
	}
	group(c)
	f.register(c)
	c.AddCommand(newQueueAdd(&f), newQueueList(&f), newQueueShow(&f), newQueueWatch(&f))
	c.AddCommand(
		f.plain("start", "Let waiting jobs run", core.Control.Start),
		f.plain("stop", "Start no more jobs; what runs goes on to its end", core.Control.Stop),
		f.plain("clear", "Take finished jobs off the list", core.Control.ClearFinished),
		f.jobsOr("pause", "Pause jobs, or without a JOB the whole queue; what was made is kept", core.Control.Pause, core.Control.Hold),
		f.jobsOr("resume", "Let paused jobs go on, or without a JOB the whole queue", core.Control.Resume, core.Control.Start),
		f.jobsOr("cancel", "Cancel jobs; what they made is removed", core.Control.Cancel, nil),
		f.jobsOr("retry", "Try failed or cancelled jobs again", core.Control.Retry, nil),
		f.jobsOr("remove", "Take jobs off the list; running ones are cancelled", core.Control.Remove, nil),
		newQueueMove(&f), newQueueRecipe(&f), newQueueDuplicate(&f), newQueueAfter(&f))
	return c
}

// plain makes a command that takes nothing.
func (f *queueFlags) plain(name, short string, do func(core.Control) error) *cobra.Command {
	return &cobra.Command{Use: name, Short: short, Args: noArgs, RunE: func(c *cobra.Command, _ []string) error {
		return f.with(c.Context(), do)
	}}
}

// jobsOr makes a command that takes jobs; without any it does all, if there is that.
func (f *queueFlags) jobsOr(name, short string, do func(core.Control, ...string) error, all func(core.Control) error) *cobra.Command {
	c := &cobra.Command{Use: name + " JOB...", Short: short, RunE: func(c *cobra.Command, args []string) error {
		return f.with(c.Context(), func(q core.Control) error {
			if len(args) == 0 {
				return all(q)
			}
			ids, err := find(c.Context(), q, args)
			if err != nil {
				return err
			}
			return do(q, ids...)
		})
	}}
	if all == nil {
		c.Args = atLeast(1, "the job")
	} else {
		c.Use = name + " [JOB...]"
	}
	return c
}

// find turns what people write for jobs into IDs.
func find(ctx context.Context, q core.Control, words []string) ([]string, error) {
	snap, err := q.List(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, w := range words {
		j, err := findOne(snap.Jobs, w)
		if err != nil {
			return nil, err
		}
		ids = append(ids, j.ID)
	}
	return ids, nil
}

func newQueueAdd(f *queueFlags) *cobra.Command {
	var r requestFlags
	var start bool
	c := &cobra.Command{
		Use:   "add CAPTURE...",
		Short: "Add captures, and the captures in folders",
		Long: `Adds captures to the end of the queue. What a tape is, is measured when a worker or the window comes to it.
Captures that are in the queue and not finished are not added again.`,
		Args: atLeast(1, "the capture to add"),
		RunE: func(c *cobra.Command, args []string) error {
			rec, dir, err := r.recipeOf(c)
			if err != nil {
				return err
			}
			paths, err := absolute(args)
			if err != nil {
				return err
			}
			return f.with(c.Context(), func(q core.Control) error {
				added, err := q.Add(paths, rec, dir)
				if r.json {
					err = errors.Join(printJSON(c.OutOrStdout(), added), err)
				} else {
					fmt.Fprintf(c.OutOrStdout(), "Added %s.\n", count(len(added.IDs), "capture"))
					for _, path := range added.Known {
						fmt.Fprintf(c.OutOrStdout(), "In the queue already: %s\n", path)
					}
				}
				if err == nil && start {
					err = q.Start()
				}
				return err
			})
		},
	}
	r.registerRecipe(c)
	c.Flags().StringVarP(&r.output, "output", "o", "", "folder for the outputs; default: beside each capture")
	c.Flags().BoolVar(&r.json, "json", false, "print JSON instead of text")
	c.Flags().BoolVar(&start, "run", false, "let waiting jobs run from now on")
	return c
}

// recipeOf is the recipe that the options say, and the output folder.
func (f *requestFlags) recipeOf(c *cobra.Command) (r recipe.Recipe, dir string, err error) {
	err = withService(func(s *core.Service) error {
		if r, err = s.Preset(f.preset); err != nil {
			return usageError{err}
		}
		f.change(c, &r)
		if dir = f.output; dir != "" {
			if dir, err = filepath.Abs(dir); err != nil {
				return err
			}
		}
		if err := s.Check(core.Request{Path: "x", Recipe: r}); err != nil {
			return usageError{inFlags(err)}
		}
		return nil
	})
	return r, dir, err
}

func absolute(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		p, err := filepath.Abs(p)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func newQueueMove(f *queueFlags) *cobra.Command {
	return &cobra.Command{Use: "move JOB up|down|top|bottom|PLACE", Short: "Move a job within the list", Args: func(_ *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usageError{errors.New("a job and a place are needed")}
		}
		return nil
	}, RunE: func(c *cobra.Command, args []string) error {
		to, err := core.ParseWhere(args[1])
		if err != nil {
			return usageError{err}
		}
		return f.with(c.Context(), func(q core.Control) error {
			ids, err := find(c.Context(), q, args[:1])
			if err != nil {
				return err
			}
			return q.Move(ids[0], to)
		})
	}}
}

func newQueueRecipe(f *queueFlags) *cobra.Command {
	var r requestFlags
	c := &cobra.Command{Use: "recipe JOB...", Short: "Give jobs that wait, are paused, failed or were cancelled another recipe", Args: atLeast(1, "the job"),
		RunE: func(c *cobra.Command, args []string) error {
			rec, _, err := r.recipeOf(c)
			if err != nil {
				return err
			}
			return f.with(c.Context(), func(q core.Control) error {
				ids, err := find(c.Context(), q, args)
				for _, id := range ids {
					err = errors.Join(err, q.SetRecipe(id, rec))
				}
				return err
			})
		}}
	r.registerRecipe(c)
	return c
}

func newQueueDuplicate(f *queueFlags) *cobra.Command {
	var r requestFlags
	c := &cobra.Command{Use: "duplicate JOB", Short: "Add a job's capture once more, with another recipe", Args: one("the job"),
		RunE: func(c *cobra.Command, args []string) error {
			rec, _, err := r.recipeOf(c)
			if err != nil {
				return err
			}
			return f.with(c.Context(), func(q core.Control) error {
				ids, err := find(c.Context(), q, args)
				if err != nil {
					return err
				}
				id, err := q.Duplicate(ids[0], rec)
				if err == nil {
					fmt.Fprintln(c.OutOrStdout(), id)
				}
				return err
			})
		}}
	r.registerRecipe(c)
	return c
}

func newQueueAfter(f *queueFlags) *cobra.Command {
	return &cobra.Command{Use: "after nothing|sleep|shutdown|quit|command [COMMAND]", Short: "Say what follows when the queue is done, or call it off",
		Long: `Says what the running program does when the queue is done, a minute after it has said so. "nothing" calls it off, within that minute too.
A command is run by the system's shell.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 || (args[0] == "command") != (len(args) == 2) {
				return usageError{errors.New("one of nothing, sleep, shutdown, quit, or command with a COMMAND is needed")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			a := core.After{Action: core.AfterAction(args[0])}
			if args[0] == "nothing" {
				a.Action = core.AfterNothing
			}
			if len(args) == 2 {
				a.Command = args[1]
			}
			return f.with(c.Context(), func(q core.Control) error { return q.SetAfter(a) })
		}}
}
