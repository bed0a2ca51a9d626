package core

import "github.com/tapelight/tapelight/core/neural/cuda"

// GPUReport is what tests and measurements found of one graphics card.
type GPUReport = cuda.Report
