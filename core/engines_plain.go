//go:build !cuda || !cgo

package core

import (
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/cpu"
)

// newEngines are the engines this program was built with, the preferred one first.
func newEngines(Options) []neural.Engine { return []neural.Engine{cpu.New()} }
