package ffmpeg

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/tapelight/tapelight/core/process"
)

// FrameFlags is what the coded stream says of one decoded frame.
type FrameFlags struct {
	Time       float64 // seconds; Timed is false where the stream has none
	Timed      bool
	Interlaced bool
	TopFirst   bool
	Repeat     int // extra fields to show: 1 on every second frame of soft telecine
}

// Flags decodes about span seconds from start (seconds from the file's beginning) and returns the frames' own flags.
func (t *Tools) Flags(ctx context.Context, path string, stream int, start, span float64) ([]FrameFlags, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, probeTime, fmt.Errorf("no answer within %v", probeTime))
	defer cancel()
	from := ""
	if start > 0 {
		from = fmt.Sprintf("%.3f", start)
	}
	args := append([]string{"-v", "error", "-hide_banner", "-select_streams", fmt.Sprint(stream), "-read_intervals", fmt.Sprintf("%s%%+%.3f", from, span),
		"-show_entries", "frame=best_effort_timestamp_time,interlaced_frame,top_field_first,repeat_pict", "-print_format", "compact=print_section=0"}, inputArgs(path)...)
	out, err := process.Output(ctx, process.Spec{Label: "ffprobe", Path: t.FFprobe, Args: args}, probeBytes)
	flags := ParseFlags(out)
	if err != nil && len(flags) == 0 {
		return nil, fmt.Errorf("read the frame flags of %s: %w", path, err)
	}
	return flags, nil
}

// ParseFlags reads ffprobe's compact frame lines, passing over what is none.
func ParseFlags(out []byte) (flags []FrameFlags) {
	for line := range bytes.Lines(out) {
		var f FrameFlags
		var is bool
		for field := range strings.SplitSeq(strings.TrimSpace(string(line)), "|") {
			key, value, _ := strings.Cut(field, "=")
			switch key {
			case "best_effort_timestamp_time":
				f.Time, f.Timed = probeSeconds(value)
			case "interlaced_frame":
				f.Interlaced, is = value == "1", true
			case "top_field_first":
				f.TopFirst = value == "1"
			case "repeat_pict":
				f.Repeat = jsonText(value).size()
			}
		}
		if is {
			flags = append(flags, f)
		}
	}
	return flags
}
