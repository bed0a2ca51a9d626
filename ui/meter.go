package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// meter is one measure: its name and value, a sparkline or a second note, and a note.
type meter struct {
	widget.BaseWidget
	name, value *text
	spark       *spark
	notes       []*text
	title       string
	now         []string // the present value and notes
	pointer     float32  // where the pointer is over the sparkline, 0..1; less than 0: it isn't
	hand        *canvas.Rectangle
}

func newMeter(name string, s *spark) *meter {
	m := &meter{title: name, name: mutedText(name), value: newText("", theme.ColorNameForeground, theme.SizeNameCaptionText), spark: s, pointer: -1,
		hand: canvas.NewRectangle(themed(colorMuted))}
	m.hand.Hide()
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
	m.now = append([]string{value}, notes...)
	m.tell()
}

// latest shows what was pushed last.
func (m *meter) latest() {
	if last, _, ok := m.spark.At(1); ok {
		m.set(last.words, last.note)
	}
}

// tell says what is now, or what was under the pointer, and when.
func (m *meter) tell() {
	title, words, past := m.title, m.now, false
	if m.pointer >= 0 {
		if was, ago, ok := m.spark.At(m.pointer); ok {
			title, words, past = trf("%s · %d s ago", m.title, ago), []string{was.words, was.note}, true
		}
	}
	m.name.SetText(title)
	for i, t := range append([]*text{m.value}, m.notes...) {
		if i < len(words) {
			t.SetText(words[i])
		} else {
			t.SetText("")
		}
	}
	if m.hand.Visible() != past {
		m.hand.Hidden = !past
		m.hand.Refresh()
	}
}

func (m *meter) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }
func (m *meter) MouseMoved(e *desktop.MouseEvent) {
	if m.spark == nil || m.spark.Hidden {
		return
	}
	m.pointer = min(max(e.Position.X/max(m.Size().Width, 1), 0), 1)
	m.hand.Move(fyne.NewPos(m.pointer*m.Size().Width, m.spark.Position().Y))
	m.hand.Resize(fyne.NewSize(1, m.spark.Size().Height))
	m.tell()
}
func (m *meter) MouseOut() { m.pointer = -1; m.tell() }

// wordy gives the place of the sparkline to the note, for when there is nothing to draw and something to say.
func (m *meter) wordy(on bool) {
	if m.spark.Hidden == on {
		return
	}
	m.spark.Hidden, m.pointer = on, -1
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
	r.m.hand.FillColor = themed(colorMuted)
	r.Layout(r.m.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *meterRenderer) Objects() []fyne.CanvasObject {
	o := []fyne.CanvasObject{r.m.name, r.m.value}
	if r.m.spark != nil {
		o = append(o, r.m.spark, r.m.hand)
	}
	for _, n := range r.m.notes {
		o = append(o, n)
	}
	return o
}

func (r *meterRenderer) Destroy() {}
