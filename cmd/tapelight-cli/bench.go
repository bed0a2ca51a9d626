package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
)

func newBench() *cobra.Command {
	bench := &cobra.Command{Use: "bench", Short: "Measure speed", Long: "Measures speed on this machine, to compare settings, machines and versions."}
	var f requestFlags
	var tuning tuningFlags
	pipeline := &cobra.Command{
		Use:   "pipeline CAPTURE",
		Short: "Compare the whole pipeline with its stages run alone",
		Long: `Runs decoder, network and encoder alone and then together on the same pictures, and prints the ratio of the whole's time to the bound: the larger of the
slowest stage's time and all processor seconds divided by the cores. Take a capture, or a --duration, of a few seconds.`,
		Args: one("the capture to measure with"),
		RunE: func(c *cobra.Command, args []string) error {
			return withService(func(s *core.Service) error {
				if err := tuning.apply(s); err != nil {
					return err
				}
				requests, err := f.requests(s, c, args)
				if err != nil {
					return err
				}
				out := c.OutOrStdout()
				r, err := s.BenchPipeline(c.Context(), requests[0])
				if err != nil {
					return err
				}
				if f.json {
					return printJSON(out, r)
				}
				fmt.Fprintf(out, "%d pictures, %d cores\n\n%-10s %9s %9s %9s\n", r.Frames, r.Cores, "", "wall s", "CPU s", "fps")
				for _, st := range r.Alone {
					fmt.Fprintf(out, "%-10s %9.2f %9.2f %9.2f\n", st.Name, st.Wall, st.CPU, st.FPS)
				}
				fmt.Fprintf(out, "%-10s %9.2f %9.2f %9.2f\n\nbound %.2f s, ratio %.3f\n", "together", r.Whole.Wall, r.Whole.CPU, r.Whole.FPS, r.Bound, r.Ratio)
				return nil
			})
		},
	}
	f.register(pipeline)
	tuning.registerScratch(pipeline)
	group(bench)
	bench.AddCommand(pipeline, newBenchGPU())
	return bench
}
