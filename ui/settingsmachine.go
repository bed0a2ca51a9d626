package ui

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// machineSettings are those of how this computer is used: what computes, how many pictures at a time, how much memory and room on disks.
type machineSettings struct {
	Root   *fyne.Container
	w      *Window
	engine *oneOf[string]
	batch  *oneOf[int]
	cant   *fyne.Container // what can't compute, and why
	grown  func()          // what is shown takes another height
}

func newMachineSettings(w *Window, k *kit) *machineSettings {
	m := &machineSettings{w: w, cant: container.NewVBox(), grown: func() {}}
	now := w.prefs.tuning()
	m.engine = newOneOf(tr("Networks run on"), tr("From the next video on. What a recipe makes is the same everywhere; graphics cards are faster."), k,
		engineChoices(nil), func(id string) string { return trf("%s (not found)", id) }, func(id string) { w.prefs.p.SetString(prefEngine, id); w.applyTuning() })
	m.engine.Set(now.Engine)
	m.batch = newOneOf(tr("Pictures at a time"), tr("From the next video on. More keep a graphics card busier, and take more memory; automatic measures what is best."), k,
		batchChoices(), func(n int) string { return strconv.Itoa(n) }, func(n int) { w.prefs.p.SetInt(prefBatch, n); w.applyTuning() })
	m.batch.Set(now.Batch)
	m.batch.Root.Hide()
	memory := newOneOf(tr("Memory"), tr("From the next video on. Videos that would take more run one after the other, or with fewer pictures at a time. Automatic is three quarters of what is free."),
		k, memoryChoices(w.memory()), func(n int64) string { return bytes(n) }, func(n int64) { w.prefs.p.SetFloat(prefMemory, float64(n)); w.applyTuning() })
	memory.Set(now.Memory)
	room := newOneOf(tr("Temporary files"), tr("From the next video on. What would take more waits, or says so: previews that play, and the repaired sound of the video being restored."),
		k, roomChoices(), func(n int64) string { return bytes(n) }, func(n int64) { w.prefs.p.SetFloat(prefRoom, float64(n)); w.applyTuning() })
	if now.Temp == 0 {
		now.Temp = core.DefaultTemp
	}
	room.Set(now.Temp)
	about := mutedText(tr("Changes hold from the next video on."))
	about.align = fyne.TextAlignTrailing
	m.Root = container.NewVBox(container.New(columns{1, 1}, boldText(tr("This computer")), about),
		container.New(&shared{}, m.engine.Root, m.batch.Root), m.cant, space(gap/2), container.New(columns{1, 1}, memory.Root, room.Root))
	return m
}

// shared gives its first object what the second, where that is shown, leaves.
type shared struct{}

// batchWidth is how wide the choice of a batch is.
const batchWidth float32 = 170

func (*shared) Layout(o []fyne.CanvasObject, size fyne.Size) {
	first := size
	if o[1].Visible() {
		first.Width -= batchWidth + gap
		o[1].Move(fyne.NewPos(first.Width+gap, 0))
		o[1].Resize(fyne.NewSize(batchWidth, size.Height))
	}
	o[0].Move(fyne.Position{})
	o[0].Resize(first)
}

func (*shared) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().Max(o[1].MinSize()).Add(fyne.NewSize(batchWidth+gap, 0))
}

// load asks what can compute. It runs on a goroutine.
func (m *machineSettings) load(ctx context.Context) {
	list := m.w.backend.Processors(ctx)
	if ctx.Err() == nil {
		m.w.enter(func() { m.show(list) })
	}
}

func (m *machineSettings) show(list []core.Processor) {
	m.engine.Offer(engineChoices(list))
	usable := slices.ContainsFunc(list, func(p core.Processor) bool { return p.GPU && p.ID != "" })
	if usable || m.batch.now != 0 {
		m.batch.Root.Show()
	}
	m.cant.Objects = nil
	for _, p := range list {
		if p.ID == "" {
			t := mutedText(trf("%s: %s", p.Name, oneLine(p.Why)))
			if t.min = 300; fyne.MeasureText(t.words, theme.Size(t.size), t.style).Width > settingsWidth-2*gap {
				t.lines = 2
			}
			m.cant.Add(t)
		}
	}
	m.Root.Refresh()
	m.grown()
}

// engineChoices are the ways to compute networks: automatic, each card by name, the processor.
func engineChoices(list []core.Processor) []said[string] {
	all := []said[string]{{"", tr("Automatic")}}
	for _, p := range list {
		if p.GPU && p.ID != "" {
			words := p.Name
			for i := 2; slices.ContainsFunc(all, func(s said[string]) bool { return s.words == words }); i++ {
				words = fmt.Sprintf("%s (%d)", p.Name, i) // two of a kind
			}
			all = append(all, said[string]{p.ID, words})
		}
	}
	return append(all, said[string]{"cpu", tr("Processor only")})
}

func batchChoices() []said[int] {
	all := []said[int]{{0, tr("Automatic")}}
	for n := 1; n <= core.MostBatch; n *= 2 {
		all = append(all, said[int]{n, strconv.Itoa(n)})
	}
	return all
}

// memoryChoices are amounts within what the computer has, 0 where that isn't known.
func memoryChoices(has uint64) []said[int64] {
	all := []said[int64]{{0, tr("Automatic")}}
	for _, gigabytes := range []int64{2, 3, 4, 6, 8, 16, 32, 64} {
		if n := gigabytes * 1e9; has == 0 || uint64(n) < has {
			all = append(all, said[int64]{n, trf("At most %d GB", gigabytes)})
		}
	}
	return all
}

func roomChoices() []said[int64] {
	var all []said[int64]
	for _, gigabytes := range []int64{1, 5, 20, 50, 100, 500} {
		all = append(all, said[int64]{gigabytes * 1e9, trf("At most %d GB", gigabytes)})
	}
	return all
}

// memory is what this computer has, in bytes, or 0.
func (w *Window) memory() uint64 {
	s, _ := w.backend.MonitorSample()
	return s.Memory.Total
}

// applyTuning tells core how the machine is to be used.
func (w *Window) applyTuning() {
	t := w.prefs.tuning()
	w.later(func() {
		if err := w.backend.Tune(t); err != nil {
			w.fail(tr("The folder for temporary files can't be used"), err)
		}
	})
}
