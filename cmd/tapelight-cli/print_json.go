package main

import (
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/tapelight/tapelight/core"
)

// jsonPrinter writes one object a line; "type" tells what it is.
type jsonPrinter struct {
	out io.Writer

	mu   sync.Mutex
	path string
	last string
	pct  int
}

// write is called with the lock held, so that lines don't mix.
func (p *jsonPrinter) write(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		return // only values that can be marshalled are written
	}
	_, _ = p.out.Write(append(b, '\n'))
}

func (p *jsonPrinter) start(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.path, p.last, p.pct = path, "", -1
	p.write(map[string]any{"type": "start", "capture": path})
}

// progress is written when the stage or the whole percent changes.
func (p *jsonPrinter) progress(g core.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pct := 0
	if g.Total > 0 {
		pct = int(min(100, 100*g.Frames/g.Total))
	}
	if g.Stage == p.last && pct == p.pct {
		return
	}
	p.last, p.pct = g.Stage, pct
	p.write(map[string]any{"type": "progress", "capture": p.path, "stage": g.Stage, "percent": pct, "frames": g.Frames, "total": g.Total, "seconds": g.Elapsed.Seconds(), "size": g.Size})
}

func (p *jsonPrinter) failed(path string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := map[string]any{"type": "failed", "capture": path, "error": err.Error()}
	if f, ok := errors.AsType[*core.FailedError](err); ok && f.Log != "" {
		line["log"] = f.Log
	}
	p.write(line)
}

func (p *jsonPrinter) cancelled(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write(map[string]any{"type": "cancelled", "capture": path})
}

func (p *jsonPrinter) done(r *core.Report) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write(struct {
		Type    string `json:"type"`
		Capture string `json:"capture"`
		*core.Report
	}{"done", r.Source, r})
}
