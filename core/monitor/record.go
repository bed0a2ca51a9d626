package monitor

import (
	"math"
	"slices"
	"sync"
	"time"
)

// Work is what was being done while a sample was taken.
type Work struct {
	Jobs []string // the files being made, by name, sorted; empty while nothing was
	FPS  float64  // pictures written a second by all of them together
}

// Tier is one fineness of a record: at most Rows rows, each of about Step. The first tier takes samples as they come, whatever its Step.
type Tier struct {
	Step time.Duration
	Rows int
}

// DefaultTiers keep the last hour of work sample by sample, 12 hours before that in steps of 10 s and 2 days before those by the minute. On a
// machine of 16 cores and a graphics card that takes 5 MB at most.
var DefaultTiers = []Tier{{time.Second, 3600}, {10 * time.Second, 4320}, {time.Minute, 2880}}

// Record keeps samples for long in bounded memory: rows that no longer find room in a tier go into the next one as averages over its step. Averages
// never reach over a change of jobs, of what is measured, or a pause; such rows are shorter. It is safe for concurrent use.
type Record struct {
	mu    sync.Mutex
	tiers []tier
	shape *shape // of the last row
	jobs  []string
}

// tier is a ring, and the row that is still being added up for it.
type tier struct {
	Tier
	rows  []row
	first int // where the oldest is
	open  row // shape is nil if there is none
}

// shape says what the values of a row are.
type shape struct {
	cores   int
	volumes []Volume
	gpus    []string // names
}

// row is one line of the table: averages over span, which ended at end.
type row struct {
	end    time.Time // of the wall clock: a machine that slept shows as a pause
	span   time.Duration
	shape  *shape
	jobs   []string
	values []float64 // fps, those of baseColumns, two a volume, six a card, one a core; NaN for what is not known
}

// pause is a time between two samples that averages don't reach over.
const pause = 2 * time.Second

// NewRecord makes an empty record; without tiers it has DefaultTiers. Rows must be positive.
func NewRecord(tiers ...Tier) *Record {
	if len(tiers) == 0 {
		tiers = DefaultTiers
	}
	r := &Record{tiers: make([]tier, len(tiers))}
	for i, t := range tiers {
		r.tiers[i].Tier = t
	}
	return r
}

// Add appends a sample. Nothing of s and w is kept that may be changed later.
func (r *Record) Add(s Sample, w Work) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := rowOf(s, w)
	if r.shape.same(n.shape) { // one copy for all rows
		n.shape = r.shape
	}
	if slices.Equal(r.jobs, n.jobs) {
		n.jobs = r.jobs
	}
	r.shape, r.jobs = n.shape, n.jobs
	r.push(0, n)
}

// push puts a row into a tier; the oldest one of a full tier goes to the next.
func (r *Record) push(i int, n row) {
	if i == len(r.tiers) {
		return
	}
	t := &r.tiers[i]
	if i > 0 {
		switch {
		case t.open.shape == nil:
			t.open = n.copy()
			return
		case t.open.span < t.Step && t.open.joins(n):
			t.open.take(n)
			return
		}
		n, t.open = t.open, n.copy()
	}
	if len(t.rows) < t.Rows {
		t.rows = append(t.rows, n)
		return
	}
	oldest := t.rows[t.first]
	t.rows[t.first] = n
	t.first = (t.first + 1) % len(t.rows)
	r.push(i+1, oldest)
}

// list is all rows, oldest first. They are not changed later.
func (r *Record) list() []row {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []row
	for i := len(r.tiers) - 1; i >= 0; i-- {
		t := &r.tiers[i]
		out = append(append(out, t.rows[t.first:]...), t.rows[:t.first]...)
		if t.open.shape != nil {
			out = append(out, t.open.copy())
		}
	}
	return out
}

func (a *shape) same(b *shape) bool {
	return a != nil && b != nil && a.cores == b.cores && slices.Equal(a.volumes, b.volumes) && slices.Equal(a.gpus, b.gpus)
}

func (a row) copy() row {
	a.values = slices.Clone(a.values)
	return a
}

// joins tells whether b follows a so that one row can stand for both.
func (a row) joins(b row) bool {
	gap := b.end.Add(-b.span).Sub(a.end)
	return a.shape.same(b.shape) && slices.Equal(a.jobs, b.jobs) && gap > -pause && gap < pause
}

// take makes a the average of a and b, which follows it.
func (a *row) take(b row) {
	of := a.span + b.span
	if of <= 0 {
		of = 1
	}
	part := float64(b.span) / float64(of)
	for i, v := range b.values {
		switch {
		case math.IsNaN(v):
		case math.IsNaN(a.values[i]):
			a.values[i] = v
		default:
			a.values[i] += (v - a.values[i]) * part
		}
	}
	a.end, a.span = b.end, a.span+b.span
}

func rowOf(s Sample, w Work) row {
	sh := &shape{cores: len(s.CPU.Cores)}
	values := make([]float64, 0, 1+len(baseColumns)+2*len(s.Volumes)+len(cardColumns)*len(s.GPUs)+sh.cores)
	values = append(values, w.FPS, s.CPU.Total, s.CPU.Own, float64(s.Memory.Own), float64(s.Memory.Total), float64(s.Memory.Available),
		float64(s.Memory.SwapUsed), float64(s.Memory.SwapTotal), s.Disk.Read, s.Disk.Write, float64(s.TempUsed), float64(s.TempBudget))
	for _, v := range s.Volumes {
		sh.volumes = append(sh.volumes, v.Volume)
		if v.Total == 0 {
			values = append(values, math.NaN(), math.NaN())
		} else {
			values = append(values, float64(v.Free), float64(v.Total))
		}
	}
	for _, g := range s.GPUs {
		sh.gpus = append(sh.gpus, g.Name)
		values = append(values, known(g.Busy), known(g.Enc), known(g.Dec), float64(g.MemUsed), float64(g.MemTotal), known(g.Temp))
	}
	values = append(values, s.CPU.Cores...)
	return row{end: s.Time.Round(0), span: s.Span, shape: sh, jobs: slices.Clone(w.Jobs), values: values}
}

// known is NaN for what the machine doesn't tell.
func known(v float64) float64 {
	if v == Unknown {
		return math.NaN()
	}
	return v
}
