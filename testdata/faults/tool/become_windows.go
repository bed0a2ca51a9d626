package main

import (
	"errors"
	"os"
	"os/exec"
)

// become lets the real tool do the work; Windows can't put one program in another's place.
func become(real string) {
	cmd := exec.Command(real, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		complain(err)
	}
	os.Exit(0)
}
