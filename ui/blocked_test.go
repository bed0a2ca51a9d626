package ui

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// shows is all text of a window, in one piece.
func shows(win fyne.Window) (all string) {
	b := &bench{win: win}
	for _, o := range b.objects() {
		if c, ok := o.(*canvas.Text); ok && c.Text != "" {
			all += c.Text + " "
		}
	}
	return all
}

func TestWhatHoldsTheQueueIsSaid(t *testing.T) {
	app := test.NewTempApp(t)
	win := app.NewWindow("") // which closes itself
	answers := []*Obstacle{
		{Held: true},
		{Err: errors.New("the disk can't be read")},
		nil,
	}
	quits, closed := 0, false
	win.SetOnClosed(func() { closed = true })
	inline := func(f func()) { f() }
	w := blocked(app, win, Obstacle{Held: true, Pid: 4711, Holder: "tapelight-cli"}, func() *Obstacle {
		o := answers[0]
		answers = answers[1:]
		return o
	}, func() { quits++ }, inline, inline)
	const hint = "Wait until it has finished, or end it where it was started: what it has begun goes on later. Then try again. Quit Try again "
	for _, want := range []string{
		"Another program has the queue open It is tapelight-cli (process 4711). It may be restoring videos of your queue right now, without a window. " + hint,
		"Another program has the queue open It may be restoring videos of your queue right now, without a window. " + hint,
		"Tapelight can't start The disk can't be read When that is mended, try again. Quit Try again ",
	} {
		if got := shows(win); got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
		if win.Canvas().Focused() != w.again || w.again.Disabled() || closed {
			t.Fatal("Enter doesn't try again")
		}
		w.again.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	}
	if !closed || len(answers) != 0 || quits != 0 {
		t.Errorf("closed: %v, %d answers left, quit %d times", closed, len(answers), quits)
	}
	test.Tap(w.quit)
	w.again.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if quits != 2 {
		t.Errorf("quit %d times", quits)
	}
}

// TestOneTryAtATime looks at the window while a try goes on.
func TestOneTryAtATime(t *testing.T) {
	app, win := test.NewTempApp(t), test.NewTempWindow(t, nil)
	var going []func()
	w := blocked(app, win, Obstacle{Held: true}, func() *Obstacle { return &Obstacle{Held: true} }, func() {}, func(f func()) { f() },
		func(f func()) { going = append(going, f) })
	test.Tap(w.again)
	test.Tap(w.again)
	if len(going) != 1 || w.again.Text != "Trying…" {
		t.Fatalf("%d tries go on, the button says %q", len(going), w.again.Text)
	}
	going[0]()
	if w.again.Text != "Try again" {
		t.Errorf("the button says %q", w.again.Text)
	}
}
