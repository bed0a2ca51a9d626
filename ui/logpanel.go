package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// logLevels are the filters offered, and the least level that each lets through.
var logLevels = []struct {
	label string
	least level
}{
	{"Everything", levelDebug},
	{"What happened", levelInfo},
	{"Warnings and errors", levelWarn},
	{"Errors only", levelError},
}

// logPanel is the drawer with what the program says of its work.
type logPanel struct {
	Root   *surface
	ring   logRing
	list   *logList
	filter *choice
	count  *text
	copied func(string)
}

func newLogPanel(k *kit, copyText func(string), hide func()) *logPanel {
	p := &logPanel{copied: copyText, count: mutedText("")}
	p.ring.least = levelInfo
	p.list = newLogList(k, &p.ring)
	var labels []string
	for _, l := range logLevels {
		labels = append(labels, l.label)
	}
	p.filter = newChoice(labels, k, p.filtered)
	p.filter.Selected = logLevels[1].label
	p.count.min = 120
	title := boldText("Log")
	title.min = 40
	bar := container.NewHBox(title, container.NewGridWrap(fyne.NewSize(210, p.filter.MinSize().Height), p.filter), container.NewCenter(p.count), layout.NewSpacer(),
		newButton("Copy", theme.ContentCopyIcon(), k, func() { p.copied(p.ring.Text()) }),
		newButton("Close", theme.MoveDownIcon(), k, hide))
	p.Root = newSurface(colorSurface, 0, fyne.NewSize(1.5*gap, gap), container.New(layout.NewBorderLayout(bar, nil, nil, nil), bar, p.list))
	return p
}

// Show adds entries. The list follows its end while that is in view.
func (p *logPanel) Show(es []core.LogEntry) {
	if len(es) == 0 {
		return
	}
	follow := p.list.atEnd()
	p.ring.Add(es)
	p.refresh(follow)
}

func (p *logPanel) filtered(label string) {
	for _, l := range logLevels {
		if l.label == label {
			p.ring.Filter(l.least)
		}
	}
	p.refresh(true)
}

func (p *logPanel) refresh(follow bool) {
	p.count.SetText(count(len(p.ring.shown), "%d line", "%d lines"))
	if !p.Root.Visible() {
		return
	}
	p.list.Refresh()
	if follow {
		p.list.ScrollToBottom()
	}
}

// Opened is to be called when the drawer has become visible.
func (p *logPanel) Opened() { p.refresh(true) }

// logList is a list of lines that passes on the keys it has no use for.
type logList struct {
	widget.List
	ring *logRing
	kit  *kit
}

func newLogList(k *kit, ring *logRing) *logList {
	l := &logList{ring: ring, kit: k}
	l.HideSeparators = true
	l.Length = func() int { return len(ring.shown) }
	l.CreateItem = func() fyne.CanvasObject {
		t := newText("", theme.ColorNameForeground, theme.SizeNameCaptionText)
		t.style.Monospace = true
		t.min = 200
		return t
	}
	l.UpdateItem = func(i int, o fyne.CanvasObject) {
		if i >= len(ring.shown) {
			return
		}
		e := ring.shown[i]
		color := theme.ColorNameForeground
		switch level(e.Level) {
		case levelDebug:
			color = colorMuted
		case levelWarn:
			color = theme.ColorNameWarning
		case levelError:
			color = theme.ColorNameError
		}
		o.(*text).Set(e.Time.Format("15:04:05  ")+e.Text, color)
	}
	l.ExtendBaseWidget(l)
	return l
}

func (l *logList) FocusGained() {}
func (l *logList) FocusLost()   {}
func (l *logList) TypedKey(e *fyne.KeyEvent) {
	page := l.Size().Height
	switch e.Name {
	case fyne.KeyHome:
		l.ScrollToTop()
	case fyne.KeyEnd:
		l.ScrollToBottom()
	case fyne.KeyPageUp, fyne.KeyUp:
		l.ScrollToOffset(max(l.GetScrollOffset()-page/2, 0))
	case fyne.KeyPageDown, fyne.KeyDown:
		l.ScrollToOffset(l.GetScrollOffset() + page/2)
	default:
		l.kit.key(e)
	}
}

// atEnd tells whether the newest line is in view.
func (l *logList) atEnd() bool {
	t := newText("", theme.ColorNameForeground, theme.SizeNameCaptionText)
	row := t.MinSize().Height + theme.Padding()
	return l.GetScrollOffset()+l.Size().Height >= row*float32(len(l.ring.shown))-2*row
}
