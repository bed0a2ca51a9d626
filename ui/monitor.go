package ui

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/tapelight/tapelight/core"
)

// reading is one sample of the computer in the units that the strip shows.
type reading struct {
	at                           time.Time
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
	busy              float64 // 0..1; less where the card doesn't tell
	celsius           float64 // likewise
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
		cpu: newMeter(tr("Processor"), newSpark(false)), memory: newMeter(tr("Memory"), newSpark(false)), gpu: newMeter(tr("Graphics card"), newSpark(false)),
		scratch: newMeter(tr("Temporary files"), newSpark(true)), speed: newMeter(tr("Speed"), newSpark(true)), free: newMeter(tr("Free disk space"), nil),
	}
	m.graphs = []*meter{m.cpu, m.memory, m.gpu, m.scratch, m.speed}
	m.speed.value.SetText("–")
	m.speed.notes[0].SetText(tr("Nothing is being restored"))
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
	m.cpu.spark.Push(r.at, r.cpu, load(r.cpu), trf("Tapelight %s", load(r.ownCPU)))
	if r.memoryAll > 0 {
		m.memory.spark.Push(r.at, float64(r.memory)/float64(r.memoryAll), trf("%s of %s", bytes(int64(r.memory)), bytes(int64(r.memoryAll))),
			trf("Tapelight %s", bytes(int64(r.ownMemory))))
	}
	if len(r.gpus) > 0 {
		value, note := cardWords(r.gpus)
		m.gpu.spark.Push(r.at, max(r.gpus[0].busy, 0), value, note)
	}
	used := bytes(r.scratch)
	if r.scratchBudget > 0 {
		used = trf("%s of %s", used, bytes(r.scratchBudget))
	}
	m.scratch.spark.Push(r.at, float64(r.scratch), used, trf("Disk: %s/s in, %s/s out", bytes(int64(r.readRate)), bytes(int64(r.writeRate))))
}

// load is a share of what there is, rounded to whole percents.
func load(v float64) string { return fmt.Sprintf("%.0f %%", 100*min(max(v, 0), 1)) }

// Show adds one sample, once a second, and the speed of the job that runs.
func (m *monitorPanel) Show(r reading, s core.Snapshot) {
	m.push(r)
	m.cpu.latest()
	m.memory.latest()
	m.scratch.latest()
	m.showGPU(r)
	m.showVolumes(r.volumes)
	m.showSpeed(r.at, s)
	for _, g := range m.graphs {
		g.spark.Refresh()
	}
}

// asides are the technical parts of a reason; the log and the checks have them.
var asides = regexp.MustCompile(`\s*\([^()]*\)`)

func withoutAsides(s string) string { return asides.ReplaceAllString(s, "") }

func (m *monitorPanel) showGPU(r reading) {
	m.gpu.wordy(len(r.gpus) == 0)
	if len(r.gpus) > 0 {
		m.gpu.latest()
		return
	}
	m.gpu.set(tr("No GPU found"), capital(orElse(withoutAsides(r.noGPU), tr("the processor does the work"))))
}

// cardWords are about the first card, as far as it tells.
func cardWords(cards []gpuReading) (value, note string) {
	g := cards[0]
	var values, notes []string
	if g.busy >= 0 {
		values = append(values, load(g.busy))
	}
	if g.memoryAll > 0 {
		values = append(values, trf("%s of %s", bytes(int64(g.memory)), bytes(int64(g.memoryAll))))
	}
	if g.celsius > 0 {
		notes = append(notes, fmt.Sprintf("%.0f °C", g.celsius))
	}
	if len(cards) > 1 {
		notes = append(notes, trf("%s and %d more", g.name, len(cards)-1))
	} else {
		notes = append(notes, g.name)
	}
	return orElse(strings.Join(values, " · "), "–"), strings.Join(notes, " · ")
}

// volumeWords says what a disk is for.
func volumeWords(v volumeReading) string {
	switch v.name {
	case "temp":
		return tr("for temporary files")
	case "output":
		return tr("for new videos")
	}
	return trf("on %s", shortPath(v.path, 18))
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
		notes, v = []string{tr("For videos and temporary files")}, nil
	}
	for i, o := range v {
		if i > 0 && o.free == v[i-1].free {
			continue // the same disk
		}
		notes = append(notes, bytes(int64(o.free))+" "+volumeWords(o))
	}
	m.free.set(bytes(int64(least.free)), notes...)
	m.free.value.color = theme.ColorNameForeground
	if least.free < lowSpace {
		m.free.value.Set(trf("%s, nearly full", bytes(int64(least.free))), theme.ColorNameWarning)
	}
}

// lowSpace is where free space deserves attention: about ten minutes of a high-quality output.
const lowSpace = 2_000_000_000

// showSpeed shows frames a second of the running jobs together, and how busy each stage of the first one is: the busiest holds the others up.
func (m *monitorPanel) showSpeed(at time.Time, s core.Snapshot) {
	var fps float64
	running := 0
	for i := range s.Jobs {
		if s.Jobs[i].State == core.Running {
			fps += s.Jobs[i].FPS
			running++
		}
	}
	value, note := "–", tr("Nothing is being restored")
	switch {
	case running == 1:
		value, note = trf("%s fps", rate(fps)), stageWords(s.Stages)
	case running > 1:
		value, note = trf("%s fps", rate(fps)), count(running, "%d video at once", "%d videos at once")
	}
	m.speed.spark.Push(at, fps, value, note)
	m.speed.latest()
}

// stageWords say how busy each stage is.
func stageWords(stages []core.Stage) string {
	if len(stages) == 0 {
		return ""
	}
	var parts []string
	for _, st := range stages {
		parts = append(parts, stageWord(st.Name)+" "+load(st.Busy))
	}
	return trf("%s busy", strings.Join(parts, " · "))
}

func stageWord(name string) string {
	switch name {
	case "decode":
		return tr("Reading")
	case "network":
		return tr("Restoring")
	case "encode":
		return tr("Writing")
	}
	return name
}
