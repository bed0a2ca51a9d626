package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// slider is Fyne's slider with a hint, passing on the keys it has no use for.
type slider struct {
	widget.Slider
	kit *kit
	tip string
}

func newSlider(low, high, step float64, k *kit, changed func(float64)) *slider {
	s := &slider{kit: k}
	s.Min, s.Max, s.Step, s.OnChanged = low, high, step, changed
	s.ExtendBaseWidget(s)
	return s
}

func (s *slider) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyRight:
		s.Slider.TypedKey(e)
	default:
		s.kit.key(e)
	}
}

func (s *slider) MouseIn(e *desktop.MouseEvent) { s.Slider.MouseIn(e); s.kit.tips.Enter(s, s.tip) }
func (s *slider) MouseOut()                     { s.Slider.MouseOut(); s.kit.tips.Leave() }

// tick is Fyne's check box with a hint, passing on the keys it has no use for.
type tick struct {
	widget.Check
	kit *kit
	tip string
}

func newTick(label, tip string, k *kit, changed func(bool)) *tick {
	t := &tick{kit: k, tip: tip}
	t.Text, t.OnChanged = label, changed
	t.ExtendBaseWidget(t)
	return t
}

func (t *tick) TypedKey(e *fyne.KeyEvent) {
	if e.Name != fyne.KeySpace {
		t.kit.key(e)
	}
}

func (t *tick) MouseIn(e *desktop.MouseEvent) { t.Check.MouseIn(e); t.kit.tips.Enter(t, t.tip) }
func (t *tick) MouseOut()                     { t.Check.MouseOut(); t.kit.tips.Leave() }

// said is one of several values, and what it is called.
type said[T comparable] struct {
	value T
	words string
}

// oneOf is a choice among values that are called something. Values that are not among them are shown by themselves, so that a recipe made
// elsewhere is never changed by being looked at.
type oneOf[T comparable] struct {
	Root    fyne.CanvasObject
	pick    *choice
	all     []said[T]
	now     T
	other   func(T) string
	setting bool
}

func newOneOf[T comparable](label, tip string, k *kit, all []said[T], other func(T) string, changed func(T)) *oneOf[T] {
	o := &oneOf[T]{all: all, other: other}
	o.pick = newChoice(nil, k, func(words string) {
		if o.setting {
			return
		}
		for _, s := range o.all {
			if s.words == words && s.value != o.now {
				o.now = s.value
				changed(s.value)
				return
			}
		}
	})
	o.pick.tip = tip
	o.fill()
	o.Root = container.NewVBox(mutedText(label), o.pick)
	return o
}

func (o *oneOf[T]) words(v T) (string, bool) {
	for _, s := range o.all {
		if s.value == v {
			return s.words, true
		}
	}
	return o.other(v), false
}

func (o *oneOf[T]) fill() {
	var options []string
	for _, s := range o.all {
		options = append(options, s.words)
	}
	now, known := o.words(o.now)
	if !known {
		options = append([]string{now}, options...)
	}
	o.setting = true
	o.pick.SetOptions(options)
	o.pick.SetSelected(now)
	o.setting = false
}

// Set shows a value without telling anybody; Offer replaces what there is to choose from.
func (o *oneOf[T]) Set(v T) {
	if o.now != v {
		o.now = v
		o.fill()
	}
}

func (o *oneOf[T]) Offer(all []said[T]) {
	o.all = all
	o.fill()
}

// amount is a slider with its name and what the present value means.
type amount struct {
	Root    fyne.CanvasObject
	value   *text
	slide   *slider
	words   func(int) string
	setting bool
}

func newAmount(label, tip string, k *kit, low, high, step int, words func(int) string, changed func(int)) *amount {
	a := &amount{value: newText("", theme.ColorNameForeground, theme.SizeNameCaptionText), words: words}
	a.value.align = fyne.TextAlignTrailing
	a.slide = newSlider(float64(low), float64(high), float64(step), k, func(v float64) {
		a.value.SetText(a.words(int(v + 0.5)))
		if !a.setting {
			changed(int(v + 0.5))
		}
	})
	a.slide.tip = tip
	name := mutedText(label)
	name.min = 60
	a.Root = container.NewVBox(container.New(columns{1.25, 1}, name, a.value), a.slide)
	return a
}

// Set shows a value without telling anybody.
func (a *amount) Set(v int) {
	if int(a.slide.Value+0.5) != v {
		a.setting = true
		a.slide.SetValue(float64(v)) // which rounds to a step, and says that
		a.setting = false
	}
	a.value.SetText(a.words(v))
}

func strengthWords(v int) string {
	switch {
	case v == 0:
		return tr("off")
	case v < 30:
		return trf("light, %d", v)
	case v <= 60:
		return trf("usual, %d", v)
	case v <= 85:
		return trf("strong, %d", v)
	}
	return trf("very strong, %d", v)
}
