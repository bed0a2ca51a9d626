package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tapelight/tapelight/core"
)

func newRestore() *cobra.Command {
	var f requestFlags
	c := &cobra.Command{
		Use:   "restore CAPTURE...",
		Short: "Restore captures",
		Long: `Restores each capture into a new file. What the tape is (field order, film, aspect, colours, sound) is measured; nothing has to be set.
Until a file is complete and checked its name has ".partial" in it. An existing file is never overwritten unasked.
With --json, or when the output is not a terminal, progress comes as one JSON object a line.`,
		Example: `  tapelight-cli restore tape.mpg
  tapelight-cli restore --preset video8 --height 720 -o out/ *.avi
  tapelight-cli restore --start 1:30 --duration 10 --encoder x264 -o try.mp4 tape.mkv`,
		Args: atLeast(1, "the capture to restore"),
		RunE: func(c *cobra.Command, args []string) error {
			return withService(func(s *core.Service) error { return restoreAll(c, s, f, args) })
		},
	}
	f.register(c)
	c.Flags().BoolVar(&f.overwrite, "overwrite", false, "replace existing outputs")
	return c
}

func restoreAll(c *cobra.Command, s *core.Service, f requestFlags, captures []string) error {
	requests, err := f.requests(s, c, captures)
	if err != nil {
		return err
	}
	var show printer = &jsonPrinter{out: os.Stdout}
	if fd := int(os.Stdout.Fd()); !f.json && term.IsTerminal(fd) {
		show = &textPrinter{out: os.Stdout, width: func() int { w, _, _ := term.GetSize(fd); return w }}
	}
	failed := false
	for _, req := range requests {
		show.start(req.Path)
		report, err := s.Restore(c.Context(), req, show.progress)
		if c.Context().Err() != nil {
			show.end()
			return c.Context().Err()
		}
		if err != nil {
			show.failed(req.Path, err)
			failed = true
			continue
		}
		show.done(report)
	}
	if failed {
		return silentError{errors.New("some captures could not be restored")}
	}
	return nil
}

// printer shows a run; two forms over the same state.
type printer interface {
	start(path string)
	progress(core.Progress)
	failed(path string, err error)
	done(*core.Report)
	end()
}

func mib(n uint64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }
