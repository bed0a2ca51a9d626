package ui

import (
	"maps"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/tapelight/tapelight/core"
)

// logLevels are the filters offered, and the least level that each lets through.
func logLevels() []said[level] {
	return []said[level]{{levelDebug, tr("Everything")}, {levelInfo, tr("What happened")}, {levelWarn, tr("Warnings and errors")}, {levelError, tr("Errors only")}}
}

// logPanel is the drawer with what the program says of its work.
type logPanel struct {
	Root   *surface
	ring   logRing
	list   *logList
	filter *choice
	about  *choice
	search *field
	count  *text
	on     logActions
	chosen map[string]bool // jobs selected in the queue
}

type logActions struct {
	copied func(string)
	folder func()
	hide   func()
	name   func(id string) string // of a job
}

func newLogPanel(k *kit, on logActions) *logPanel {
	p := &logPanel{on: on, count: mutedText("")}
	p.ring.sieve.least = levelInfo
	p.list = newLogList(k, &p.ring)
	var labels []string
	for _, l := range logLevels() {
		labels = append(labels, l.words)
	}
	p.filter = newChoice(labels, k, func(string) { p.sift() })
	p.filter.Selected = labels[1]
	p.about = newChoice([]string{tr("All videos"), tr("Selected videos")}, k, func(string) { p.sift() })
	p.about.Selected = tr("All videos")
	p.search = newField(tr("Find")+ellipsis, k, func(string) { p.sift() })
	p.count.min = 80
	title := boldText(tr("Log"))
	title.min = 30
	high := p.filter.MinSize().Height
	sized := func(w float32, o fyne.CanvasObject) fyne.CanvasObject {
		return container.NewGridWrap(fyne.NewSize(w, high), o)
	}
	bar := container.NewHBox(title, sized(180, p.filter), sized(160, p.about), sized(160, p.search), container.NewCenter(p.count), layout.NewSpacer(),
		hinted(newButton("", theme.ContentCopyIcon(), k, func() { on.copied(p.ring.Text(on.name)) }), tr("Copy what is shown")),
		hinted(newButton("", theme.FolderOpenIcon(), k, on.folder), tr("Open the folder of the log files")),
		hinted(newButton("", theme.MoveDownIcon(), k, on.hide), tr("Close the log")))
	p.Root = newSurface(colorSurface, 0, fyne.NewSize(1.5*gap, gap), container.New(layout.NewBorderLayout(bar, nil, nil, nil), bar, p.list))
	return p
}

// Selected says which jobs are selected in the queue.
func (p *logPanel) Selected(jobs []core.Job) {
	ids := map[string]bool{}
	for i := range jobs {
		ids[jobs[i].ID] = true
	}
	same := maps.Equal(ids, p.chosen)
	p.chosen = ids
	if !same && p.about.Selected == tr("Selected videos") {
		p.sift()
	}
}

// sift shows what the filters let through.
func (p *logPanel) sift() {
	by := sieve{text: strings.ToLower(strings.TrimSpace(p.search.Text))}
	for _, l := range logLevels() {
		if l.words == p.filter.Selected {
			by.least = l.value
		}
	}
	if p.about.Selected == tr("Selected videos") {
		by.jobs = maps.Clone(p.chosen)
		if by.jobs == nil {
			by.jobs = map[string]bool{}
		}
	}
	p.ring.Filter(by)
	p.refresh(true)
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

func (p *logPanel) refresh(follow bool) {
	if !p.Root.Visible() { // any change paints the whole window
		return
	}
	p.count.SetText(count(len(p.ring.shown), "%d line", "%d lines"))
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
