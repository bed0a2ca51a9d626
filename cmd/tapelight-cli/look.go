package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/plan"
)

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func newPlan() *cobra.Command {
	var f requestFlags
	c := &cobra.Command{
		Use:   "plan CAPTURE...",
		Short: "Show what would be done, and why",
		Long:  "Measures each capture and prints every choice: filters, network, engine, encoder, sound repairs, size and memory. Nothing is written.",
		Args:  atLeast(1, "the capture to plan for"),
		RunE: func(c *cobra.Command, args []string) error {
			return withService(func(s *core.Service) error {
				requests, err := f.requests(s, c, args)
				if err != nil {
					return err
				}
				return each(c, requests, func(r core.Request) error {
					p, err := s.Plan(c.Context(), r, nil)
					if err != nil {
						return err
					}
					if f.json {
						return printJSON(c.OutOrStdout(), p)
					}
					_, err = fmt.Fprintln(c.OutOrStdout(), planText(p))
					return err
				})
			})
		},
	}
	f.register(c)
	return c
}

// each goes on after a failure, which it reports at once, until the command is cancelled.
func each[T any](c *cobra.Command, items []T, do func(T) error) error {
	failed := false
	for _, item := range items {
		err := do(item)
		if c.Context().Err() != nil {
			return c.Context().Err()
		}
		if err != nil {
			fmt.Fprintln(c.ErrOrStderr(), oneLine(err))
			failed = true
		}
	}
	if failed {
		return silentError{errors.New("some captures failed")}
	}
	return nil
}

// planText is a plan for people, in which no file name can begin a line or command the terminal.
func planText(p *plan.Plan) string {
	shown, src := *p, *p.Source
	src.Path, shown.Output, shown.Source = printable(src.Path), printable(p.Output), &src
	return shown.Text()
}

func newProbe() *cobra.Command {
	var sound, asJSON bool
	c := &cobra.Command{
		Use:   "probe CAPTURE...",
		Short: "Print what a capture is, measured, as JSON",
		Long: `Measures each capture (streams, field order, film, aspect, colours, length) and prints what it is as a JSON object.
What a file claims and what its pictures show are both there. With --sound the sound tracks are measured from beginning to end instead, and
described in words, or as JSON with --json.`,
		Args: atLeast(1, "the capture to look at"),
		RunE: func(c *cobra.Command, args []string) error {
			return withService(func(s *core.Service) error {
				return each(c, args, func(path string) error {
					if sound {
						tracks, err := s.Sound(c.Context(), path, nil)
						switch {
						case err != nil:
							return err
						case asJSON:
							return printJSON(c.OutOrStdout(), tracks)
						}
						printSound(c.OutOrStdout(), path, tracks)
						return nil
					}
					src, err := s.Probe(c.Context(), path, nil)
					if err != nil {
						return err
					}
					return printJSON(c.OutOrStdout(), src)
				})
			})
		},
	}
	c.Flags().BoolVar(&sound, "sound", false, "measure the sound: what is wrong with it, and what would be done")
	c.Flags().BoolVar(&asJSON, "json", false, "with --sound: print JSON")
	return c
}

func newPresets() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "presets",
		Short: "List presets",
		Long:  "Lists the presets that --preset takes: those that come with the program, and your own.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withService(func(s *core.Service) error {
				list, bad := s.Presets()
				if asJSON {
					return errors.Join(printJSON(c.OutOrStdout(), list), bad)
				}
				out := c.OutOrStdout()
				for _, r := range list {
					own := ""
					if !r.BuiltIn {
						own = " (your own)"
					}
					fmt.Fprintf(out, "%-12s %s%s\n             %s\n", r.Name, printable(r.Title), own, printable(r.Description))
				}
				fmt.Fprintf(out, "\nYour own presets go into %s as NAME.toml.\n", s.PresetsDir())
				return bad
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func newModels() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "models",
		Short: "List networks with size, cost and measured gain",
		Long:  "Lists the networks that --network takes: those that come with the program, and your own, with what they cost, what they gain, and what is wrong with those that can't be used.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withService(func(s *core.Service) error {
				list := s.NetworkInfos()
				if asJSON {
					return printJSON(c.OutOrStdout(), list)
				}
				out := c.OutOrStdout()
				for _, n := range list {
					if n.Error != "" {
						if n.Name == "" { // a folder that can't be read
							n.Name = n.Path
						}
						fmt.Fprintf(out, "%-14s can't be used: %s\n", printable(n.Name), printable(n.Error))
						continue
					}
					fmt.Fprintf(out, "%-14s %d layers of up to %d channels (%d kB), %dx, %.2f billion multiply-adds for a 720x480 picture\n", printable(n.Name), n.Layers, n.Channels, (4*n.Weights+500)/1000, n.Scale, float64(n.MACs)/1e9)
					if n.Gain != "" {
						fmt.Fprintf(out, "%-14s %s\n", "", printable(n.Gain))
					}
				}
				fmt.Fprintf(out, "\nYour own networks (ONNX, compact family) go into %s.\n", s.NetworksDir())
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func newDoctor() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check what this machine has",
		Long:  "Checks ffmpeg, encoders (hardware ones by a short trial), engines, GPU, networks and free space. Exits with 1 if captures can't be restored here.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withService(func(s *core.Service) error {
				r := s.Doctor(c.Context())
				if asJSON {
					if err := printJSON(c.OutOrStdout(), r); err != nil {
						return err
					}
				} else {
					out := c.OutOrStdout()
					for _, k := range r.Checks {
						mark := "ok  "
						if !k.OK {
							mark = "-   "
							if k.Required {
								mark = "FAIL"
							}
						}
						fmt.Fprintf(out, "%s  %-20s %s\n", mark, printable(k.Name), printable(k.Detail))
						if k.Hint != "" && !k.OK {
							fmt.Fprintf(out, "      %-20s %s\n", "", printable(k.Hint))
						}
					}
				}
				if !r.OK {
					return errors.New("captures can't be restored on this machine yet")
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	addGPU(c)
	return c
}
