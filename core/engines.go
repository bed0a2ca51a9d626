package core

import (
	"strings"

	"github.com/tapelight/tapelight/core/neural/cuda"
)

// GPUReport is what tests and measurements found of one graphics card.
type GPUReport = cuda.Report

// EngineDevice splits what people write, "cuda:0,1", into an engine's name and its device, "cuda" and "cuda:0,1". Without a colon no device is named.
func EngineDevice(text string) (engine, device string) {
	engine, _, named := strings.Cut(text, ":")
	if named {
		device = text
	}
	return engine, device
}
