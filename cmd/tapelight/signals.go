package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"fyne.io/fyne/v2"
)

// quitOnSignals ends the program in good order when the system asks for it, as at the end of a session; a second signal ends it at once. What runs goes on at the
// next start either way.
func quitOnSignals(a fyne.App) (forget func()) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	unhook := context.AfterFunc(ctx, func() {
		stop()
		fyne.Do(a.Quit)
	})
	return func() {
		unhook()
		stop()
	}
}
