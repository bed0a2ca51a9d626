//go:build cuda && cgo

package core

import (
	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/cpu"
	"github.com/tapelight/tapelight/core/neural/cuda"
)

// newEngines are the engines this program was built with, the preferred one first.
func newEngines(o Options) []neural.Engine {
	processor := cpu.New()
	return []neural.Engine{cuda.New(cuda.Config{Fallback: processor, CacheDir: o.CacheDir, Log: func(text string) { o.Log.Warn("%s", text) }}), processor}
}
