// Package core is the one door to Tapelight's inside: the window and the commands come in through Service.
package core

import (
	"time"

	"github.com/tapelight/tapelight/core/queue"
	"github.com/tapelight/tapelight/core/recipe"
)

// State is where a job stands.
type State string

const (
	Reading   State = "reading" // it waits until its source has been measured
	Waiting   State = "waiting"
	Running   State = "running"
	Paused    State = "paused" // until somebody resumes it
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Finished tells whether nothing more will happen to the job by itself.
func (s State) Finished() bool { return s == Done || s == Failed || s == Cancelled }

// Mode is what the queue as a whole does.
type Mode = queue.Mode

const (
	Stopped = queue.Stopped // nothing is started; what runs goes on to its end
	Started = queue.Started // waiting jobs are run, those too that come to wait later
	Held    = queue.Held    // nothing is started, and what ran has let go and will go on later
)

// Job is one tape on its way, as it was at one moment.
type Job struct {
	ID     string        `json:"id"`
	Path   string        `json:"path"`             // of the capture
	Name   string        `json:"name"`             // its file name
	Output string        `json:"output,omitempty"` // the file it becomes; empty until it runs
	OutDir string        `json:"out_dir,omitempty"`
	Recipe recipe.Recipe `json:"recipe"`

	Facts    string        `json:"facts,omitempty"` // what the tape is, in words: "NTSC, interlaced, 0:58:12, stereo"; empty until read
	Duration time.Duration `json:"duration,omitempty"`
	Summary  string        `json:"summary,omitempty"` // what will be done, in words: "59.94 fields/s, tape-fast, 1440x1080, x265"
	Warnings []string      `json:"warnings,omitempty"`

	State    State         `json:"state"`
	Progress float64       `json:"progress"`         // 0..1
	Stage    string        `json:"stage,omitempty"`  // in words: "Measuring the sound", "Restoring", "Again in 30 s"
	Frames   int64         `json:"frames,omitempty"` // written so far
	Total    int64         `json:"total,omitempty"`  // expected
	FPS      float64       `json:"fps,omitempty"`    // output frames a second over the last seconds
	ETA      time.Duration `json:"eta,omitempty"`    // 0 where not known yet
	Elapsed  time.Duration `json:"elapsed,omitempty"`
	Size     int64         `json:"size,omitempty"`      // bytes of the output so far
	Error    string        `json:"error,omitempty"`     // a sentence, when Failed, or about the last try of a job that waits for another
	ErrorLog string        `json:"error_log,omitempty"` // path of the log beside the output, when Failed
	Resumes  bool          `json:"resumes,omitempty"`   // it was begun, and will go on where it was when it runs again
	Tries    int           `json:"tries,omitempty"`     // that ended by a fault that can pass
	Worker   string        `json:"worker,omitempty"`    // the machine that runs it or ran it last, by name
	Added    time.Time     `json:"added"`
	Started  time.Time     `json:"started,omitzero"` // its last run
	Ended    time.Time     `json:"ended,omitzero"`
}

// Snapshot is the state of everything a window shows, at one moment. It is a copy: nobody changes it later.
type Snapshot struct {
	Jobs      []Job      `json:"jobs"`
	Mode      Mode       `json:"mode"`
	Running   bool       `json:"running"`          // Mode is Started
	Reason    string     `json:"reason,omitempty"` // why the queue is held, in a sentence
	Stages    []Stage    `json:"stages,omitempty"`
	After     After      `json:"after"`               // what follows when the queue is done
	Countdown *Countdown `json:"countdown,omitempty"` // it is about to follow
}

// Stage is one part of the running job's pipeline.
type Stage struct {
	Name    string  `json:"name"` // "decode", "network", "encode"
	FPS     float64 `json:"fps"`
	Busy    float64 `json:"busy"` // 0..1, share of the last second it was working rather than waiting
	Slowest bool    `json:"slowest,omitempty"`
}
