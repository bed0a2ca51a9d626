package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
)

// addGPU gives doctor its --gpu: each card computes small known networks, and is held against what is right.
func addGPU(doctor *cobra.Command) {
	gpu := doctor.Flags().Bool("gpu", false, "test the graphics cards: small known networks, held against the reference")
	rest := doctor.RunE
	doctor.RunE = func(c *cobra.Command, args []string) error {
		if !*gpu {
			return rest(c, args)
		}
		return gpus(c, false)
	}
}

// newBenchGPU measures the cards; make bench-gpu holds its figures beside PyTorch's.
func newBenchGPU() *cobra.Command {
	c := &cobra.Command{
		Use:   "gpu",
		Short: "Measure the GPU engine: networks alone, and with transfers",
		Long: `Tests each graphics card, then measures networks of C channels and N body layers on pictures of 720x480 and 1440x1080, enlarged twofold, in batches of 1, 8 and 32:
computing alone, and as a stream with all transfers. Peaks are measured in the same run, by a copy and by matrix products in registers.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return gpus(c, true) },
	}
	c.Flags().Bool("json", false, "print JSON")
	return c
}

func gpus(c *cobra.Command, speeds bool) error {
	asJSON, err := c.Flags().GetBool("json")
	if err != nil {
		return err
	}
	return withService(func(s *core.Service) error {
		reports, err := s.GPUs(c.Context(), speeds)
		if err != nil {
			return err
		}
		if asJSON {
			err = printJSON(c.OutOrStdout(), reports)
		} else {
			for _, r := range reports {
				printGPU(c.OutOrStdout(), r)
			}
		}
		for _, r := range reports {
			if !r.OK() {
				err = errors.Join(err, fmt.Errorf("%s does not compute what is right", printable(r.Name)))
			}
		}
		return err
	})
}

func printGPU(out io.Writer, r core.GPUReport) {
	fmt.Fprintf(out, "%s  %s, %s, compute capability %s, driver for CUDA %s\n", r.ID, printable(r.Name), core.Bytes(int64(r.Memory)), r.Capability, r.Driver)
	for _, t := range r.Tests {
		if t.Error != "" {
			fmt.Fprintf(out, "  FAIL  kernels %-9s %s\n", t.Kernels, printable(t.Error))
		} else {
			fmt.Fprintf(out, "  ok    kernels %-9s at most %.1e of the range from the reference\n", t.Kernels, t.Distance)
		}
	}
	if len(r.Speeds) == 0 {
		return
	}
	fmt.Fprintf(out, "  copying reaches %.0f GB/s, matrix products %.1f TFLOP/s\n\n", r.CopyPeak/1e9, r.MatrixPeak/1e12)
	fmt.Fprintf(out, "  %-7s %-10s %5s %9s %8s %7s %7s %7s %9s %6s  %s\n", "network", "picture", "batch", "fps", "TFLOP/s", "of peak", "GB/s", "of peak", "stream", "busy", "passes")
	for _, s := range r.Speeds {
		fmt.Fprintf(out, "  %-7s %-10s %5d %9.1f %8.2f %6.1f%% %7.1f %6.1f%% %9.1f %5.1f%%  %s\n", s.Network, fmt.Sprintf("%dx%d", s.Width, s.Height), s.Batch, s.FPS,
			s.FLOPS/1e12, share(s.FLOPS, r.MatrixPeak), s.Bytes/1e9, share(s.Bytes, r.CopyPeak), s.StreamFPS, 100*s.Busy, strings.Join(s.Passes, " "))
	}
}

// share is a as percent of b, 0 where b was not measured.
func share(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return 100 * a / b
}
