package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/tapelight/tapelight/core"
	"github.com/tapelight/tapelight/core/quality"
)

func newMeasure() *cobra.Command {
	var from, span string
	var asJSON, asTheyAre bool
	c := &cobra.Command{
		Use:   "measure REFERENCE VIDEO",
		Short: "Measure how far a video is from a reference",
		Long: `Compares two videos picture by picture and prints PSNR, SSIM, flicker, noise and sharpness. The second one is brought to the size, place and
matrix of the first: a shift of some pictures or samples and a difference in scale are found from the first pictures. Interlaced videos are deinterlaced to
field rate. The figures are those of 10-bit 4:2:0 pictures; codes are 8-bit codes.`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usageError{fmt.Errorf("the reference is missing")}
			case len(args) == 1:
				return usageError{fmt.Errorf("the video to measure is missing")}
			}
			return noArgs(nil, args[2:])
		},
		RunE: func(c *cobra.Command, args []string) error {
			start, err := parseTime(from)
			if err != nil {
				return usageError{fmt.Errorf("--start: %w", err)}
			}
			length, err := parseTime(span)
			if err != nil {
				return usageError{fmt.Errorf("--duration: %w", err)}
			}
			return withService(func(s *core.Service) error {
				m, err := s.Measure(c.Context(), core.MeasureRequest{A: args[0], B: args[1], Start: start, Length: length, AsTheyAre: asTheyAre}, nil)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c.OutOrStdout(), m)
				}
				return measuredText(c.OutOrStdout(), m)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&asTheyAre, "as-they-are", false, "don't look for shifts and scales between the pictures")
	c.Flags().StringVar(&from, "start", "", "begin here in both: seconds, m:ss or h:mm:ss")
	c.Flags().StringVar(&span, "duration", "", "measure only so much, like --start")
	return c
}

func measuredText(w io.Writer, m *core.Measured) error {
	fmt.Fprintf(w, "%d pictures of %dx%d, %.2f a second\n", m.Pictures, m.Width, m.Height, m.Rate)
	if m.Alignment != quality.Aligned() {
		fmt.Fprintf(w, "found to lie apart by %v\n", m.Alignment)
	}
	number := func(v *float64, format, nothing string) string {
		if v == nil {
			return nothing
		}
		return fmt.Sprintf(format, *v)
	}
	planes := func(list []*float64, format, nothing string) (out string) {
		for i, v := range list {
			out += fmt.Sprintf("  %c %s", "YUV"[i], number(v, format, nothing))
		}
		return out
	}
	const same = "identical"
	fmt.Fprintf(w, "PSNR       %s%s, worst %s (picture %d)\n", number(m.PSNRAll, "%.2f dB", same), planes(m.PSNR, "%.2f", same), number(m.PSNRWorst, "%.2f", same), m.WorstPicture)
	fmt.Fprintf(w, "SSIM       %s%s\n", number(m.SSIMAll, "%.4f", "-"), planes(m.SSIM, "%.4f", "-"))
	fmt.Fprintf(w, "Flicker    %s codes other than the reference; where that stands still %s (its own %s)\n", number(m.Flicker, "%.2f", "-"), number(m.Still, "%.2f", "-"), number(m.StillA, "%.2f", "-"))
	fmt.Fprintf(w, "Noise      %s codes in flat areas, the reference's %s\n", number(m.NoiseB, "%.2f", "-"), number(m.NoiseA, "%.2f", "-"))
	_, err := fmt.Fprintf(w, "Sharpness  %s of the reference's edges\n", number(m.Sharpness, "%.3f", "-"))
	return err
}
