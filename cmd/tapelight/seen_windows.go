package main

import (
	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"
)

var isIconic = windows.NewLazySystemDLL("user32.dll").NewProc("IsIconic")

type minimised struct{}

func (minimised) is(window uint64) bool {
	yes, _, _ := isIconic.Call(uintptr(window))
	return yes != 0
}

func nativeHandle(context any) uint64 {
	if w, ok := context.(driver.WindowsWindowContext); ok {
		return uint64(w.HWND)
	}
	return 0
}
