package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Obstacle is why the program can't start.
type Obstacle struct {
	Err    error
	Pid    int    // of the program that has the queue; 0 where it isn't that, or not known
	Holder string // the name of that program's file; "" where it isn't known
	Held   bool   // another program has the queue
}

// words say what is in the way and what to do.
func (o Obstacle) words() (title, why, hint string) {
	if !o.Held {
		return tr("Tapelight can't start"), capital(o.Err.Error()), tr("When that is mended, try again.")
	}
	title = tr("Another program has the queue open")
	switch {
	case o.Holder != "" && o.Pid > 0:
		why = trf("It is %s (process %d). It may be restoring videos of your queue right now, without a window.", o.Holder, o.Pid)
	case o.Pid > 0:
		why = trf("It is process %d. It may be restoring videos of your queue right now, without a window.", o.Pid)
	default:
		why = tr("It may be restoring videos of your queue right now, without a window.")
	}
	return title, why, tr("Wait until it has finished, or end it where it was started: what it has begun goes on later. Then try again.")
}

// Blocked is the window of a program that can't start: what is in the way, and the ways on.
type Blocked struct {
	title, why, hint *text
	again, quit      *button
	win              fyne.Window
	enter, aside     func(func())
}

// NewBlocked makes win say why the program can't start. again tries once more; it runs off the UI thread, and says what is in the way now, or nil when it
// has brought up something else to see: then the window closes. quit ends the program.
func NewBlocked(app fyne.App, win fyne.Window, o Obstacle, again func() *Obstacle, quit func()) *Blocked {
	return blocked(app, win, o, again, quit, fyne.Do, func(f func()) { go f() })
}

// blockedWidth is the window's.
const blockedWidth float32 = 560

func blocked(app fyne.App, win fyne.Window, o Obstacle, again func() *Obstacle, quit func(), enter, aside func(func())) *Blocked {
	app.Settings().SetTheme(&tapeTheme{prefs{app.Preferences()}.mode()})
	b := &Blocked{win: win, enter: enter, aside: aside, title: boldText(""), why: plainText(""), hint: mutedText("")}
	b.why.lines, b.why.min, b.hint.lines, b.hint.min = 3, blockedWidth-120, 2, blockedWidth-120
	key := func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			quit()
		}
	}
	k := &kit{key: key, tips: newTips(afterwards), after: afterwards}
	b.again = newButton(tr("Try again"), theme.ViewRefreshIcon(), k, func() { b.try(again) })
	b.again.Importance = widget.HighImportance
	b.quit = newButton(tr("Quit"), nil, k, quit)
	icon := canvas.NewImageFromResource(theme.NewWarningThemedResource(theme.WarningIcon()))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSize(56, 40))
	body := container.NewBorder(nil, container.NewHBox(layout.NewSpacer(), b.quit, b.again), container.NewCenter(icon), nil,
		container.NewVBox(b.title, space(gap/2), b.why, space(gap/2), b.hint))
	b.say(o)
	win.SetTitle("Tapelight")
	win.SetIcon(app.Icon())
	win.SetContent(newSurface(theme.ColorNameBackground, 0, fyne.NewSquareSize(2*gap), body))
	win.SetPadded(false)
	win.Resize(fyne.NewSize(blockedWidth, 220))
	win.CenterOnScreen()
	win.Canvas().SetOnTypedKey(key)
	win.SetCloseIntercept(quit)
	win.Canvas().Focus(b.again)
	return b
}

func (b *Blocked) say(o Obstacle) {
	title, why, hint := o.words()
	b.title.SetText(title)
	b.why.SetText(why)
	b.hint.SetText(hint)
}

func (b *Blocked) try(again func() *Obstacle) {
	b.again.SetText(tr("Trying") + ellipsis)
	b.again.Disable()
	b.aside(func() {
		o := again()
		b.enter(func() {
			if o == nil {
				b.win.Close()
				return
			}
			b.say(*o)
			b.again.SetText(tr("Try again"))
			b.again.Enable()
			b.win.Canvas().Focus(b.again)
		})
	})
}
