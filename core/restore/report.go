package restore

import (
	"time"
)

// Report is what a run did, measured.
type Report struct {
	Source   string  `json:"source"`
	Output   string  `json:"output"`
	FramesIn int64   `json:"frames_in"`  // pictures that came from the decoder
	Frames   int64   `json:"frames_out"` // pictures in the output file, counted there
	Seconds  float64 `json:"seconds"`    // of the output
	Wall     float64 `json:"wall"`       // seconds the run took
	FPS      float64 `json:"fps"`        // Frames / Wall
	Size     int64   `json:"size"`       // bytes of the output

	Stages []StageReport `json:"stages"`

	PeakTree uint64 `json:"peak_tree"` // bytes, resident, of our process and all its children
	PeakOwn  uint64 `json:"peak_own"`  // bytes, resident, of our process alone
	Temp     int64  `json:"temp"`      // bytes written to temporary files

	Warnings []string `json:"warnings,omitempty"`
}

// StageReport is one stage's share. Busy is the processor time it used; Limiting the part of the run in which the others waited for it.
type StageReport struct {
	Name        string  `json:"name"`
	Busy        float64 `json:"busy"`        // CPU seconds (network: seconds the device computed)
	Utilisation float64 `json:"utilisation"` // 0..1: share of the run in which it was not waiting for another stage
	Slowest     bool    `json:"slowest"`
}

// Progress is where a run stands. It is a value: readers keep it as long as they like.
type Progress struct {
	Stage   string // in words
	Frames  int64  // pictures written by the encoder
	Total   int64
	Size    int64 // bytes of the output so far
	Elapsed time.Duration
	Stages  []StageProgress
}

// StageProgress is a stage's state now.
type StageProgress struct {
	Name        string
	Frames      int64
	Utilisation float64 // since the start
}
