package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
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
				return each(requests, func(r core.Request) error {
					p, err := s.Plan(c.Context(), r, nil)
					if err != nil {
						return err
					}
					if f.json {
						return printJSON(os.Stdout, p)
					}
					fmt.Println(p.Text())
					return nil
				})
			})
		},
	}
	f.register(c)
	return c
}

// each goes on after a failure and reports it at once.
func each[T any](items []T, do func(T) error) error {
	failed := false
	for _, item := range items {
		if err := do(item); err != nil {
			if errors.Is(err, os.ErrClosed) || len(items) == 1 {
				return err
			}
			fmt.Fprintln(os.Stderr, oneLine(err))
			failed = true
		}
	}
	if failed {
		return silentError{errors.New("some captures failed")}
	}
	return nil
}

func newProbe() *cobra.Command {
	return &cobra.Command{
		Use:   "probe CAPTURE...",
		Short: "Print what a capture is, measured, as JSON",
		Args:  atLeast(1, "the capture to look at"),
		RunE: func(c *cobra.Command, args []string) error {
			return withService(func(s *core.Service) error {
				return each(args, func(path string) error {
					src, err := s.Probe(c.Context(), path, nil)
					if err != nil {
						return err
					}
					return printJSON(os.Stdout, src)
				})
			})
		},
	}
}

func newPresets() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "presets",
		Short: "List presets",
		Args:  exactly(0),
		RunE: func(*cobra.Command, []string) error {
			return withService(func(s *core.Service) error {
				list, bad := s.Presets()
				if asJSON {
					return errors.Join(printJSON(os.Stdout, list), bad)
				}
				for _, r := range list {
					own := ""
					if !r.BuiltIn {
						own = " (your own)"
					}
					fmt.Printf("%-12s %s%s\n             %s\n", r.Name, r.Title, own, r.Description)
				}
				fmt.Printf("\nYour own presets go into %s as NAME.toml.\n", s.PresetsDir())
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
		Args:  exactly(0),
		RunE: func(*cobra.Command, []string) error {
			return withService(func(s *core.Service) error {
				list := s.NetworkInfos()
				if asJSON {
					return printJSON(os.Stdout, list)
				}
				for _, n := range list {
					if n.Error != "" {
						fmt.Printf("%-14s can't be used: %s\n", n.Name, n.Error)
						continue
					}
					fmt.Printf("%-14s %d layers of up to %d channels, %dx, %.2f billion multiply-adds for a 720x480 picture\n", n.Name, n.Layers, n.Channels, n.Scale, float64(n.MACs)/1e9)
					if n.Gain != "" {
						fmt.Printf("%-14s %s\n", "", n.Gain)
					}
				}
				fmt.Printf("\nYour own networks (ONNX, compact family) go into %s.\n", s.NetworksDir())
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
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return withService(func(s *core.Service) error {
				r := s.Doctor(c.Context())
				if asJSON {
					if err := printJSON(os.Stdout, r); err != nil {
						return err
					}
				} else {
					for _, k := range r.Checks {
						mark := "ok  "
						if !k.OK {
							mark = "-   "
							if k.Required {
								mark = "FAIL"
							}
						}
						fmt.Printf("%s  %-20s %s\n", mark, k.Name, oneLine(errors.New(k.Detail)))
						if k.Hint != "" && !k.OK {
							fmt.Printf("      %-20s %s\n", "", k.Hint)
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
	return c
}
