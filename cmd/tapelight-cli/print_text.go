package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/tapelight/tapelight/core"
)

// textPrinter draws a bar on a terminal's last line. Whatever it writes besides, it clears that line first.
type textPrinter struct {
	out   io.Writer
	width func() int // of the terminal in columns, 0 where unknown
	now   func() time.Time
	plain bool // for a file or a pipe: the beginning and the end alone, without control sequences

	mu  sync.Mutex
	eta core.ETA
}

// clearLine goes to the line's beginning and clears it.
const clearLine = "\r\x1b[K"

func (p *textPrinter) clear() string {
	if p.plain {
		return ""
	}
	return clearLine
}

func (p *textPrinter) start(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.eta = core.ETA{}
	fmt.Fprintf(p.out, "%s\n", printable(path))
}

func (p *textPrinter) progress(g core.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plain {
		return
	}
	if g.Total == 0 {
		p.line(fmt.Sprintf("  %s ...", g.Stage))
		return
	}
	fps, left := p.eta.Add(p.now(), g.Frames, g.Total)
	speed, limit := "", ""
	if fps > 0 {
		speed = fmt.Sprintf("  %.1f fps", fps)
	}
	best := 0.0
	for _, s := range g.Stages {
		if s.Utilisation > best {
			best, limit = s.Utilisation, fmt.Sprintf("  (%s is slowest)", s.Name)
		}
	}
	p.line(fmt.Sprintf("  %s %3d %%%s  %s  %s%s", bar(float64(g.Frames)/float64(g.Total), 30), min(100, 100*g.Frames/g.Total), speed, remaining(left, fps), core.Bytes(g.Size), limit))
}

// remaining is the time left at a speed.
func remaining(left time.Duration, fps float64) string {
	if fps <= 0 {
		return "estimating"
	}
	return core.Clock(left) + " left"
}

// line replaces the last line, cut to the terminal's width.
func (p *textPrinter) line(s string) {
	if w, r := p.width(), []rune(s); w > 0 && len(r) >= w {
		s = string(r[:w-1])
	}
	fmt.Fprint(p.out, clearLine+s)
}

func bar(share float64, n int) string {
	full := int(min(1, max(0, share)) * float64(n))
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", n-full) + "]"
}

func (p *textPrinter) failed(_ string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "%s  failed: %s\n", p.clear(), oneLine(err))
	if f, ok := errors.AsType[*core.FailedError](err); ok && f.Log != "" {
		fmt.Fprintf(p.out, "  more in %s\n", printable(f.Log))
	}
}

func (p *textPrinter) cancelled(string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprint(p.out, p.clear())
}

func (p *textPrinter) done(r *core.Report) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprint(p.out, p.clear()+reportText(r))
}

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
		line("note", "%s", printable(w))
	}
	return b.String()
}

// printable keeps a text on its line and off the terminal's controls: line breaks, escapes and marks that turn the direction of writing are shown as
// '?'. File names can hold all of them.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return '?'
		}
		return r
	}, s)
}

// oneLine is an error as a line. Errors that were joined are parted by semicolons.
func oneLine(err error) string {
	if many, ok := err.(interface{ Unwrap() []error }); ok && err.Error() == errors.Join(many.Unwrap()...).Error() {
		var parts []string
		for _, e := range many.Unwrap() {
			parts = append(parts, oneLine(e))
		}
		return strings.Join(parts, "; ")
	}
	return printable(err.Error())
}

func mib(n uint64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }
