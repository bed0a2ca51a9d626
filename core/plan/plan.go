// Package plan resolves every choice before a picture moves: Source + Recipe -> Plan. A plan can be printed, kept and repeated.
package plan

import (
	"github.com/tapelight/tapelight/core/audio"
	"github.com/tapelight/tapelight/core/ffmpeg"
	"github.com/tapelight/tapelight/core/recipe"
	"github.com/tapelight/tapelight/core/source"
	"github.com/tapelight/tapelight/core/temporal"
)

// Plan is what will be done to one capture.
type Plan struct {
	Source *source.Source `json:"source"`
	Recipe recipe.Recipe  `json:"recipe"`

	Output  string `json:"output"`  // the file it becomes
	Partial string `json:"partial"` // what it is called until it is complete and checked

	Decode  ffmpeg.DecodeSpec `json:"decode"`
	Network Network           `json:"network"`
	Encode  ffmpeg.EncodeSpec `json:"encode"`
	Sound   []SoundTrack      `json:"sound"`

	Frames   int64    `json:"frames"`   // pictures that come out
	Notes    []string `json:"notes"`    // what was decided and why, in words
	Warnings []string `json:"warnings"` // what will not come out as one may expect, in words

	Estimate Estimate `json:"estimate"`
}

// Network is how pictures are enlarged.
type Network struct {
	Name     string `json:"name"` // recipe.NetworkNone: by the resampler alone
	Strength int    `json:"strength"`
	Engine   string `json:"engine,omitempty"`
	Device   string `json:"device,omitempty"`
	Batch    int    `json:"batch,omitempty"`
	Threads  int    `json:"threads,omitempty"`
	MACs     int64  `json:"macs,omitempty"` // multiply-adds a picture
	Scale    int    `json:"scale"`

	Still temporal.Settings `json:"still"` // how what stands still in its pictures is held still
}

// SoundTrack is what happens to one track; the filters of the encoder's own pass are in Encode.Audio.
type SoundTrack struct {
	Stream int         `json:"stream"`
	Steps  []SoundStep `json:"steps"`
	Found  []string    `json:"found,omitempty"` // the measurement in words

	// Program is what is done to the track in a pass before the pictures; Level, if set, then sets its loudness.
	Program *audio.Program  `json:"program,omitempty"`
	Level   *audio.Settings `json:"level,omitempty"`
}

// SoundStep is one repair and its reason.
type SoundStep struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Estimate is what the run will take. Zero means unknown.
type Estimate struct {
	Memory uint64 `json:"memory"` // bytes of the whole process tree
	Size   int64  `json:"size"`   // bytes of the output
	Temp   int64  `json:"temp"`   // bytes of temporary files
}
