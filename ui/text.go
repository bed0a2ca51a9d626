package ui

import (
	"sort"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const ellipsis = "…"

// text shows at most a given number of lines, broken at words and cut with an ellipsis, without the padding of Fyne's Label. Its
// minimum height is always that number of lines, so that a change of the words never moves anything else.
type text struct {
	widget.BaseWidget
	words string
	color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	style fyne.TextStyle
	align fyne.TextAlign
	lines int     // at least 1
	grow  int     // up to so many lines where there is room for them; 0: no more than lines
	min   float32 // least width
}

func newText(words string, color fyne.ThemeColorName, size fyne.ThemeSizeName) *text {
	t := &text{words: words, color: color, size: size, lines: 1}
	t.ExtendBaseWidget(t)
	return t
}

// plainText is for names and values, mutedText for what explains them.
func plainText(words string) *text {
	return newText(words, theme.ColorNameForeground, theme.SizeNameText)
}
func boldText(words string) *text {
	t := plainText(words)
	t.style.Bold = true
	return t
}
func mutedText(words string) *text { return newText(words, colorMuted, theme.SizeNameCaptionText) }

// Set changes the words and their colour; nothing is drawn again when both are as before.
func (t *text) Set(words string, color fyne.ThemeColorName) {
	words = oneLine(words)
	if t.words == words && t.color == color {
		return
	}
	t.words, t.color = words, color
	t.Refresh()
}

// SetText changes the words and keeps the colour.
func (t *text) SetText(words string) { t.Set(words, t.color) }

// oneLine makes control characters visible as spaces: a file name may hold newlines.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

func (t *text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{t: t}
	for range max(t.lines, t.grow) {
		r.texts = append(r.texts, canvas.NewText("", nil))
	}
	r.apply()
	return r
}

type textRenderer struct {
	t     *text
	texts []*canvas.Text
}

func (r *textRenderer) lineHeight() float32 {
	return fyne.MeasureText("M", theme.Size(r.t.size), r.t.style).Height
}

func (r *textRenderer) MinSize() fyne.Size {
	w := r.t.min
	if w == 0 && r.t.lines == 1 && r.t.words != "" {
		w = fyne.MeasureText(ellipsis, theme.Size(r.t.size), r.t.style).Width
	}
	return fyne.NewSize(w, r.lineHeight()*float32(r.t.lines))
}

func (r *textRenderer) Layout(size fyne.Size) {
	measure := func(s string) float32 { return fyne.MeasureText(s, theme.Size(r.t.size), r.t.style).Width }
	h := r.lineHeight()
	lines := max(r.t.lines, min(r.t.grow, int(size.Height/h)))
	parts := wrap(r.t.words, size.Width, lines, measure)
	top := (size.Height - h*float32(lines)) / 2
	if lines > 1 {
		top = 0
	}
	for i, c := range r.texts {
		s := ""
		if i < len(parts) {
			s = parts[i]
		}
		c.Move(fyne.NewPos(0, top+float32(i)*h))
		c.Resize(fyne.NewSize(size.Width, h))
		if c.Text != s {
			c.Text = s
			c.Refresh()
		}
	}
}

func (r *textRenderer) apply() {
	for _, c := range r.texts {
		c.Color, c.TextSize, c.TextStyle, c.Alignment = themed(r.t.color), theme.Size(r.t.size), r.t.style, r.t.align
	}
}

func (r *textRenderer) Refresh() {
	r.apply()
	r.Layout(r.t.Size())
	for _, c := range r.texts {
		c.Refresh()
	}
}

func (r *textRenderer) Objects() []fyne.CanvasObject {
	o := make([]fyne.CanvasObject, len(r.texts))
	for i, c := range r.texts {
		o[i] = c
	}
	return o
}

func (r *textRenderer) Destroy() {}

// wrap breaks s at spaces into at most max lines no wider than width; what is left over is cut with an ellipsis.
func wrap(s string, width float32, max int, measure func(string) float32) []string {
	var out []string
	words := strings.Fields(s)
	if max == 1 {
		return []string{cut(s, width, measure)}
	}
	for len(words) > 0 {
		if len(out) == max-1 {
			return append(out, cut(strings.Join(words, " "), width, measure))
		}
		n := 1
		for n < len(words) && measure(strings.Join(words[:n+1], " ")) <= width {
			n++
		}
		out = append(out, cut(strings.Join(words[:n], " "), width, measure))
		words = words[n:]
	}
	return out
}

// cut shortens s to width, with an ellipsis where something is missing.
func cut(s string, width float32, measure func(string) float32) string {
	if len(s) == 0 || measure(s) <= width {
		return s
	}
	runes := []rune(s)
	if len(runes) > 1000 { // no screen shows more, and measuring takes time
		runes = runes[:1000]
	}
	n := sort.Search(len(runes), func(n int) bool { return measure(string(runes[:n+1])+ellipsis) > width })
	if n == 0 {
		return ""
	}
	return strings.TrimRight(string(runes[:n]), " ") + ellipsis
}
