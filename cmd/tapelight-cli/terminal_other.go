//go:build !windows

package main

import "os"

// understandsControls tells terminals that take control sequences: here, all of them.
func understandsControls(*os.File) bool { return true }
