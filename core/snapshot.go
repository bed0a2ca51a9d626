// Package core is the one door to Tapelight's inside: the window and the commands come in through Service.
package core

import (
	"time"

	"github.com/tapelight/tapelight/core/recipe"
)

// State is where a job stands.
type State string

const (
	Reading   State = "reading" // its source is being measured
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Finished tells whether nothing more will happen to the job by itself.
func (s State) Finished() bool { return s == Done || s == Failed || s == Cancelled }

// Job is one tape on its way, as it was at one moment.
type Job struct {
	ID     string
	Path   string // of the capture
	Name   string // its file name
	Output string // the file it becomes; empty until it runs
	Recipe recipe.Recipe

	Facts    string // what the tape is, in words: "NTSC, interlaced, 0:58:12, stereo"; empty until read
	Duration time.Duration
	Summary  string // what will be done, in words: "59.94 fields/s, tape-fast, 1440x1080, x265"
	Warnings []string

	State    State
	Progress float64       // 0..1
	Stage    string        // in words: "Measuring the sound", "Restoring"
	Frames   int64         // written so far
	Total    int64         // expected
	FPS      float64       // output frames a second over the last seconds
	ETA      time.Duration // 0 where not known yet
	Elapsed  time.Duration
	Size     int64  // bytes of the output so far
	Error    string // a sentence, when Failed
	ErrorLog string // path of the log beside the output, when Failed
}

// Snapshot is the state of everything a window shows, at one moment. It is a copy: nobody changes it later.
type Snapshot struct {
	Jobs    []Job
	Running bool // the queue is started: waiting jobs will run
	Stages  []Stage
}

// Stage is one part of the running job's pipeline.
type Stage struct {
	Name    string // "decode", "network", "encode"
	FPS     float64
	Busy    float64 // 0..1, share of the last second it was working rather than waiting
	Slowest bool
}
