//go:build cuda && cgo

package cuda

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gorgonia.org/cu"

	"github.com/tapelight/tapelight/core/neural"
)

// choice is what was found best for a network on a card.
type choice struct {
	Batch   int     `json:"batch"`
	Fuse    fusing  `json:"fuse"`
	Seconds float64 `json:"seconds"` // for each picture, computing alone
}

const (
	tuneFor     = 700 * time.Millisecond // no further trial is begun after that
	slowPicture = 0.04                   // seconds; a card that takes longer for one is not tried with many
	tuneBatches = 3
	tuneGain    = 0.97 // a larger batch must be that much faster: it takes more memory, and longer until its first picture
	tuneKept    = 256  // entries in the file; beyond that it begins anew
)

// tuned is the best batch and way to fuse for a network on a card, measured once and remembered in the cache folder.
func (e *Engine) tuned(ctx context.Context, c *card, g *geometry, lanes int) (choice, error) {
	p := e.program(c, g, fuseReckoned)
	largest, err := e.largest(c, p, lanes)
	if err != nil {
		return choice{}, err
	}
	key := fmt.Sprintf("%s %s driver %d %s %s %dx%d up to %d", c.name, c.uuid, cu.Version(), p.variant.name, digest(g.net), g.in.Width, g.in.Height, largest)
	e.tuning.Lock()
	defer e.tuning.Unlock()
	known := e.readChoices()
	if found, ok := known[key]; ok && found.Batch >= 1 && found.Batch <= largest && found.Fuse >= fuseReckoned && found.Fuse <= fuseMost {
		return found, nil
	}
	best, err := e.try(ctx, c, g, largest, lanes)
	if err != nil {
		return choice{}, err
	}
	if len(known) >= tuneKept {
		clear(known)
	}
	known[key] = best
	e.writeChoices(known)
	return best, nil
}

// try measures the ways to fuse with a small batch, then batches with the best way.
func (e *Engine) try(ctx context.Context, c *card, g *geometry, largest, lanes int) (choice, error) {
	best := choice{Batch: largest}
	start := time.Now()
	var tried [][]pass
	var quickest *lane
	defer func() {
		if quickest != nil {
			quickest.close()
		}
	}()
	for _, fuse := range []fusing{fuseReckoned, fuseNone, fuseSome, fuseMost} {
		if ctx.Err() != nil || time.Since(start) > tuneFor {
			break
		}
		p := e.program(c, g, fuse)
		if slices.ContainsFunc(tried, func(other []pass) bool { return slices.Equal(other, p.passes) }) {
			continue
		}
		tried = append(tried, p.passes)
		l, err := e.laneWithin(c, p, sizeFor(g, largest, lanes))
		if err != nil {
			return best, err
		}
		n := min(l.batch, 8)
		seconds, err := l.measure(1, 1)
		if err == nil && seconds > e.slow {
			l.close()
			return choice{n, fuse, seconds}, nil
		}
		if err == nil {
			seconds, err = l.measure(n, tuneBatches)
		}
		if err != nil {
			l.close()
			return best, err
		}
		if seconds /= float64(n); quickest == nil || seconds < best.Seconds {
			if quickest != nil {
				quickest.close()
			}
			quickest, best = l, choice{n, fuse, seconds}
		} else {
			l.close()
		}
	}
	if quickest == nil {
		return best, ctx.Err()
	}
	for n := 2 * best.Batch; n <= quickest.batch && ctx.Err() == nil && time.Since(start) < tuneFor; n *= 2 {
		seconds, err := quickest.measure(n, tuneBatches)
		if err != nil {
			return best, err
		}
		if seconds /= float64(n); seconds < tuneGain*best.Seconds {
			best.Batch, best.Seconds = n, seconds
		}
	}
	return best, ctx.Err()
}

// digest tells networks apart by all that matters for speed: their layers' sizes and inputs.
func digest(n *neural.Network) string {
	h := sha256.New()
	add := func(v ...int) {
		for _, x := range v {
			_ = binary.Write(h, binary.LittleEndian, int64(x)) // never fails
		}
	}
	add(n.Planes, n.Grid, n.Scale, int(n.Base), len(n.Inputs))
	before, after := n.Window()
	add(before, after)
	for _, l := range n.Layers {
		add(l.In, l.Out)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (e *Engine) choicesFile() string { return filepath.Join(e.config.CacheDir, "cuda-batches.json") }

// readChoices is never an error: what can't be read is measured again.
func (e *Engine) readChoices() map[string]choice {
	known := map[string]choice{}
	if e.config.CacheDir == "" {
		return e.choices
	}
	if text, err := os.ReadFile(e.choicesFile()); err != nil || json.Unmarshal(text, &known) != nil || known == nil {
		return map[string]choice{}
	}
	return known
}

// writeChoices replaces the file at once, so that another program never reads half of it.
func (e *Engine) writeChoices(known map[string]choice) {
	if e.config.CacheDir == "" {
		e.choices = known
		return
	}
	text, err := json.MarshalIndent(known, "", "\t")
	if err == nil {
		err = os.MkdirAll(e.config.CacheDir, 0o755)
	}
	var f *os.File
	if err == nil {
		f, err = os.CreateTemp(e.config.CacheDir, "cuda-batches-*.json")
	}
	if err == nil {
		_, err = f.Write(text)
		if e := f.Close(); err == nil {
			err = e
		}
		if err == nil {
			err = os.Rename(f.Name(), e.choicesFile())
		}
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}
	if err != nil {
		e.log("the batch size found can't be remembered: %v", err)
	}
}
