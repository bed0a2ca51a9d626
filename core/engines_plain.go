//go:build !cuda || !cgo

package core

import (
	"context"
	"errors"

	"github.com/tapelight/tapelight/core/neural"
	"github.com/tapelight/tapelight/core/neural/cpu"
)

// newEngines are the engines this program was built with, the preferred one first.
func newEngines(Options) []neural.Engine { return []neural.Engine{cpu.New()} }

// noGPUEngine is why this program has no GPU engine.
const noGPUEngine = "this Tapelight was built without the GPU engine"

// GPUs tests every graphics card that the GPU engine can use; this program has no such engine.
func (s *Service) GPUs(context.Context, bool) ([]GPUReport, error) {
	return nil, errors.New(noGPUEngine)
}
