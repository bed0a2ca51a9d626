package ui

import (
	"fmt"
	"regexp"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// reading is one sample of the computer in the units that the strip shows.
type reading struct {
	cpu, ownCPU                  float64 // 0..1 of all cores
	memory, memoryAll, ownMemory uint64  // bytes
	gpus                         []gpuReading
	noGPU                        string // why there are none
	scratch, scratchBudget       int64  // bytes
	readRate, writeRate          float64
	volumes                      []volumeReading
}

type gpuReading struct {
	name              string
	busy              float64 // 0..1
	memory, memoryAll uint64  // bytes
}

type volumeReading struct {
	name, path string
	free       uint64 // bytes
}

// monitorPanel is the strip at the bottom: what the computer is doing, a sparkline each.
type monitorPanel struct {
	Root                                   fyne.CanvasObject
	cpu, memory, gpu, scratch, speed, free *meter
	graphs                                 []*meter
}

func newMonitorPanel() *monitorPanel {
	m := &monitorPanel{
		cpu: newMeter("Processor", newSpark(false)), memory: newMeter("Memory", newSpark(false)), gpu: newMeter("Graphics card", newSpark(false)),
		scratch: newMeter("Temporary files", newSpark(true)), speed: newMeter("Speed", newSpark(true)), free: newMeter("Free disk space", nil),
	}
	m.graphs = []*meter{m.cpu, m.memory, m.gpu, m.scratch, m.speed}
	m.speed.value.SetText("–")
	m.speed.notes[0].SetText("Nothing is being restored")
	m.Root = newSurface(colorSurface, 0, fyne.NewSize(1.5*gap, gap),
		container.New(columns{1, 1, 1.1, 1.15, 1.75, 1}, m.cpu, m.memory, m.gpu, m.scratch, m.speed, m.free))
	return m
}

// Fill takes the samples from before the window was there.
func (m *monitorPanel) Fill(history []reading) {
	for _, r := range history {
		m.push(r)
	}
}

func (m *monitorPanel) push(r reading) {
	m.cpu.spark.Push(r.cpu)
	if r.memoryAll > 0 {
		m.memory.spark.Push(float64(r.memory) / float64(r.memoryAll))
	}
	if len(r.gpus) > 0 {
		m.gpu.spark.Push(r.gpus[0].busy)
	}
	m.scratch.spark.Push(float64(r.scratch))
}

// Show adds one sample, once a second, and the speed of the job that runs.
func (m *monitorPanel) Show(r reading, s core.Snapshot) {
	m.push(r)
	m.cpu.set(percent(r.cpu), "Tapelight "+percent(r.ownCPU))
	if r.memoryAll > 0 {
		m.memory.set(bytes(int64(r.memory))+" of "+bytes(int64(r.memoryAll)), "Tapelight "+bytes(int64(r.ownMemory)))
	}
	m.showGPU(r)
	used := bytes(r.scratch)
	if r.scratchBudget > 0 {
		used += " of " + bytes(r.scratchBudget)
	}
	m.scratch.set(used, "Disk: "+bytes(int64(r.readRate))+"/s in, "+bytes(int64(r.writeRate))+"/s out")
	m.showVolumes(r.volumes)
	m.showSpeed(s)
	for _, g := range m.graphs {
		g.spark.Refresh()
	}
}

// asides are the technical parts of a reason; the log and the checks have them.
var asides = regexp.MustCompile(`\s*\([^()]*\)`)

func withoutAsides(s string) string { return asides.ReplaceAllString(s, "") }

func (m *monitorPanel) showGPU(r reading) {
	if len(r.gpus) == 0 {
		m.gpu.set("No GPU found", capital(orElse(withoutAsides(r.noGPU), "the processor does the work")))
		m.gpu.wordy(true)
		return
	}
	m.gpu.wordy(false)
	g := r.gpus[0]
	note := g.name
	if len(r.gpus) > 1 {
		note += fmt.Sprintf(" and %d more", len(r.gpus)-1)
	}
	value := percent(g.busy)
	if g.memoryAll > 0 {
		value += " · " + bytes(int64(g.memory)) + " of " + bytes(int64(g.memoryAll))
	}
	m.gpu.set(value, note)
}

// volumeWords says what a disk is for.
func volumeWords(v volumeReading) string {
	switch v.name {
	case "temp":
		return "for temporary files"
	case "output":
		return "for new videos"
	}
	return "on " + shortPath(v.path, 18)
}

func (m *monitorPanel) showVolumes(v []volumeReading) {
	if len(v) == 0 {
		m.free.set("–", "")
		return
	}
	least, all := v[0], true // all: one disk holds everything
	for _, o := range v {
		all = all && o.free == v[0].free
		if o.free < least.free {
			least = o
		}
	}
	var notes []string
	if all && len(v) > 1 {
		notes, v = []string{"For videos and temporary files"}, nil
	}
	for i, o := range v {
		if i > 0 && o.free == v[i-1].free {
			continue // the same disk
		}
		notes = append(notes, bytes(int64(o.free))+" "+volumeWords(o))
	}
	m.free.set(bytes(int64(least.free)), notes...)
	m.free.value.Set(m.free.value.words, theme.ColorNameForeground)
	if least.free < lowSpace {
		m.free.value.Set(bytes(int64(least.free))+", nearly full", theme.ColorNameWarning)
	}
}

// lowSpace is where free space deserves attention: about ten minutes of a high-quality output.
const lowSpace = 2_000_000_000

// showSpeed shows frames a second of every stage of the running job, with the one that holds the others up marked.
func (m *monitorPanel) showSpeed(s core.Snapshot) {
	var fps float64
	running := false
	for i := range s.Jobs {
		if s.Jobs[i].State == core.Running {
			fps, running = s.Jobs[i].FPS, true
			break
		}
	}
	if !running {
		m.speed.spark.Push(0)
		m.speed.set("–", "Nothing is being restored")
		return
	}
	m.speed.spark.Push(fps)
	value := rate(fps) + " fps"
	var parts []string
	for _, st := range s.Stages {
		words := stageWord(st.Name) + " " + rate(st.FPS)
		if st.Slowest && len(s.Stages) > 1 {
			words += " (slowest)"
		}
		parts = append(parts, words)
	}
	m.speed.set(value, strings.Join(parts, " · "))
}

func stageWord(name string) string {
	switch name {
	case "decode":
		return "Reading"
	case "network":
		return "Restoring"
	case "encode":
		return "Writing"
	}
	return name
}

// meter is one measure: its name and value, a sparkline or a second note, and a note.
type meter struct {
	widget.BaseWidget
	name, value *text
	spark       *spark
	notes       []*text
}

func newMeter(name string, s *spark) *meter {
	m := &meter{name: mutedText(name), value: newText("", theme.ColorNameForeground, theme.SizeNameCaptionText), spark: s}
	m.value.style.Bold = true
	n := 1
	if s == nil {
		n = 3
	}
	for range n {
		m.notes = append(m.notes, mutedText(""))
		m.notes[len(m.notes)-1].grow = 3
	}
	m.ExtendBaseWidget(m)
	return m
}

func (m *meter) set(value string, notes ...string) {
	m.value.SetText(value)
	for i, n := range m.notes {
		words := ""
		if i < len(notes) {
			words = notes[i]
		}
		n.SetText(words)
	}
}

// wordy gives the place of the sparkline to the note, for when there is nothing to draw and something to say.
func (m *meter) wordy(on bool) {
	if m.spark.Hidden == on {
		return
	}
	m.spark.Hidden = on
	m.Refresh()
}

func (m *meter) CreateRenderer() fyne.WidgetRenderer { return &meterRenderer{m} }

type meterRenderer struct{ m *meter }

func (r *meterRenderer) MinSize() fyne.Size {
	return fyne.NewSize(130, r.m.name.MinSize().Height+r.m.value.MinSize().Height+30+r.m.value.MinSize().Height+4)
}

func (r *meterRenderer) Layout(size fyne.Size) {
	m := r.m
	line := m.name.MinSize().Height
	width := size.Width
	at := float32(0)
	place := func(o fyne.CanvasObject, h float32) {
		o.Move(fyne.NewPos(0, at))
		o.Resize(fyne.NewSize(width, h))
		at += h
	}
	place(m.name, line)
	place(m.value, line)
	if m.spark != nil && m.spark.Hidden {
		place(m.notes[0], size.Height-2*line)
		return
	}
	if m.spark != nil {
		at += 2
		place(m.spark, max(size.Height-3*line-4, 0))
		at += 2
	}
	for _, n := range m.notes {
		place(n, line)
	}
}

func (r *meterRenderer) Refresh() {
	r.Layout(r.m.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *meterRenderer) Objects() []fyne.CanvasObject {
	o := []fyne.CanvasObject{r.m.name, r.m.value}
	if r.m.spark != nil {
		o = append(o, r.m.spark)
	}
	for _, n := range r.m.notes {
		o = append(o, n)
	}
	return o
}

func (r *meterRenderer) Destroy() {}
