package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tapelight/tapelight/core"
)

func newRestore() *cobra.Command {
	var f requestFlags
	var tuning tuningFlags
	var table string
	c := &cobra.Command{
		Use:   "restore CAPTURE...",
		Short: "Restore captures",
		Long: `Restores each capture into a new file. What the tape is (field order, film, aspect, colours, sound) is measured; nothing has to be set.
What an option does not say, the preset does.
Until a file is complete and checked its name has ".partial" in it. An existing file is never overwritten unasked.
Several captures are restored one after the other; one that fails does not stop the others. Outputs of the same name are numbered.
With --json, or when the output is not a terminal, progress comes as one JSON object a line, whose "type" is start, progress, done, failed or cancelled.
Ctrl-C cancels and removes what is incomplete.`,
		Example: `  tapelight-cli restore tape.mpg
  tapelight-cli restore --preset video8 --height 720 -o out/ *.avi
  tapelight-cli restore --start 1:30 --duration 10 --encoder x264 -o try.mp4 tape.mkv`,
		Args: atLeast(1, "the capture to restore"),
		RunE: func(c *cobra.Command, args []string) error {
			return withService(func(s *core.Service) error {
				if err := tuning.apply(s); err != nil {
					return err
				}
				return restoreAll(c, s, f, table, args)
			})
		},
	}
	f.register(c)
	tuning.register(c)
	c.Flags().BoolVar(&f.text, "text", false, "print the report as text also where the output is not a terminal")
	c.Flags().BoolVar(&f.resume, "resume", false, "make a run that can be continued, and continue one of the same output that was begun; interrupted, it keeps what it made")
	c.Flags().BoolVar(&f.overwrite, "overwrite", false, "replace existing outputs")
	c.Flags().StringVar(&table, "monitor", "", "write how the machine was used meanwhile, second by second, into this CSV file")
	return c
}

// restoreAll restores captures. table is the file for the machine's measurements, or empty.
func restoreAll(c *cobra.Command, s *core.Service, f requestFlags, table string, captures []string) (err error) {
	requests, err := f.requests(s, c, captures)
	if err != nil {
		return err
	}
	show := newPrinter(c.OutOrStdout(), f.json, f.text)
	if table != "" {
		m, refused := monitor(c.Context(), s, table, f.overwrite, show)
		if refused != nil {
			return refused
		}
		defer func() {
			if lost := m.close(); lost != nil {
				err = errors.Join(err, lost)
			}
		}()
		show = m
	}
	ctx := c.Context()
	if f.resume { // what was made by the time of an interruption is kept
		inner, pause := context.WithCancelCause(context.WithoutCancel(c.Context()))
		defer pause(nil)
		defer context.AfterFunc(c.Context(), func() { pause(core.ErrPaused) })()
		ctx = inner
	}
	failed := false
	for _, req := range requests {
		show.start(req.Path)
		report, err := s.Restore(ctx, req, show.progress)
		switch {
		case err == nil:
			show.done(report)
		case c.Context().Err() != nil:
			show.cancelled(req.Path)
			if f.resume {
				return pausedError{c.Context().Err()}
			}
			return c.Context().Err()
		default:
			show.failed(req.Path, err)
			failed = true
		}
	}
	if failed {
		return silentError{errors.New("some captures could not be restored")}
	}
	return nil
}

// printer shows a run; two forms over the same state. Its methods may be called by several goroutines.
type printer interface {
	start(path string)
	progress(core.Progress)
	failed(path string, err error)
	cancelled(path string)
	done(*core.Report)
}

// newPrinter chooses text for a terminal, JSON for everything else.
func newPrinter(out io.Writer, asJSON, asText bool) printer {
	if f, ok := out.(*os.File); ok && !asJSON {
		if fd := int(f.Fd()); term.IsTerminal(fd) && understandsControls(f) {
			return &textPrinter{out: out, now: time.Now, width: func() int { w, _, _ := term.GetSize(fd); return w }}
		}
	}
	if asText && !asJSON {
		return &textPrinter{out: out, now: time.Now, plain: true}
	}
	return &jsonPrinter{out: out}
}
