//go:build cuda && cgo

package core

import (
	"context"

	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/cpu"
	"github.com/tapelight/tapelight/core/neural/cuda"
)

// newEngines are the engines this program was built with, the preferred one first.
func newEngines(o Options) []neural.Engine {
	processor := cpu.New()
	return []neural.Engine{cuda.New(cuda.Config{Fallback: processor, CacheDir: o.CacheDir, Log: func(text string) { o.Log.Warn("%s", text) }}), processor}
}

// noGPUEngine is why this program has no GPU engine; it has.
const noGPUEngine = ""

// GPUs tests every graphics card that the GPU engine can use, and measures speeds where asked to, which takes about a minute a card.
func (s *Service) GPUs(ctx context.Context, speeds bool) ([]GPUReport, error) {
	return cuda.New(cuda.Config{}).Report(ctx, speeds)
}
