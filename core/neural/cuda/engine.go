//go:build cuda && cgo

package cuda

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/tapelight/tapelight/core/frame"
	"github.com/tapelight/tapelight/core/neural"
)

// Config is what the engine is given. All of it may be left out.
type Config struct {
	Fallback neural.Engine // makes the remaining pictures where no card can
	CacheDir string        // where batch sizes are remembered, by card
	Log      func(string)  // hears what people should know: smaller batches, cards lost, another engine taking over
}

// Engine runs networks on NVIDIA's cards.
type Engine struct {
	config Config

	mu     sync.Mutex
	tested map[string]error // by card and kernels
	uses   map[int]int      // lanes by card
	gone   map[int]bool     // cards lost in this process

	fuse fusing  // where nothing was measured
	slow float64 // see slowPicture

	tuning  sync.Mutex // one at a time: they'd disturb one another
	choices map[string]choice
}

// New returns the engine. It works on machines without a card too: there, Devices and Open say what is missing.
func New(c Config) *Engine {
	return &Engine{config: c, tested: map[string]error{}, uses: map[int]int{}, gone: map[int]bool{}, choices: map[string]choice{}, slow: slowPicture}
}

// Name is "cuda".
func (*Engine) Name() string { return "cuda" }

func (e *Engine) log(format string, a ...any) {
	if e.config.Log != nil {
		e.config.Log(fmt.Sprintf(format, a...))
	}
}

// Devices lists the cards.
func (e *Engine) Devices(ctx context.Context) ([]neural.Device, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all, err := cards()
	if err != nil {
		return nil, err
	}
	var list []neural.Device
	for _, c := range all {
		list = append(list, neural.Device{ID: c.id(), Name: c.name, Memory: c.memory})
	}
	return list, nil
}

func (e *Engine) taken(c *card)    { e.mu.Lock(); e.uses[c.number]++; e.mu.Unlock() }
func (e *Engine) released(c *card) { e.mu.Lock(); e.uses[c.number]--; e.mu.Unlock() }
func (e *Engine) lost(c *card)     { e.mu.Lock(); e.gone[c.number] = true; e.mu.Unlock() }

// byUse orders cards: those that were never lost first, then the least used.
func (e *Engine) byUse(all []*card) []*card {
	e.mu.Lock()
	defer e.mu.Unlock()
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b *card) int {
		if e.gone[a.number] != e.gone[b.number] {
			if e.gone[b.number] {
				return -1
			}
			return 1
		}
		return e.uses[a.number] - e.uses[b.number]
	})
	return all
}

// others are the cards that can take over from one that was lost.
func (e *Engine) others(c *card) []*card {
	all, err := cards()
	if err != nil {
		return nil
	}
	e.mu.Lock()
	all = slices.DeleteFunc(all, func(o *card) bool { return o.number == c.number || e.gone[o.number] })
	e.mu.Unlock()
	return e.byUse(all)
}

// most is the largest batch.
const most = 64

// Open prepares a session; ctx bounds only that. Options.Device is "" for the card least used, "cuda:0" for one, "cuda:0,1" for several that
// share the batches; Options.Batch is 1 to 64 pictures, measured for the card where 0. Where memory is short batches become smaller, then pictures are
// computed in bands of rows, which gives the same result, and where no card can do it the fallback engine's session is returned. Errors: an
// invalid network, a *neural.FormatError, a *DriverError, or what the last card said.
func (e *Engine) Open(ctx context.Context, n *neural.Network, in frame.Format, o neural.Options) (neural.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g, err := newGeometry(n, in)
	if err != nil {
		return nil, err
	}
	all, err := cards()
	if err != nil {
		return nil, err
	}
	some, named, err := pick(all, o.Device)
	if err != nil {
		return nil, err
	}
	if !named {
		some = e.byUse(some)
	}
	lanes, size, err := e.openAll(ctx, some, named, g, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if e.config.Fallback == nil {
			return nil, err
		}
		e.log("no graphics card can be used: %v; the %s engine works instead", err, e.config.Fallback.Name())
		return e.config.Fallback.Open(ctx, n, in, neural.Options{Threads: o.Threads})
	}
	s := newSession(e, g, o, size.inputs, size.outputs)
	d := newDispatcher(s, lanes)
	s.running.Add(1)
	go d.dispatch()
	return s, nil
}

// openAll opens the cards named, or the first of the others that can be used.
func (e *Engine) openAll(ctx context.Context, some []*card, named bool, g *geometry, o neural.Options) (lanes []*lane, size laneSize, err error) {
	count := 1
	if named {
		count = len(some)
	}
	var why []error
	var fuse fusing
	for _, c := range some {
		if err := ctx.Err(); err != nil {
			why = append(why, err)
			break
		}
		if len(lanes) == 0 {
			if size, fuse, err = e.firstSize(ctx, c, g, o.Batch, count); err != nil {
				why = append(why, err)
				continue
			}
		}
		l, err := e.open(c, g, size, fuse)
		if err != nil {
			why = append(why, err)
			continue
		}
		lanes, size = append(lanes, l), l.size
		size.fixed = true
		if len(lanes) == count {
			break
		}
	}
	if len(lanes) == 0 {
		return nil, size, errors.Join(why...)
	}
	for _, w := range why {
		e.log("a graphics card is left out: %v", w)
	}
	return lanes, size, nil
}

// program fits a network to a card.
func (e *Engine) program(c *card, g *geometry, fuse fusing) *program {
	return newProgram(g, choose(c.capability, fitsHalf(g.net)), c.shared, fuse)
}

// open tests a card, once, and opens it, with less than size where memory is short.
func (e *Engine) open(c *card, g *geometry, size laneSize, fuse fusing) (*lane, error) {
	p := e.program(c, g, fuse)
	if err := e.selfTest(c, p.variant); err != nil {
		return nil, err
	}
	l, err := e.laneWithin(c, p, size)
	if err != nil {
		return nil, err
	}
	if l.batch < size.batch || l.band < size.band {
		e.log("%s has little memory: batches of %d, %d of %d rows at a time", c.name, l.batch, l.band, g.gh)
	}
	e.taken(c)
	return l, nil
}
