// Package faults puts a program in front of ffmpeg and ffprobe that goes wrong as it is told, and otherwise is the real one.
package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Role is the part of a restoration that one run of a tool plays.
type Role string

const (
	Decode   Role = "decode"   // pictures out of a pipe
	Encode   Role = "encode"   // pictures into a pipe, a file out
	Assemble Role = "assemble" // parts into one file
	Probe    Role = "probe"    // ffprobe, whatever it looks at
	Other    Role = "other"    // everything else; it never fails
)

// Kind is what goes wrong.
type Kind string

const (
	Exit  Kind = "exit"  // says so and exits with 1
	Hang  Kind = "hang"  // does nothing more, and does not heed a polite signal
	Flood Kind = "flood" // writes 10 MB of complaints and goes on
	Close Kind = "close" // closes its pipe and stays
	Half  Kind = "half"  // stops in the middle of a picture, as if all were well
	Slow  Kind = "slow"  // goes on in small pieces
	Kill  Kind = "kill"  // is killed by SIGKILL (on Windows: ends at once with 1)
	Full  Kind = "full"  // reports that the disk is full and exits with 1
)

// FloodBytes is how much Flood writes.
const FloodBytes = 10 << 20

// Fault is one thing that goes wrong. After is how many bytes pass through the pipe of that role before; roles without a pipe go wrong at once.
// Flood and Slow begin with the first byte.
type Fault struct {
	Role  Role  `json:"role"`
	Kind  Kind  `json:"kind"`
	After int64 `json:"after"`
}

// Control is what the program reads at its start.
type Control struct {
	FFmpeg  string  `json:"ffmpeg"` // the real ones
	FFprobe string  `json:"ffprobe"`
	Faults  []Fault `json:"faults"`
	Tell    string  `json:"tell"` // address that is dialled, over TCP, when a fault's moment has come
}

// ControlFile lies in the folder of the tools.
const ControlFile = "faults.json"

// Tools is a folder with an ffmpeg and an ffprobe that go wrong on demand.
type Tools struct {
	Dir    string
	real   Control
	moment net.Listener
}

// Build makes the tools in dir. It needs the Go tool, and the real ffmpeg and ffprobe on the PATH. End them by Close.
func Build(ctx context.Context, dir string) (*Tools, error) {
	t := &Tools{Dir: dir}
	var err error
	if t.real.FFmpeg, err = exec.LookPath("ffmpeg"); err != nil {
		return nil, err
	}
	if t.real.FFprobe, err = exec.LookPath("ffprobe"); err != nil {
		return nil, err
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		return nil, err
	}
	exe := ""
	if runtime.GOOS == "windows" {
		exe = ".exe"
	}
	first := filepath.Join(dir, "ffmpeg"+exe)
	cmd := exec.CommandContext(ctx, goTool, "build", "-o", first, "github.com/tapelight/tapelight/testdata/faults/tool")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the tools: %w\n%s", err, out)
	}
	if err := os.Link(first, filepath.Join(dir, "ffprobe"+exe)); err != nil {
		return nil, err
	}
	if t.moment, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	t.real.Tell = t.moment.Addr().String()
	if err := t.Set(); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Close frees what the tools hold; the folder stays.
func (t *Tools) Close() { t.moment.Close() }

// Forget makes Moment wait for what happens from now on.
func (t *Tools) Forget() error {
	old := t.moment
	var err error
	if t.moment, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.moment = old
		return err
	}
	t.real.Tell = t.moment.Addr().String()
	return errors.Join(old.Close(), t.Set())
}

// Moment waits until a fault happens, but one that Flood or Slow means.
func (t *Tools) Moment(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { t.moment.Close() })()
	c, err := t.moment.Accept()
	if err != nil {
		return err
	}
	return c.Close()
}

// Set makes what starts from now on go wrong in these ways; without any all is well.
func (t *Tools) Set(list ...Fault) error {
	c := t.real
	c.Faults = list
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	temp := filepath.Join(t.Dir, ControlFile+".new")
	if err := os.WriteFile(temp, text, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(t.Dir, ControlFile))
}
