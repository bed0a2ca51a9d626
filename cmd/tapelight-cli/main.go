// Command tapelight-cli is Tapelight without a window: it restores captures of tapes from a terminal or a script.
package main

import (
	"context"
	"errors"
	"fmt"
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// usageError is a wrong use of the command line.
type usageError struct{ error }

// silentError is a failure that was reported already.
type silentError struct{ error }

func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "Cancelled. Nothing incomplete was left behind.")
		return exitCancelled
	case errors.As(err, new(silentError)):
		return exitFailed
	}
	fmt.Fprintln(os.Stderr, oneLine(err))
	var usage usageError
	if errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command") {
		fmt.Fprintln(os.Stderr, "See tapelight-cli --help.")
		return exitUsage
	}
	return exitFailed
}

// oneLine keeps an error on one line, whatever a file name holds.
func oneLine(err error) string {
	return strings.NewReplacer("\r", `\r`, "\n", `\n`, "\t", " ", "\x1b", `\e`).Replace(err.Error())
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "tapelight-cli",
		Short: "Restore captures of old video tapes: deinterlaced, clean, larger, with clean sound",
		Long: `Tapelight turns captures of VHS, Video8 and DVD recordings into clean, upscaled video with clean sound.

  tapelight-cli restore tape.mpg                 makes tape.restored.mkv beside it
  tapelight-cli plan tape.mpg                    shows what would be done, and why
  tapelight-cli doctor                           checks this machine

Exit codes: 0 done, 1 something failed, 2 wrong use, 130 cancelled.`,
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.Version = version()
	root.AddCommand(newRestore(), newPlan(), newProbe(), newPresets(), newModels(), newDoctor(), newBench())
	return root
}

// exactly and atLeast are cobra's argument checks with the exit code for wrong use.
func exactly(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error { return asUsage(cobra.ExactArgs(n)(c, args)) }
}

func atLeast(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < n {
			return usageError{fmt.Errorf("%s is missing", what)}
		}
		return nil
	}
}

func asUsage(err error) error {
	if err != nil {
		return usageError{err}
	}
	return nil
}

// withService gives do a running service and closes it afterwards.
func withService(do func(*core.Service) error) error {
	s, err := core.New(core.Options{})
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}
