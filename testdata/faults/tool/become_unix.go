//go:build !windows

package main

import (
	"os"
	"syscall"
)

// become makes this process the real tool.
func become(real string) {
	complain(syscall.Exec(real, append([]string{real}, os.Args[1:]...), os.Environ()))
}
