package main

import (
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
)

// eyes know whether the window can be seen.
type eyes struct {
	asked  atomic.Bool   // for the handle
	handle atomic.Uint64 // the system's name of the window; 0 where it has none, or is not known yet
	look   minimised
}

// Seen is false while the window is minimised, as far as the system tells.
func (d *desktop) Seen() bool {
	e := &d.eyes
	if !e.asked.Swap(true) {
		fyne.Do(func() {
			if n, ok := d.window.(driver.NativeWindow); ok {
				n.RunNative(func(context any) { e.handle.Store(nativeHandle(context)) })
			}
		})
	}
	handle := e.handle.Load()
	return handle == 0 || !e.look.is(handle)
}
