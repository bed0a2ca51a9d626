package main

import (
	"fmt"
	"io"
	"math"

	"github.com/tapelight/tapelight/core"
)

// printSound tells for people what was measured on the sound tracks of a capture.
func printSound(w io.Writer, path string, tracks []core.SoundReport) {
	fmt.Fprintln(w, printable(path))
	if len(tracks) == 0 {
		fmt.Fprintln(w, "  There is no sound in it.")
	}
	for _, t := range tracks {
		what := printable(t.Codec)
		if m := t.Measured; m != nil {
			channels := fmt.Sprintf("%d channels", m.Channels)
			switch m.Channels {
			case 1:
				channels = "mono"
			case 2:
				channels = "stereo"
			}
			what += fmt.Sprintf(", %s, %d Hz, %.0f s", channels, m.Rate, m.Seconds())
		}
		if t.Language != "" {
			what += ", " + printable(t.Language)
		}
		fmt.Fprintf(w, "  Track %d     %s\n", t.Track, what)
		for i, f := range t.Found {
			fmt.Fprintf(w, "  %-11s %s\n", map[bool]string{true: "Found"}[i == 0], f)
		}
		for i, s := range t.Repairs {
			fmt.Fprintf(w, "  %-11s %s: %s\n", map[bool]string{true: "Repairs"}[i == 0], s.Name, s.Why)
		}
		if t.Measured == nil {
			continue
		}
		for i, f := range t.Measured.Nature() {
			fmt.Fprintf(w, "  %-11s %s\n", map[bool]string{true: "Sound"}[i == 0], f)
		}
		for c, l := range t.Measured.Levels {
			if l.RMSDBFS > -150 {
				fmt.Fprintf(w, "  %-11s %d: %.1f dBFS, peak %.1f dBFS\n", map[bool]string{true: "Channel"}[c == 0], c+1, l.RMSDBFS, l.PeakDBFS)
			}
		}
		if l := t.Loudness; l != nil && !math.IsInf(l.Integrated, 0) {
			fmt.Fprintf(w, "  Loudness    %.1f LUFS, range %.1f LU, true peak %.1f dBTP\n", l.Integrated, l.Range, l.TruePeak)
		}
		if n := t.Measured.Noise; n.Known {
			fmt.Fprintf(w, "  Noise       %.0f dBFS, %.0f dB under the sound\n", n.FloorDBFS, n.SNRDB)
		}
		if len(t.Measured.Spectrum) > 0 {
			fmt.Fprintln(w, "  Spectrum    Hz: mean, in the quietest twentieth (dBFS)")
			for i, b := range t.Measured.Spectrum {
				if i%3 == 0 {
					fmt.Fprintf(w, "  %8.0f    %4.0f %4.0f  %s\n", b.Hz, b.MeanDBFS, b.QuietDBFS, spectrumBar(b.MeanDBFS, b.QuietDBFS))
				}
			}
		}
	}
}

// spectrumBar draws a band from -100 to 0 dBFS: what is there in the quiet, and what comes on top.
func spectrumBar(mean, quiet float64) string {
	const width = 50
	at := func(db float64) int { return int(min(1, max(0, 1+db/100)) * width) }
	line := make([]rune, 0, width)
	for i := range at(mean) {
		if i < at(quiet) {
			line = append(line, '=')
		} else {
			line = append(line, '-')
		}
	}
	return string(line)
}
