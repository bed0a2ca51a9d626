// Command tapelight-cli is Tapelight without a window: it restores captures of tapes from a terminal or a script.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
)

// Exit codes, as the help documents them.
const (
	exitOK        = 0
	exitFailed    = 1
	exitUsage     = 2
	exitCancelled = 130
)

func main() {
	core.CollectEarly()
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// usageError is a wrong use of the command line.
type usageError struct{ error }

// pausedError is a run that was cancelled and can be continued.
type pausedError struct{ error }

// silentError is a failure that was reported already.
type silentError struct{ error }

// run is the whole program: results go to stdout, complaints to stderr, and the exit code comes back.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(append([]string{}, args...)) // nil would be the process's own
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		if errors.As(err, new(pausedError)) {
			fmt.Fprintln(stderr, "Cancelled. The same command goes on from here.")
		} else {
			fmt.Fprintln(stderr, "Cancelled. Nothing incomplete was left behind.")
		}
		return exitCancelled
	case errors.As(err, new(silentError)):
		return exitFailed
	}
	fmt.Fprintln(stderr, oneLine(err))
	if errors.As(err, new(usageError)) {
		fmt.Fprintln(stderr, "See tapelight-cli --help.")
		return exitUsage
	}
	return exitFailed
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "tapelight-cli",
		Short: "Restore captures of old video tapes: deinterlaced, clean, larger, with clean sound",
		Long: `Tapelight turns captures of VHS, Video8 and DVD recordings into clean, upscaled video with clean sound.

  tapelight-cli restore tape.mpg                 makes tape.restored.mkv beside it
  tapelight-cli plan tape.mpg                    shows what would be done, and why
  tapelight-cli queue add tapes/                 adds to the queue, which "worker" or the window runs
  tapelight-cli doctor                           checks this machine

Exit codes: 0 done, 1 something failed, 2 wrong use, 130 cancelled.`,
		SilenceErrors: true, SilenceUsage: true,
	}
	group(root)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.Version = version()
	root.AddCommand(newRestore(), newPlan(), newProbe(), newPresets(), newModels(), newDoctor(), newBench(), newMeasure(), newQueue(), newWorker())
	return root
}

// group makes c a command that only holds others: alone it shows its help, and a name it doesn't know is wrong use.
func group(c *cobra.Command) {
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := ""
		if c.SuggestionsMinimumDistance = 2; len(c.SuggestionsFor(args[0])) > 0 {
			hint = "; did you mean " + strings.Join(c.SuggestionsFor(args[0]), " or ") + "?"
		}
		return usageError{fmt.Errorf("there is no command %q%s", c.CommandPath()+" "+args[0], hint)}
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	c.DisableFlagsInUseLine = true
}

// noArgs, one and atLeast are argument checks with the exit code for wrong use; what names the argument.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%q is one argument too many", args[0])}
	}
	return nil
}

func one(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return noArgs(c, args[1:])
		}
		return atLeast(1, what)(c, args)
	}
}

func atLeast(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < n {
			return usageError{fmt.Errorf("%s is missing", what)}
		}
		return nil
	}
}

// withService gives do a running service and closes it afterwards.
func withService(do func(*core.Service) error) error {
	s, err := core.New(core.Options{})
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}
