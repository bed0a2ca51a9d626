package ffmpeg

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// Progress is one report of a running encoder.
type Progress struct {
	Frame int64         // pictures written
	Time  time.Duration // of the output so far; 0 while ffmpeg does not know
	Size  int64         // bytes
	Done  bool
}

// ParseProgress reads the key=value blocks of -progress and calls report after each. It returns when r ends.
func ParseProgress(r io.Reader, report func(Progress)) error {
	lines := bufio.NewScanner(r)
	var p Progress
	for lines.Scan() {
		key, value, ok := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		number, err := strconv.ParseInt(value, 10, 64)
		known := err == nil && number >= 0 // N/A, and the large negative time before the first packet
		switch key {
		case "frame":
			if known {
				p.Frame = number
			}
		case "out_time_us":
			if known && number < 1<<53 {
				p.Time = time.Duration(number) * time.Microsecond
			}
		case "total_size":
			if known {
				p.Size = number
			}
		case "progress":
			p.Done = value == "end"
			report(p)
		}
	}
	return lines.Err()
}
