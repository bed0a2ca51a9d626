package main

import (
	"encoding/json"
	"io"

	"github.com/tapelight/tapelight/core"
)

// jsonPrinter writes one object a line; "type" tells what it is.
type jsonPrinter struct {
	out  io.Writer
	path string
	last string
	pct  int
}

func (p *jsonPrinter) write(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		return // only values that can be marshalled are written
	}
	_, _ = p.out.Write(append(b, '\n'))
}

func (p *jsonPrinter) start(path string) {
	p.path, p.last, p.pct = path, "", -1
	p.write(map[string]any{"type": "start", "capture": path})
}

// progress is written when the stage or the whole percent changes.
func (p *jsonPrinter) progress(g core.Progress) {
	pct := 0
	if g.Total > 0 {
		pct = int(100 * g.Frames / g.Total)
	}
	if g.Stage == p.last && pct == p.pct {
		return
	}
	p.last, p.pct = g.Stage, pct
	p.write(map[string]any{"type": "progress", "capture": p.path, "stage": g.Stage, "percent": pct, "frames": g.Frames, "total": g.Total, "seconds": g.Elapsed.Seconds(), "size": g.Size})
}

func (p *jsonPrinter) failed(path string, err error) {
	p.write(map[string]any{"type": "failed", "capture": path, "error": err.Error()})
}

func (p *jsonPrinter) done(r *core.Report) {
	p.write(struct {
		Type string `json:"type"`
		*core.Report
	}{"done", r})
}

func (p *jsonPrinter) end() {}
