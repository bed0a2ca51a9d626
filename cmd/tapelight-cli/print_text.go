package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/tapelight/tapelight/core"
)

// textPrinter draws a bar on a terminal's last line.
type textPrinter struct {
	out   io.Writer
	width func() int

	mu  sync.Mutex
	eta core.ETA
}

func (p *textPrinter) start(path string) {
	p.eta = core.ETA{}
	fmt.Fprintf(p.out, "%s\n", printable(path))
}

func (p *textPrinter) progress(g core.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g.Total == 0 {
		p.line(fmt.Sprintf("  %s ...", g.Stage))
		return
	}
	fps, left := p.eta.Add(time.Now(), g.Frames, g.Total)
	slowest := ""
	best := 0.0
	for _, s := range g.Stages {
		if s.Utilisation > best {
			best, slowest = s.Utilisation, s.Name
		}
	}
	p.line(fmt.Sprintf("  %s %3d %%  %.1f fps  %s  %s  (%s is slowest)", bar(float64(g.Frames)/float64(g.Total), 30), 100*g.Frames/g.Total, fps, remaining(left), core.Bytes(g.Size), slowest))
}

func remaining(d time.Duration) string {
	if d <= 0 {
		return "estimating"
	}
	return core.Clock(d) + " left"
}

// line replaces the last line, cut to the terminal's width.
func (p *textPrinter) line(s string) {
	if w := p.width(); w > 0 && len(s) >= w {
		s = s[:w-1]
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", s)
}

func bar(share float64, n int) string {
	full := int(min(1, max(0, share)) * float64(n))
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", n-full) + "]"
}

func (p *textPrinter) failed(_ string, err error) {
	p.end()
	fmt.Fprintf(p.out, "  failed: %s\n", oneLine(err))
}

func (p *textPrinter) done(r *core.Report) {
	p.end()
	fmt.Fprint(p.out, reportText(r))
}

func (p *textPrinter) end() { fmt.Fprint(p.out, "\r\x1b[K") }

// reportText is a finished run for people.
func reportText(r *core.Report) string {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "  %-9s %s\n", label, fmt.Sprintf(format, args...))
	}
	line("output", "%s", printable(r.Output))
	line("pictures", "%d read, %d written, %s", r.FramesIn, r.Frames, core.Clock(time.Duration(r.Seconds*float64(time.Second))))
	line("time", "%.1f s, %.2f pictures a second, %.2f times real time", r.Wall, r.FPS, r.Seconds/r.Wall)
	for _, s := range r.Stages {
		mark := ""
		if s.Slowest {
			mark = "  <- slowest"
		}
		line(s.Name, "%6.1f CPU-seconds, at work %3.0f %% of the time%s", s.Busy, 100*s.Utilisation, mark)
	}
	line("memory", "%s at most, %s of it our own process", mib(r.PeakTree), mib(r.PeakOwn))
	line("disk", "%s of output, %s of temporary files", core.Bytes(r.Size), core.Bytes(r.Temp))
	for _, w := range r.Warnings {
		line("note", "%s", w)
	}
	return b.String()
}

// printable keeps control characters of file names off the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 32 || r == 127 || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}
